"""The page of ``rfacenet live`` served within a test, and viewers of it."""

import asyncio
import contextlib
import json
import queue
import threading
import time

from websockets.sync.client import connect
from websockets.version import version

from rfacenet_toolbox.prediction.live.board import Board
from rfacenet_toolbox.prediction.live.measuring import Measuring
from rfacenet_toolbox.prediction.live.server import Server

PATIENCE_S = 60  # on a busy machine
#: of a WebSocket's client: none to this machine; before release 15 there were none
NO_PROXY = {"proxy": None} if int(version.split(".")[0]) >= 15 else {}


@contextlib.contextmanager
def served(board, port=0):
    """The address of a server of this board, in a thread of its own; it must end at once at the end."""
    addresses, running = queue.Queue(), []

    async def main():
        running.extend((asyncio.get_running_loop(), asyncio.current_task()))
        await Server(board, port).run(addresses.put)

    def go():
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(main())

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield addresses.get(timeout=PATIENCE_S)
    finally:
        loop, task = running
        loop.call_soon_threadsafe(task.cancel)
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


class Viewer:
    """What the page's script does, without a page."""

    def __init__(self, socket):
        self.socket = socket

    def next(self):
        """``(parts, JPEG or None)`` of what is new."""
        self.socket.send("next")
        parts = json.loads(self.socket.recv(PATIENCE_S))
        return parts, self.socket.recv(PATIENCE_S) if "picture" in parts else None


@contextlib.contextmanager
def viewer(address, **settings):
    """A :class:`Viewer` of the page at this address."""
    url = address.replace("http:", "ws:").replace("/?", "/live?")
    with connect(url, open_timeout=PATIENCE_S, compression=None, **NO_PROXY, **settings) as socket:
        yield Viewer(socket)


def parts_until_end(source, tracker, running):
    """Measure a source as the page does: every part that came onto the board, ``[(name, content)]``, to its end."""
    parts = []

    class Noted(Board):
        def put(self, name, content):
            parts.append((name, content))
            super().put(name, content)

    board = Noted()
    measuring = Measuring(source, tracker, running, board)
    board.watched.set()
    measuring.start()
    measuring.join(PATIENCE_S)
    assert not measuring.is_alive()
    return parts


def wait_until(is_true):
    """Wait until a function gives something true, and give that back."""
    stop_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < stop_s:
        found = is_true()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")
