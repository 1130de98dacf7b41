"""Serves `winsock:async-lookup` to components that wasmtime's package for Python runs."""

from wasmtime.component import Record, Variant

from winsock_async import FOREVER, Failed

PACKAGE = "winsock:async-lookup/{}@0.1.0"

# The most completions of one call, as the host has memory for them before it knows their number.
MOST = 1024

ERRORS = {
    10004: "interrupted",
    10013: "access-denied",
    10014: "bad-address",
    10022: "invalid-argument",
    10035: "would-block",
    10036: "in-progress",
    10037: "already-completed",
    10050: "network-down",
    10055: "no-buffer-space",
    10067: "process-limit",
    10091: "system-not-ready",
    10092: "version-not-supported",
    10093: "not-initialised",
    11001: "host-not-found",
    11002: "try-again",
    11003: "no-recovery",
    11004: "no-data",
}


def add_to_linker(linker, session):
    """Adds the interfaces for the guest of this session, except `readiness`: the package makes no
    pollable."""
    interfaces = {
        "types": {},
        "lifecycle": {
            "startup": lambda store: _result(session.startup),
            "cleanup": lambda store: _result(session.cleanup),
        },
        "requests": {
            "async-request": lambda store, query, tag: _result(_request, session, query, tag),
            "cancel": lambda store, handle: _result(session.cancel, handle),
        },
        "completions": {
            "take": lambda store, most: _take(session, most),
            "wait": lambda store, timeout: _wait(session, timeout),
        },
    }
    with linker.root() as root:
        for interface, functions in interfaces.items():
            with root.add_instance(PACKAGE.format(interface)) as instance:
                for name, function in functions.items():
                    instance.add_func(name, function)


def _result(call, *arguments):
    """What a call returns, or the name of its error."""
    try:
        return call(*arguments)
    except Failed as failed:
        if failed.number not in ERRORS:
            raise
        return ERRORS[failed.number]


def _request(session, query, tag):
    given = query.payload
    match query.tag:
        case "host-by-name":
            return session.request(1, tag, name=given)
        case "host-by-address":
            return session.request(2, tag, name=given.address, family=given.family)
        case "service-by-name":
            return session.request(3, tag, name=given.name, protocol=given.protocol or b"")
        case "service-by-port":
            return session.request(4, tag, port=given.port, protocol=given.protocol or b"")
        case "protocol-by-name":
            return session.request(5, tag, name=given)
        case "protocol-by-number":
            return session.request(6, tag, number=given)
        case "addresses":
            family = {"ipv4": 4, "ipv6": 6, None: 0}[given.family]
            return session.request(7, tag, name=given.name, family=family)
        case "name-of":
            return session.request(8, tag, address=_octets(given))
    raise ValueError(f"no query is called {query.tag}")


def _take(session, most):
    return [
        _record(handle=taken.handle, tag=taken.tag, outcome=_outcome(taken))
        for taken in session.take(min(most, MOST))
    ]


def _wait(session, timeout):
    return session.wait(FOREVER if timeout is None else timeout)


def _outcome(taken):
    names = {"name": taken.name, "aliases": taken.aliases}
    match taken.kind:
        case 0:
            return ERRORS[taken.error]
        case 1:
            numbers = [int.from_bytes(octets) for _, octets in taken.addresses]
            return Variant("host", _record(addresses=numbers, **names))
        case 2:
            entry = _record(port=taken.port, protocol=taken.protocol, **names)
            return Variant("service", entry)
        case 3:
            return Variant("protocol", _record(number=taken.number, **names))
        case 4:
            addresses = [_address(*address) for address in taken.addresses]
            fields = {"canonical-name": taken.name, "addresses": addresses}
            return Variant("addresses", _record(**fields))
        case 5:
            return Variant("name", taken.name)
    raise ValueError(f"no answer has the kind {taken.kind}")


def _record(**fields):
    record = Record()
    for name, value in fields.items():
        setattr(record, name, value)
    return record


def _octets(address):
    """The family and the bytes of an `ip-address`: a number, or the halves of one."""
    if isinstance(address, tuple):
        return 6, address[0].to_bytes(8) + address[1].to_bytes(8)
    return 4, address.to_bytes(4)


def _address(family, octets):
    if family == 4:
        return int.from_bytes(octets)
    return int.from_bytes(octets[:8]), int.from_bytes(octets[8:])
