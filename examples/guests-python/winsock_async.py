"""Lookups as futures of asyncio. Copy this file into your program.

    import asyncio
    import winsock_async
    from winsock_async import types

    async def main():
        async with asyncio.timeout(5):
            answer = await winsock_async.lookup(types.Query_HostByName(b"localhost"))
            print(answer.value.name)

    asyncio.run(main(), loop_factory=winsock_async.Loop)
"""

import asyncio
import itertools
import time

from componentize_py_types import Err, Ok
from wit_world.imports import completions, lifecycle, requests

try:
    from wit_world.imports import types
except ImportError:
    # The world has other interfaces of this name, such as that of WASI's files.
    from wit_world.imports import winsock_async_lookup_types as types

# The most completions that one turn of the loop takes.
BATCH = 64


class WinsockError(OSError):
    """Why there is no answer: `code` is a `types.ErrorCode`."""

    def __init__(self, code):
        super().__init__(code.name.lower().replace("_", "-"))
        self.code = code


class Lookup(asyncio.Future):
    """A request that is under way. Its result is a `types.Answer`.

    Cancelling it cancels the request at once, and its completion never arrives.
    """

    def __init__(self, query, tag, loop):
        super().__init__(loop=loop)
        self._tag = tag
        try:
            self._handle = requests.async_request(query, tag)
        except Err as error:
            raise WinsockError(error.value) from None

    def cancel(self, msg=None):
        if not super().cancel(msg):
            return False
        try:
            requests.cancel(self._handle)
        except Err:
            # The resolver side is down, and the completion says so.
            return True
        del self.get_loop().lookups[self._tag]
        return True


class Loop(asyncio.BaseEventLoop):
    """An event loop that waits for completions and for timers. It has no sockets or threads."""

    def __init__(self):
        super().__init__()
        # What asyncio's loop waits with, by `select`.
        self._selector = self
        self._tags = itertools.count()
        # The lookups that are under way, by their tags.
        self.lookups = {}
        lifecycle.startup()

    def close(self):
        if not self.is_closed():
            lifecycle.cleanup()
        super().close()

    def start(self, query):
        """Starts a lookup."""
        tag = next(self._tags)
        lookup = Lookup(query, tag, self)
        self.lookups[tag] = lookup
        return lookup

    def select(self, timeout):
        """Waits for completions, and returns them. The time-out is in seconds; None is no limit."""
        if self.lookups:
            completions.wait(None if timeout is None else max(0, int(timeout * 1e9)))
            return completions.take(BATCH)
        if timeout is None:
            raise RuntimeError("deadlock: the program waits, and no lookup is under way")
        time.sleep(max(0, timeout))
        return []

    def _process_events(self, event_list):
        for completion in event_list:
            lookup = self.lookups.pop(completion.tag)
            if lookup.done():
                continue
            match completion.outcome:
                case Ok(answer):
                    lookup.set_result(answer)
                case Err(code):
                    lookup.set_exception(WinsockError(code))


def lookup(query):
    """Starts a lookup in the running `Loop`, and returns its future.

    Raises `WinsockError` if the host refuses the request, as at a limit.
    """
    return asyncio.get_running_loop().start(query)
