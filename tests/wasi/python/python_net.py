"""Looks names up and connects with Python's standard library. Prints a line for each step, or the
type of the error. A test compares the lines.

    lookup NAME          found ADDRESS, one line for each
    tcp NAME PORT        received LINE
    urllib URL           status NUMBER, then body TEXT
    asyncio NAME PORT    found ADDRESS, then received LINE
    fetch URL            the example's status line
"""

import asyncio
import encodings.idna
import socket
import urllib.error
import urllib.request

import fetch
from wit_world import exports
from wit_world.imports import environment


def found(name, port=80):
    """The addresses of a name, each once, in order."""
    entries = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(entry[4][0] for entry in entries))


def lookup(name):
    for address in found(name):
        print(f"found {address}")


def tcp(name, port):
    with socket.create_connection((name, int(port))) as connection:
        connection.sendall(b"hello\n")
        with connection.makefile() as answer:
            print(f"received {answer.readline().rstrip()}")


def with_urllib(url):
    try:
        with urllib.request.urlopen(url) as answer:
            print(f"status {answer.status}")
            print(f"body {answer.read().decode()!r}")
    except urllib.error.HTTPError as answer:
        print(f"status {answer.code}")


async def streams(address, port):
    reader, writer = await asyncio.open_connection(address, port)
    writer.write(b"hello\n")
    await writer.drain()
    line = await reader.readline()
    print(f"received {line.decode().rstrip()}")
    writer.close()
    await writer.wait_closed()


def with_asyncio(name, port):
    # asyncio's own lookup needs threads, which WASI does not have.
    addresses = found(name)
    print(f"found {addresses[0]}")
    asyncio.run(streams(addresses[0], int(port)))


COMMANDS = {
    "lookup": lookup,
    "tcp": tcp,
    "urllib": with_urllib,
    "asyncio": with_asyncio,
    "fetch": lambda url: print(fetch.fetch(url)),
}


class Run(exports.Run):
    def run(self):
        _, command, *arguments = environment.get_arguments()
        try:
            COMMANDS[command](*arguments)
        except OSError as error:
            # urllib wraps the error of the socket.
            cause = getattr(error, "reason", error)
            print(f"error {type(cause).__name__}: {cause}")
