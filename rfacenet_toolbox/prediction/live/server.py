"""The server of the one page: on 127.0.0.1, for who has the token, by the library websockets."""

import asyncio
import contextlib
import hmac
import json
import logging
import re
import secrets
import signal
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from ...errors import ConfigError

ADDRESS = "127.0.0.1"
PAGE = Path(__file__).with_name("page.html")
#: Hosts that a browser may call us by. Another name that leads here is a page of a stranger (DNS rebinding). Any port:
#: a tunnel may have its own.
_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?")
#: what a viewer waits between two looks for news, which limits it to 25 pictures per second
_LOOK_EVERY_S = 0.04
#: time to ask for something on a connection, and to say goodbye at the end
_ASK_WITHIN_S, _FAREWELL_S = 10.0, 0.5
#: longest request of the page, which has nothing to say but "next"
_LONGEST_REQUEST = 64


class Server:
    """Serves the page, and to each viewer what is new on the board when it asks.

    A viewer asks again when it has drawn what it got: a slow one skips pictures, and none waits in a queue.

    Args:
        board: :class:`~.board.Board`.
        port: 0 takes a free one.

    Attributes:
        token: without which nothing is given.
    """

    def __init__(self, board, port=0):
        self.token = secrets.token_urlsafe(32)
        self._board, self._port = board, port

    def serve(self, on_ready):
        """Serve until Ctrl-C; ``on_ready`` is called with the page's address.

        Raises:
            ConfigError: the port is not to be had.
        """
        try:
            asyncio.run(self._until_interrupted(on_ready))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None

    async def _until_interrupted(self, on_ready):
        """Ctrl-C ends this task. Before Python 3.11, it would strike whichever task is running."""
        task = asyncio.ensure_future(self.run(on_ready))
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            with contextlib.suppress(NotImplementedError):  # on Windows
                asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
        await task

    async def run(self, on_ready):
        """:meth:`serve` in a running event loop, until it is cancelled."""
        logger = logging.getLogger(__name__)
        logger.setLevel(logging.CRITICAL)  # a stranger's broken request is not ours to report
        try:
            server = await serve(
                self._view, ADDRESS, self._port, process_request=self._answer, compression=None, logger=logger,
                max_size=_LONGEST_REQUEST, open_timeout=_ASK_WITHIN_S, close_timeout=_FAREWELL_S,
                server_header=None,
            )  # fmt: skip
        except OSError as error:
            raise ConfigError(
                f"Port {self._port} of {ADDRESS} cannot be had ({error.strerror or error}). Give another --port, or "
                f"leave it out for a free one."
            ) from error
        try:
            port = server.sockets[0].getsockname()[1]
            on_ready(f"http://{ADDRESS}:{port}/?token={self.token}")
            while True:  # on Windows, Ctrl-C is noticed between two sleeps only
                await asyncio.sleep(0.5)
        finally:
            server.close()
            # not for long: browsers keep connections ready on which they never ask for anything
            await asyncio.wait({asyncio.ensure_future(server.wait_closed())}, timeout=_FAREWELL_S)

    def _answer(self, connection, request):
        """The page, a refusal, or None for the page's own connection, which then goes to :meth:`_view`."""
        host = _only(request.headers, "Host")
        if host is None or not _HOST.fullmatch(host):
            return connection.respond(HTTPStatus.FORBIDDEN, f"This page is at {ADDRESS} alone.\n")
        origins = request.headers.get_all("Origin")
        if origins not in ([], [f"http://{host}"]):
            return connection.respond(HTTPStatus.FORBIDDEN, "Another page may not read this one.\n")
        path, token = _asked(request.path)
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode()):
            return connection.respond(HTTPStatus.FORBIDDEN, "The address lacks the token that rfacenet live printed.\n")
        if path == "/live":
            return None
        if path == "/":
            return _page(connection, host)
        return connection.respond(HTTPStatus.NOT_FOUND, "There is one page here, at /.\n")

    async def _view(self, connection):
        """Serve one viewer until it has gone."""
        self._board.watched.set()
        known, loop = 0, asyncio.get_running_loop()
        try:
            async for _ in connection:
                news = self._board.news(known)
                while news is None:
                    await asyncio.sleep(_LOOK_EVERY_S)
                    if connection.state is not State.OPEN:
                        return
                    news = self._board.news(known)
                known = news.number
                await connection.send(json.dumps(news.parts))
                if news.picture is not None:
                    await connection.send(await loop.run_in_executor(None, news.picture.jpeg))
                    await asyncio.sleep(_LOOK_EVERY_S)
        except ConnectionClosed:
            pass


def _only(headers, name):
    """The value of a header that is there once, else None."""
    values = headers.get_all(name)
    return values[0] if len(values) == 1 else None


def _asked(target):
    """``(path, token)`` of what a request asks for."""
    try:
        parts = urlsplit(target)
        tokens = parse_qs(parts.query).get("token", [""])
    except ValueError:
        return "", ""
    return parts.path, tokens[0]


def _page(connection, host):
    nonce = secrets.token_urlsafe(16)
    response = connection.respond(HTTPStatus.OK, PAGE.read_text(encoding="utf-8").replace("NONCE", nonce))
    del response.headers["Content-Type"]
    response.headers.update(
        {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
            f"img-src data:; connect-src ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
    )
    return response
