"""The server: who gets the page, what viewers get, and that none harms another."""

import http.client
import re
import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import numpy as np
import pytest
from support.live_page import PATIENCE_S, served, viewer, wait_until
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.prediction.box import Box
from rfacenet_toolbox.prediction.live import server
from rfacenet_toolbox.prediction.live.board import Board, Picture
from rfacenet_toolbox.prediction.live.server import Server

HOST = "127.0.0.1"


def picture(time_s, size=(48, 64)):
    noise = np.random.default_rng(int(time_s)).integers(0, 255, (*size, 3), dtype=np.uint8)
    return Picture(time_s, noise, Box(10, 10, 20, 20))


@pytest.fixture
def board():
    board = Board()
    board.put("about", {"source": "me.mp4"})
    return board


@pytest.fixture
def address(board):
    with served(board) as address:
        yield address


def status(address, target, *headers):
    """``(status, headers, text)`` of a GET request with just these headers."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE_S)
    connection.putrequest("GET", target, skip_host=True)
    for header in headers:
        connection.putheader(*header)
    connection.endheaders()
    with connection.getresponse() as response:
        return response.status, response.headers, response.read().decode()


def own(address):
    """``(token, its Host header)``."""
    parts = urlsplit(address)
    return parts.query, ("Host", parts.netloc)


def test_the_page_is_for_who_has_the_token(address):
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as response:
        assert response.status == 200 and response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<title>rFaceNet live</title>" in response.read().decode()
    _, host = own(address)
    token = urlsplit(address).query[len("token=") :]
    assert len(token) >= 43
    for query in ("", "?token=", "?token=wrong", f"?token={token[:-1]}", f"?token={token}x", "?token=%C3%A9", "?x=1"):
        code, _, text = status(address, f"/{query}", host)
        assert code == 403 and "token" in text and token not in text, query


def test_each_server_has_a_token_of_its_own():
    assert len({Server(Board()).token for _ in range(5)}) == 5


@pytest.mark.parametrize("token", ["", "?token=wrong"])
def test_the_connection_needs_the_token_too(address, token):
    with pytest.raises(InvalidStatus) as refused, viewer(address.partition("?")[0] + (token or "?")):
        pass
    assert refused.value.response.status_code == 403


def test_another_name_for_this_machine_is_refused(address):
    token, host = own(address)
    port = urlsplit(address).port
    assert status(address, f"/?{token}", ("Host", f"localhost:{port}"))[0] == 200
    assert status(address, f"/?{token}", ("Host", f"{HOST}:1"))[0] == 200  # a tunnel's own port
    for name in (
        "a-host.invalid",
        f"a-host.invalid:{port}",
        f"{HOST}.a-host.invalid:{port}",
        "",
        f"{HOST}:1;x",
        "[::]",
    ):
        assert status(address, f"/?{token}", ("Host", name))[0] == 403, name
    assert status(address, f"/?{token}")[0] in (400, 403)
    assert status(address, f"/?{token}", host, ("Host", "a-host.invalid"))[0] in (400, 403)


def test_another_page_may_not_connect(address):
    token, host = own(address)
    for origin in ("http://a-host.invalid", "null", "https://" + host[1], "http://localhost"):
        assert status(address, f"/?{token}", host, ("Origin", origin))[0] == 403, origin
    with viewer(address, origin=f"http://{host[1]}") as own_page:
        assert "about" in own_page.next()[0]


def test_there_is_nothing_but_the_page(address):
    token, host = own(address)
    for target in ("/page.html", "/../setup.py", "/favicon.ico", "//"):
        assert status(address, f"{target}?{token}", host)[0] in (403, 404), target
    assert status(address, f"//[?{token}", host)[0] == 403


def test_it_is_served_on_loopback_alone(address):
    assert urlsplit(address).hostname == HOST
    elsewhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with elsewhere:
        try:
            elsewhere.connect(("192.0.2.1", 9))  # sends nothing; tells the address that would be used
            outer = elsewhere.getsockname()[0]
        except OSError:
            pytest.skip("this machine has no other address")
    if outer.startswith("127."):
        pytest.skip("this machine has no other address")
    with pytest.raises(OSError):
        socket.create_connection((outer, urlsplit(address).port), timeout=5).close()


def test_the_page_loads_nothing_and_may_load_nothing(address):
    token, host = own(address)
    _, headers, text = status(address, f"/?{token}", host)
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'" and policy["img-src"] == "data:"
    assert policy["connect-src"] == f"ws://{host[1]}" and policy["frame-ancestors"] == "'none'"
    (nonce,) = set(re.findall(r'nonce="([^"]+)"', text))
    assert policy["script-src"] == policy["style-src"] == f"'nonce-{nonce}'" and "NONCE" not in text
    assert f'"{nonce}"' not in status(address, f"/?{token}", host)[2]
    assert re.findall(r"(?:src|href)\s*=\s*(\S+)", text) == ['"data:,">'] and "url(" not in text and "http" not in text
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"


def test_two_viewers_see_the_same(board, address):
    board.put("picture", picture(1))
    board.put("reading", {"heart_rate_bpm": 71.0})
    with viewer(address) as one, viewer(address) as other:
        assert one.next() == other.next()
        board.put("picture", picture(2))
        first, second = one.next(), other.next()
        assert first == second and first[0]["picture"]["time_s"] == 2 and first[1].startswith(b"\xff\xd8")
    assert board.watched.is_set()


def test_who_comes_late_gets_the_newest_of_everything(board, address):
    board.put("reading", {"heart_rate_bpm": 70.0})
    with viewer(address) as early:
        early.next()
        board.put("reading", {"heart_rate_bpm": 71.0})
        board.put("end", {"result": None})
        assert set(early.next()[0]) == {"reading", "end"}
        with viewer(address) as late:
            assert late.next()[0] == {
                "about": {"source": "me.mp4"},
                "reading": {"heart_rate_bpm": 71.0},
                "end": {"result": None},
            }


def test_a_slow_viewer_skips_pictures(board, address):
    with viewer(address) as slow:
        slow.next()
        for time_s in range(1, 41):
            board.put("picture", picture(time_s))
        assert slow.next()[0]["picture"]["time_s"] == 40
        board.put("picture", picture(41))
        assert slow.next()[0]["picture"]["time_s"] == 41


def test_viewers_that_go_in_the_middle_harm_nobody(board, address):
    with viewer(address) as stays:
        stays.next()
        with viewer(address) as closed:
            closed.next()
            closed.socket.send("next")  # and goes without waiting for the answer
        for _ in range(3):
            with viewer(address) as torn:
                board.put("picture", picture(1, (480, 640)))
                torn.socket.send("next")
                torn.socket.socket.shutdown(socket.SHUT_RDWR)
        board.put("picture", picture(5))
        wait_until(lambda: stays.next()[0]["picture"]["time_s"] == 5 or board.put("picture", picture(5)))


def test_a_viewer_that_waits_and_goes_is_forgotten(board, address):
    with viewer(address) as waits:
        waits.next()
        waits.socket.send("next")
    with viewer(address) as other:
        assert "about" in other.next()[0]


def test_a_viewer_that_never_reads_does_not_hold_up_the_end(board):
    with served(board) as address, viewer(address, close_timeout=0.1) as deaf:
        for time_s in range(30):
            board.put("picture", picture(time_s, (480, 640)))
            deaf.socket.send("next")


def test_a_connection_without_a_request_does_not_hold_up_the_end(board, monkeypatch):
    monkeypatch.setattr(server, "_ASK_WITHIN_S", 100 * PATIENCE_S)
    with served(board) as address:
        idle = socket.create_connection((HOST, urlsplit(address).port), timeout=PATIENCE_S)
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as response:  # the idle one has been accepted by then
            assert response.status == 200
    idle.close()


def test_a_viewer_that_says_too_much_is_closed(address):
    with viewer(address) as one:
        one.socket.send("x" * 1000)
        with pytest.raises(ConnectionClosed):
            one.socket.recv(PATIENCE_S)


def test_a_port_that_is_taken_is_refused(address):
    port = urlsplit(address).port
    with pytest.raises(ConfigError, match=f"Port {port} of 127.0.0.1 cannot be had"):
        Server(Board(), port).serve(print)


def test_broken_requests_are_not_reported(address, capfd):
    parts = urlsplit(address)
    for request in (b"\x16\x03\x01 no HTTP at all\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n"):
        with socket.create_connection((HOST, parts.port), timeout=PATIENCE_S) as raw:
            raw.sendall(request)
            raw.recv(1000)
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as response:
        assert response.status == 200
    assert capfd.readouterr().err == ""
