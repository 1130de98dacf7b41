"""Starts all lookups at once, and prints each answer as it comes, with asyncio.

    componentize-py -d wit -w command componentize lookup -p examples/guests-python -o lookup.wasm
    winsock-async run --allow localhost lookup.wasm host:localhost serv:http/tcp

    lookup [--timeout MS] QUERY...    cancels what is pending after this time
    cancel:QUERY                      starts a lookup and cancels it
"""

import asyncio

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import environment

import queries
import winsock_async


async def look_up(text, timeout_ms):
    """Looks a query up, prints the outcome, and returns whether there was an answer."""
    try:
        async with asyncio.timeout(timeout_ms and timeout_ms / 1000):
            answer = await winsock_async.lookup(queries.parse(text))
    except winsock_async.WinsockError as error:
        print(f"{text}: {error}", flush=True)
    except TimeoutError:
        print(f"{text}: cancelled after {timeout_ms} ms", flush=True)
    else:
        print(f"{text}: {queries.shown(answer)}", flush=True)
        return True
    return False


def cancelled(text):
    """Starts a lookup and cancels it: its completion never arrives."""
    winsock_async.lookup(queries.parse(text)).cancel()
    print(f"{text}: cancelled", flush=True)


async def main(texts, timeout_ms):
    running = []
    for text in texts:
        query = text.removeprefix("cancel:")
        if query == text:
            running.append(look_up(query, timeout_ms))
        else:
            cancelled(query)
    answered = await asyncio.gather(*running)
    return all(answered) and len(answered) == len(texts)


class Run(exports.Run):
    """The program."""

    def run(self):
        timeout_ms, texts = queries.command_line(environment.get_arguments())
        program = main(texts, timeout_ms)
        if not asyncio.run(program, loop_factory=winsock_async.Loop):
            raise Err(None)
