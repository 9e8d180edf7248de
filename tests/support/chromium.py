"""A headless Chromium that a test steers, over its DevTools protocol."""

import contextlib
import json
import os
import subprocess
import urllib.request

from support.browser import BROWSER
from support.live_page import NO_PROXY, PATIENCE_S, wait_until
from websockets.sync.client import connect


class Tab:
    """A tab of the browser.

    Attributes:
        asked: URLs that its pages asked for, those of WebSockets too.
        faults: what its pages and their scripts did wrong, in the browser's words.
        port: of the browser's DevTools.
    """

    def __init__(self, socket, port):
        self._socket, self.port = socket, port
        self._count = 0
        self.asked, self.faults = [], []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """The result of a call; what happened meanwhile is noted."""
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv(PATIENCE_S))
            if said.get("id") == self._count:
                return said["result"]
            self._note(said["method"], said["params"])

    def _note(self, method, parameters):
        if method == "Network.requestWillBeSent":
            self.asked.append(parameters["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.asked.append(parameters["url"])
        elif method == "Runtime.exceptionThrown":
            self.faults.append(parameters["exceptionDetails"].get("exception", {}).get("description"))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.faults.append(parameters["entry"]["text"])

    def value(self, expression):
        """The value of a JavaScript expression."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, expression):
        """Wait until a JavaScript expression is true."""
        wait_until(lambda: self.value(expression))

    def visit(self, url):
        """Go to a page and wait until it has loaded."""
        self.call("Page.navigate", url=url)
        self.until(f"location.href === {json.dumps(url)} && document.readyState === 'complete'")

    def resize(self, width, height=900):
        """The size of what is seen, in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )


@contextlib.contextmanager
def tab(folder):
    """A :class:`Tab` of a browser that keeps its files in ``folder``; no name but 127.0.0.1 leads anywhere."""
    profile = folder / "profile"
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-port=0",
        f"--user-data-dir={profile}", "about:blank",
    ]  # fmt: skip
    environment = {**os.environ, "HOME": str(folder)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    port_file = profile / "DevToolsActivePort"
    try:
        wait_until(lambda: port_file.is_file() and port_file.read_text().count("\n"))
        port = port_file.read_text().split()[0]
        (target,) = [one for one in json.loads(_asked(port, "")) if one["type"] == "page"]
        with _steered(target, port) as opened:
            yield opened
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@contextlib.contextmanager
def another(first):
    """A further :class:`Tab` of the browser that has ``first``; it is closed at the end."""
    target = json.loads(_asked(first.port, "/new?about:blank", method="PUT"))
    with _steered(target, first.port) as opened:
        yield opened
    _asked(first.port, f"/close/{target['id']}")


def _asked(port, path, method="GET"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/json{path}", method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
        return response.read()


@contextlib.contextmanager
def _steered(target, port):
    url = target["webSocketDebuggerUrl"]
    with connect(url, max_size=None, compression=None, open_timeout=PATIENCE_S, **NO_PROXY) as socket:
        yield Tab(socket, port)
