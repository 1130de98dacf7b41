"""Starts all lookups at once, and prints each answer as it comes, by the bare interface.

    componentize-py -d wit -w command componentize polled -p examples/guests-python -o polled.wasm
    winsock-async run --allow localhost polled.wasm host:localhost serv:http/tcp

    polled [--timeout MS] QUERY...    cancels what is pending after this time
    cancel:QUERY                      starts a lookup and cancels it
"""

import time

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports import completions, environment, lifecycle, requests

import queries


def say(query, outcome):
    print(f"{query}: {outcome}", flush=True)


def named(code):
    """An error as the interface calls it."""
    return code.name.lower().replace("_", "-")


class Lookups:
    """The lookups that are under way, each with its query's text and its handle, by their tags."""

    def __init__(self):
        self.pending = {}
        self.failed = False

    def start(self, tag, text):
        try:
            handle = requests.async_request(queries.parse(text), tag)
        except Err as error:
            self.fail(text, f"not begun: {named(error.value)}")
            return
        self.pending[tag] = (text, handle)

    def fail(self, text, why):
        self.failed = True
        say(text, why)

    def cancel(self, tag, why):
        """Cancels a request. After success, its completion never arrives."""
        text, handle = self.pending[tag]
        try:
            requests.cancel(handle)
        except Err:
            # The resolver side is down, and the completion says so.
            return
        del self.pending[tag]
        self.fail(text, why)

    def end(self, completion):
        # A cancelled request is not there, so its completion would be a KeyError.
        text, _ = self.pending.pop(completion.tag)
        match completion.outcome:
            case Ok(answer):
                say(text, queries.shown(answer))
            case Err(code):
                self.fail(text, named(code))

    def wait(self, timeout_ms):
        """Prints the outcomes until all have come, or cancels the rest after the time."""
        end = None if timeout_ms is None else time.monotonic_ns() + timeout_ms * 1_000_000
        while self.pending:
            left = None if end is None else max(0, end - time.monotonic_ns())
            if not completions.wait(left):
                for tag in list(self.pending):
                    self.cancel(tag, f"cancelled after {timeout_ms} ms")
            for completion in completions.take(16):
                self.end(completion)


class Run(exports.Run):
    """The program."""

    def run(self):
        timeout_ms, texts = queries.command_line(environment.get_arguments())
        lifecycle.startup()
        lookups = Lookups()
        for tag, text in enumerate(texts):
            query = text.removeprefix("cancel:")
            lookups.start(tag, query)
            if query != text and tag in lookups.pending:
                lookups.cancel(tag, "cancelled")
        lookups.wait(timeout_ms)
        lifecycle.cleanup()
        if lookups.failed:
            raise Err(None)
