"""Fetches a page with Python's standard library alone, and prints the status line of the answer.

From this directory, with componentize-py 0.25.1 from PyPI:

    componentize-py -d wit -w command componentize fetch -o fetch.wasm
    winsock-async run --connect example.com:80 fetch.wasm http://example.com/
"""

# The component is a snapshot taken after the imports: a module imported later is not in it.
import encodings.idna
import socket
import sys
import urllib.parse

from wit_world import exports
from wit_world.imports import environment
from componentize_py_types import Err


def fetch(url):
    """Looks the host up, connects to it, and returns the first line of the answer."""
    parts = urllib.parse.urlsplit(url)
    address = (parts.hostname, parts.port or 80)
    with socket.create_connection(address) as connection:
        path = parts.path or "/"
        request = f"GET {path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n"
        connection.sendall(request.encode())
        with connection.makefile() as answer:
            return answer.readline().rstrip()


class Run(exports.Run):
    """The program."""

    def run(self):
        arguments = environment.get_arguments()[1:]
        if len(arguments) != 1:
            print("usage: fetch http://HOST[:PORT][/PATH]", file=sys.stderr)
            raise Err(None)
        try:
            print(fetch(arguments[0]))
        except OSError as error:
            print(f"fetch: {arguments[0]}: {error}", file=sys.stderr)
            raise Err(None)
