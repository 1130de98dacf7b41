"""Runs a guest: a component that imports `winsock:async-lookup` and exports `wasi:cli/run`.

    python3 run.py --library libwinsock_async.so --policy policy.toml guest.wasm ARGUMENTS...
"""

import argparse
import sys
from pathlib import Path

from wasmtime import Engine as Wasmtime
from wasmtime import ExitTrap, Store, WasiConfig
from wasmtime.component import Component, Linker

import guests
from winsock_async import Engine, Failed, Library

# Kinds of resolvers, as in the header.
SYSTEM_TABLES, SYSTEM, TABLES, SCRIPT = 1, 2, 4, 5


def main():
    parser = argparse.ArgumentParser(description="Runs a guest with lookups.")
    parser.add_argument("--library", required=True, help="libwinsock_async.so")
    parser.add_argument("--policy", type=Path, help="a policy; by default no host is allowed")
    parser.add_argument("--script", type=Path, help="answers for tests, in place of the system's")
    parser.add_argument("--host-name", default="", help="this machine's name, for its guests")
    parser.add_argument("--limit", type=limit, action="append", default=[], metavar="NAME=NUMBER")
    parser.add_argument("--stats", action="store_true", help="print counts to standard error")
    parser.add_argument("guest", type=Path)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    policy = options.policy.read_text() if options.policy else ""
    resolvers = [(SYSTEM_TABLES, ""), (SYSTEM, "")]
    if options.script:
        resolvers = [(SCRIPT, options.script.read_text()), (TABLES, "")]
    try:
        lookups = Engine(
            Library(options.library),
            policy,
            resolvers,
            options.host_name,
            **dict(options.limit),
        )
    except Failed as failed:
        sys.exit(f"error: {failed}")
    session = lookups.session()
    try:
        status = run(session, options.guest, options.arguments)
    finally:
        if options.stats:
            counts = (f"{count} {name}" for name, count in session.stats().items() if count)
            print("lookups:", ", ".join(counts), file=sys.stderr)
        # Cancels what the guest has left pending.
        session.close()
        lookups.close()
    sys.exit(status)


def limit(text):
    """A field of `winsock_async_limits_t`, and its value."""
    name, _, number = text.partition("=")
    return name, int(number)


def run(session, guest, arguments):
    """Runs a guest to its end, and returns its status."""
    wasmtime = Wasmtime()
    linker = Linker(wasmtime)
    linker.add_wasip2()
    guests.add_to_linker(linker, session)
    store = Store(wasmtime)
    wasi = WasiConfig()
    wasi.argv = [guest.name, *arguments]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    store.set_wasi(wasi)
    component = Component.from_file(wasmtime, str(guest))
    instance = linker.instantiate(store, component)
    exports = component.type.exports(wasmtime)
    interface = next(name for name in exports if name.startswith("wasi:cli/run@"))
    index = instance.get_export_index(store, interface)
    function = instance.get_func(store, instance.get_export_index(store, "run", index))
    try:
        return 0 if function(store).tag == "ok" else 1
    except ExitTrap as ended:
        return ended.code


if __name__ == "__main__":
    main()
