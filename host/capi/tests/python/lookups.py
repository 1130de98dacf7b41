"""Uses the library by ctypes: python3 lookups.py LIBRARY."""

import ctypes
import select
import sys
import threading
from ctypes import POINTER, Structure, byref, c_char, c_int, c_int32, c_size_t
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

FOREVER = 2**64 - 1
# Texts of calls: ctypes does not keep what a structure's field points to.
KEPT = []


class Engine(Structure):
    _fields_ = [("id", c_uint64)]


class SessionHandle(Structure):
    _fields_ = [("id", c_uint64)]


class Text(Structure):
    _fields_ = [("data", c_void_p), ("length", c_size_t)]

    @classmethod
    def of(cls, text):
        data = text if isinstance(text, bytes) else text.encode()
        buffer = ctypes.create_string_buffer(data, len(data))
        KEPT.append(buffer)
        return cls(ctypes.addressof(buffer), len(data))

    def __str__(self):
        return ctypes.string_at(self.data, self.length).decode()


class Address(Structure):
    _fields_ = [("family", c_uint32), ("bytes", c_uint8 * 16)]


class Endpoint(Structure):
    _fields_ = [("address", Address), ("port", c_uint16)]


class Resolver(Structure):
    _fields_ = [("kind", c_uint32), ("text", Text)]


class Config(Structure):
    _fields_ = [
        ("policy", Text),
        ("resolvers", POINTER(Resolver)),
        ("resolver_count", c_size_t),
        ("limits", c_void_p),
        ("host_name", Text),
    ]


class Query(Structure):
    _fields_ = [
        ("kind", c_uint32),
        ("family", c_int32),
        ("name", Text),
        ("protocol", Text),
        ("address", Address),
        ("number", c_int32),
        ("port", c_uint16),
    ]


class Completion(Structure):
    _fields_ = [
        ("handle", c_uint64),
        ("tag", c_uint64),
        ("error", c_int32),
        ("kind", c_uint32),
        ("name", Text),
        ("aliases", POINTER(Text)),
        ("alias_count", c_size_t),
        ("addresses", POINTER(Address)),
        ("address_count", c_size_t),
        ("protocol", Text),
        ("number", c_int32),
        ("port", c_uint16),
        ("memory", c_uint64),
    ]


class Stats(Structure):
    _fields_ = [
        (name, c_uint64)
        for name in "requests refused answered denied failed cancelled pending "
        "connections_denied".split()
    ]


CALLBACK = ctypes.CFUNCTYPE(None, c_void_p)

SCRIPT = """
[[rule]]
host = "now.test"
addresses = ["192.0.2.1"]
now = true
[[rule]]
host = "worker.test"
aliases = ["a.test"]
addresses = ["192.0.2.2", "192.0.2.3"]
[[rule]]
host = "later.test"
addresses = ["192.0.2.4"]
delay-ms = 20
[[rule]]
host = "never.test"
never = true
"""


class Library:
    """The library's functions. A call that fails raises its number."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        self.library.winsock_async_strerror.restype = ctypes.c_char_p
        self.library.winsock_async_strerror.argtypes = [c_int32]
        arguments = {
            "engine_new": [POINTER(Config), POINTER(Engine), c_void_p, c_size_t],
            "engine_delete": [Engine],
            "session_new": [Engine, POINTER(SessionHandle)],
            "session_delete": [SessionHandle],
            "session_attach": [SessionHandle],
            "session_stats": [SessionHandle, POINTER(Stats)],
            "session_descriptor": [SessionHandle, POINTER(c_int)],
            "session_callback": [SessionHandle, CALLBACK, c_void_p],
            "session_startup": [SessionHandle],
            "session_cleanup": [SessionHandle],
            "session_request": [SessionHandle, POINTER(Query), c_uint64, POINTER(c_uint64)],
            "session_cancel": [SessionHandle, c_uint64],
            "session_take": [SessionHandle, POINTER(Completion), c_size_t, POINTER(c_size_t)],
            "completions_delete": [POINTER(Completion), c_size_t],
            "session_wait": [SessionHandle, c_uint64, POINTER(c_int)],
            "session_connection_check": [
                SessionHandle, c_uint32, POINTER(Endpoint), c_void_p, c_size_t
            ],
        }
        for name, types in arguments.items():
            getattr(self.library, "winsock_async_" + name).argtypes = types

    def __getattr__(self, name):
        function = getattr(self.library, "winsock_async_" + name)

        def call(*arguments):
            error = function(*arguments)
            if error:
                raise OSError(error, self.library.winsock_async_strerror(error).decode())

        return call


def engine(library):
    resolvers = (Resolver * 2)(
        Resolver(5, Text.of(SCRIPT)), Resolver(4, Text.of("198.51.100.7 table.test"))
    )
    policy = "allow = ['*.test']\nallow-private = true\nconnect = ['table.test:443']"
    config = Config(Text.of(policy), resolvers, 2, None, Text.of(""))
    made = Engine()
    library.engine_new(byref(config), byref(made), None, 0)
    return made


class Session:
    """A session with a start-up."""

    def __init__(self, library, engine):
        self.library, self.handle = library, SessionHandle()
        library.session_new(engine, byref(self.handle))
        library.session_startup(self.handle)

    def request(self, tag=0, **fields):
        KEPT.clear()
        given = {
            key: Text.of(value) if key in ("name", "protocol") else value
            for key, value in fields.items()
        }
        query, handle = Query(**given), c_uint64()
        self.library.session_request(self.handle, byref(query), tag, byref(handle))
        return handle.value

    def cancel(self, handle):
        self.library.session_cancel(self.handle, handle)

    def wait(self, timeout=FOREVER):
        ready = c_int()
        self.library.session_wait(self.handle, timeout, byref(ready))
        return ready.value == 1

    def take(self):
        """Takes all completions: lists of tag, error, name, aliases, addresses, and the rest."""
        completions, taken = (Completion * 16)(), c_size_t()
        self.library.session_take(self.handle, completions, 16, byref(taken))
        made = []
        for completion in completions[: taken.value]:
            name = str(completion.name) if completion.name.data else None
            aliases = [str(alias) for alias in completion.aliases[: completion.alias_count]]
            addresses = [
                ".".join(str(byte) for byte in address.bytes[:4])
                for address in completion.addresses[: completion.address_count]
            ]
            made.append((completion.tag, completion.error, name, aliases, addresses))
        self.library.completions_delete(completions, taken.value)
        return made

    def stats(self):
        stats = Stats()
        self.library.session_stats(self.handle, byref(stats))
        return stats

    def delete(self):
        self.library.session_delete(self.handle)


def fails(error, call, *arguments, **fields):
    try:
        call(*arguments, **fields)
    except OSError as raised:
        assert raised.errno == error, raised
    else:
        raise AssertionError(f"no error {error}")


def overlapping(library, engine):
    session = Session(library, engine)
    names = ["later.test", "worker.test", "now.test", "table.test", "www.example.com"]
    for tag, name in enumerate(names):
        session.request(tag, kind=1, name=name)
    session.request(5, kind=3, name="https", protocol="tcp")
    session.request(6, kind=6, number=17)
    taken = []
    while session.wait():
        taken += session.take()
    assert sorted(taken) == [
        (0, 0, "later.test", [], ["192.0.2.4"]),
        (1, 0, "worker.test", ["a.test"], ["192.0.2.2", "192.0.2.3"]),
        (2, 0, "now.test", [], ["192.0.2.1"]),
        (3, 0, "table.test", [], ["198.51.100.7"]),
        (4, 10013, None, [], []),
        (5, 0, "https", [], []),
        (6, 0, "udp", ["UDP"], []),
    ], taken
    stats = session.stats()
    assert (stats.requests, stats.answered, stats.denied) == (7, 6, 1)
    session.delete()


def cancelled(library, engine):
    session = Session(library, engine)
    pending = session.request(1, kind=1, name="never.test")
    ready = session.request(2, kind=1, name="now.test")
    session.cancel(pending)
    session.cancel(ready)
    assert session.take() == [] and not session.wait()
    fails(10022, session.cancel, ready)
    taken = session.request(3, kind=1, name="now.test")
    assert len(session.take()) == 1
    fails(10037, session.cancel, taken)
    session.delete()


def descriptor(library, engine):
    session = Session(library, engine)
    number = c_int(-1)
    library.session_descriptor(session.handle, byref(number))
    assert select.select([number.value], [], [], 0) == ([], [], [])
    for round in range(50):
        session.request(round, kind=1, name="worker.test")
        assert select.select([number.value], [], [])[0] == [number.value]
        assert [completion[0] for completion in session.take()] == [round]
        assert select.select([number.value], [], [], 0) == ([], [], [])
    session.delete()


def callback(library, engine):
    session = Session(library, engine)
    called, threads, errors = threading.Event(), [], []

    @CALLBACK
    def on_ready(data):
        threads.append(threading.get_ident())
        try:
            session.take()
        except OSError as error:
            errors.append(error.errno)
        called.set()

    library.session_callback(session.handle, on_ready, None)
    session.request(0, kind=1, name="later.test")
    called.wait()
    assert threads != [threading.get_ident()] and errors == [5]
    assert len(session.take()) == 1 and len(threads) == 1
    session.delete()


def wrong_use(library, engine):
    session = Session(library, engine)
    fails(1, library.session_request, session.handle, None, 0, byref(c_uint64()))
    fails(2, library.session_startup, SessionHandle(12345))
    fails(8, session.request, kind=99)
    errors = []

    def of_another_thread():
        for call in (session.take, session.delete):
            try:
                call()
            except OSError as error:
                errors.append(error.errno)

    thread = threading.Thread(target=of_another_thread)
    thread.start()
    thread.join()
    assert errors == [3, 3], errors
    session.delete()
    fails(2, session.delete)
    fails(2, session.take)


def connections(library, engine):
    session = Session(library, engine)
    address = Address(4, (c_uint8 * 16)(198, 51, 100, 7))
    message = (c_char * 100)()
    arguments = (session.handle, 3, byref(Endpoint(address, 443)), message, 100)
    fails(10013, library.session_connection_check, *arguments)
    assert message.value.startswith(b"198.51.100.7:443 is denied; "), message.value
    session.request(0, kind=1, name="table.test")
    assert len(session.take()) == 1
    library.session_connection_check(*arguments)
    assert session.stats().connections_denied == 1
    session.delete()


def main():
    library = Library(sys.argv[1])
    made = engine(library)
    tests = [overlapping, cancelled, descriptor, callback, wrong_use, connections]
    for test in tests:
        test(library, made)
    # The last session outlives its engine.
    session = Session(library, made)
    session.request(0, kind=1, name="never.test")
    library.engine_delete(made)
    fails(2, library.engine_delete, made)
    session.delete()
    print(f"{len(tests)} tests passed")


main()
