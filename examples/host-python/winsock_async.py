"""The lookup engine of winsock-async by its C interface, with ctypes.

    engine = Engine(Library("libwinsock_async.so"), policy="allow = ['*.example.com']")
    session = engine.session()

A function of the library that fails raises `Failed`. README.md of the crate winsock-async-capi says
which thread may call what.
"""

import ctypes
from ctypes import POINTER, Structure, byref, c_char, c_char_p, c_int, c_int32
from ctypes import c_size_t, c_uint8, c_uint16, c_uint32, c_uint64

PREFIX = "winsock_async_"
ABI = 1
FOREVER = 2**64 - 1


class _Engine(Structure):
    _fields_ = [("id", c_uint64)]


class _Session(Structure):
    _fields_ = [("id", c_uint64)]


class _Text(Structure):
    _fields_ = [("data", POINTER(c_char)), ("length", c_size_t)]

    def __str__(self):
        return ctypes.string_at(self.data, self.length).decode() if self.data else ""


class _Address(Structure):
    _fields_ = [("family", c_uint32), ("bytes", c_uint8 * 16)]


class _Resolver(Structure):
    _fields_ = [("kind", c_uint32), ("text", _Text)]


class _Limits(Structure):
    _fields_ = [
        ("max_requests", c_size_t),
        ("requests_per_engine", c_size_t),
        ("bytes_per_session", c_size_t),
        ("answer_bytes", c_size_t),
        ("name_bytes", c_size_t),
        ("max_answered_addresses", c_size_t),
        ("workers", c_size_t),
        ("max_extra_workers", c_size_t),
        ("max_workers_per_session", c_size_t),
        ("max_rate_per_second", c_uint32),
        ("max_rate_burst", c_uint32),
        ("request_timeout", c_uint64),
        ("stuck_after", c_uint64),
    ]


class _Config(Structure):
    _fields_ = [
        ("policy", _Text),
        ("resolvers", POINTER(_Resolver)),
        ("resolver_count", c_size_t),
        ("limits", POINTER(_Limits)),
        ("host_name", _Text),
    ]


class _Query(Structure):
    _fields_ = [
        ("kind", c_uint32),
        ("family", c_int32),
        ("name", _Text),
        ("protocol", _Text),
        ("address", _Address),
        ("number", c_int32),
        ("port", c_uint16),
    ]


class _Completion(Structure):
    _fields_ = [
        ("handle", c_uint64),
        ("tag", c_uint64),
        ("error", c_int32),
        ("kind", c_uint32),
        ("name", _Text),
        ("aliases", POINTER(_Text)),
        ("alias_count", c_size_t),
        ("addresses", POINTER(_Address)),
        ("address_count", c_size_t),
        ("protocol", _Text),
        ("number", c_int32),
        ("port", c_uint16),
        ("memory", c_uint64),
    ]


class _Stats(Structure):
    _fields_ = [
        (name, c_uint64)
        for name in (
            "requests",
            "refused",
            "answered",
            "denied",
            "failed",
            "cancelled",
            "pending",
            "connections_denied",
        )
    ]


class Failed(Exception):
    """An error: `number` is one of the header's."""

    def __init__(self, number, text):
        super().__init__(text)
        self.number = number


class Library:
    """The shared library."""

    _ARGUMENTS = {
        "limits_default": [POINTER(_Limits)],
        "engine_new": [POINTER(_Config), POINTER(_Engine), c_char_p, c_size_t],
        "engine_delete": [_Engine],
        "session_new": [_Engine, POINTER(_Session)],
        "session_delete": [_Session],
        "session_stats": [_Session, POINTER(_Stats)],
        "session_startup": [_Session],
        "session_cleanup": [_Session],
        "session_request": [_Session, POINTER(_Query), c_uint64, POINTER(c_uint64)],
        "session_cancel": [_Session, c_uint64],
        "session_take": [_Session, POINTER(_Completion), c_size_t, POINTER(c_size_t)],
        "completions_delete": [POINTER(_Completion), c_size_t],
        "session_wait": [_Session, c_uint64, POINTER(c_int)],
    }

    def __init__(self, path):
        self._library = ctypes.CDLL(path)
        self._library.winsock_async_strerror.restype = c_char_p
        if self._library.winsock_async_abi() != ABI:
            raise ImportError(f"{path} has another version than this module")
        for name, types in self._ARGUMENTS.items():
            getattr(self._library, PREFIX + name).argtypes = types

    def call(self, name, *arguments, message=None):
        """Calls a function by its name without the prefix.

        ctypes releases Python's lock meanwhile, so a wait stops no thread."""
        error = getattr(self._library, PREFIX + name)(*arguments)
        if error:
            text = self._library.winsock_async_strerror(error).decode()
            raise Failed(error, f"{text}: {message.value.decode()}" if message else text)


class Engine:
    """One for the process. `resolvers` are pairs of a kind and a text, as in the header, and
    `limits` the values of fields of `winsock_async_limits_t` in place of the defaults."""

    def __init__(self, library, policy="", resolvers=(), host_name="", **limits):
        self._library = library
        bounds = _Limits()
        library.call("limits_default", byref(bounds))
        for name, value in limits.items():
            if name not in dict(_Limits._fields_):
                raise TypeError(f"there is no limit {name}")
            setattr(bounds, name, value)
        kinds = [_Resolver(kind, _text(text.encode())) for kind, text in resolvers]
        resolvers = (_Resolver * len(kinds))(*kinds)
        config = _Config(_text(policy.encode()), resolvers, len(kinds))
        config.limits = ctypes.pointer(bounds)
        config.host_name = _text(host_name.encode())
        message, self._handle = ctypes.create_string_buffer(1024), _Engine()
        arguments = (byref(config), byref(self._handle), message, len(message))
        library.call("engine_new", *arguments, message=message)

    def session(self):
        """A session for one guest, which the calling thread uses."""
        handle = _Session()
        self._library.call("session_new", self._handle, byref(handle))
        return Session(self._library, handle)

    def close(self):
        """Deletes the engine. Its sessions stay usable."""
        self._library.call("engine_delete", self._handle)


class Session:
    """One guest's requests."""

    def __init__(self, library, handle):
        self._library = library
        self._handle = handle

    def startup(self):
        self._library.call("session_startup", self._handle)

    def cleanup(self):
        self._library.call("session_cleanup", self._handle)

    def request(self, kind, tag, name=b"", protocol=b"", address=(0, b""), **numbers):
        """Starts a request, and returns its handle. `address` is 4 or 6, and its bytes."""
        family, octets = address
        octets = (c_uint8 * 16)(*octets)
        query = _Query(kind, name=_text(name), protocol=_text(protocol), **numbers)
        query.address = _Address(family, octets)
        handle = c_uint64()
        self._library.call("session_request", self._handle, byref(query), tag, byref(handle))
        return handle.value

    def cancel(self, handle):
        self._library.call("session_cancel", self._handle, handle)

    def wait(self, timeout=FOREVER):
        """Waits for a completion, or for this many nanoseconds. Returns whether there is one."""
        ready = c_int()
        self._library.call("session_wait", self._handle, timeout, byref(ready))
        return ready.value == 1

    def take(self, most):
        """Takes up to this many completions."""
        completions, taken = (_Completion * most)(), c_size_t()
        self._library.call("session_take", self._handle, completions, most, byref(taken))
        try:
            return [Completion(completions[i]) for i in range(taken.value)]
        finally:
            self._library.call("completions_delete", completions, taken.value)

    def stats(self):
        """The counts of requests by name."""
        stats = _Stats()
        self._library.call("session_stats", self._handle, byref(stats))
        return {name: getattr(stats, name) for name, _ in _Stats._fields_}

    def close(self):
        """Deletes the session, which cancels what is pending."""
        self._library.call("session_delete", self._handle)


class Completion:
    """A copy of a completion."""

    def __init__(self, made):
        self.handle, self.tag = made.handle, made.tag
        self.error, self.kind = made.error, made.kind
        self.name = str(made.name) if made.name.data else None
        aliases = made.aliases[: made.alias_count] if made.alias_count else []
        self.aliases = [str(alias) for alias in aliases]
        addresses = made.addresses[: made.address_count] if made.address_count else []
        self.addresses = [
            (address.family, bytes(address.bytes)[: 4 if address.family == 4 else 16])
            for address in addresses
        ]
        self.protocol = str(made.protocol)
        self.number, self.port = made.number, made.port


def _text(data):
    # The result of a cast keeps the bytes that it points to.
    return _Text(ctypes.cast(c_char_p(data), POINTER(c_char)), len(data))
