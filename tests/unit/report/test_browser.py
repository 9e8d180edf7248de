"""The pages in a real browser, headless Chromium: nothing is asked of any host, pictures load, a phone can show it."""

import json
import os
import re
import subprocess
from html import unescape

import pytest
from support.browser import BROWSER

from rfacenet_toolbox.report import html
from rfacenet_toolbox.report.figures import explain, save
from rfacenet_toolbox.report.table import Cell, Table

pytestmark = pytest.mark.browser

#: tells the page around it how it was laid out
WITNESS = """<script>addEventListener("load", () => parent.postMessage(JSON.stringify({
  pictures: [...document.images].map((image) => image.naturalWidth),
  widths: [...document.images].map((image) => image.getBoundingClientRect().width),
  window: innerWidth, content: document.documentElement.scrollWidth,
  whole: [...document.querySelectorAll(".wide")].map((frame) => frame.scrollWidth <= frame.clientWidth),
  sorted: [...document.querySelectorAll("table.sortable")].map((table) => {
    table.querySelector("th:last-child").click();
    return [...table.tBodies[0].rows].map((row) => row.cells[row.cells.length - 1].textContent);
  }),
}), "*"))</script>"""
#: a browser's window is never as narrow as a phone; a frame in it is
FRAME = """<!DOCTYPE html><script>onmessage = (event) => { document.body.textContent = event.data; }</script>
<iframe src="page.html" width="%d" height="800" style="border: 0"></iframe>"""


def visit(folder, page, width=400):
    """What a page says of itself in a window of this width, and the URLs that it asked for beyond its own file."""
    (folder / "page.html").write_text(page + WITNESS, encoding="utf-8")
    (folder / "frame.html").write_text(FRAME % width, encoding="utf-8")
    log = folder / "net.json"
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", "--host-resolver-rules=MAP * ~NOTFOUND",
        "--window-size=1400,900", "--hide-scrollbars", "--virtual-time-budget=5000", "--dump-dom",
        (folder / "frame.html").as_uri(),
    ]  # fmt: skip
    environment = {**os.environ, "HOME": str(folder)}
    shown = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, timeout=120)
    said = re.search(r"<body>\s*(\{.*\})\s*</body>", shown.stdout.decode("utf-8"), re.DOTALL)
    assert said, "the page did not load"
    return json.loads(unescape(said.group(1))), requests_of_pages(json.loads(log.read_text()))


def requests_of_pages(log):
    """URLs that pages from files asked the network for; the browser asks its maker's hosts for others on its own."""
    parameters = [event.get("params", {}) for event in log["events"]]
    asked = [one["url"] for one in parameters if one.get("network_isolation_key", "").startswith("file:")]
    return sorted({url for url in asked if not url.startswith(("file:", "data:"))})


@pytest.fixture
def page(tmp_path):
    """A page with every part there is."""
    png, _ = save(explain("A figure", "it is a trial"), tmp_path, "trial")
    cells = [Cell("1.99 ± 0.82", "#a-table", "best", "1.00 to 3.00")] * 8
    columns, groups = ["", *["published", "measured"] * 4], [("", 1), ("MAE", 4), ("RMSE", 4)]
    table = Table("A table", columns, [["a method", *cells]] * 3, groups, ["A note."])
    pair = Cell("12.99 ± 10.82", "#a-table", "best", "10.00 to 13.00"), "15.9"
    row = ["PhysFormer++", "interpretation", pair[0], *pair[::-1] * 4, "2378", "25"]
    columns = ["", "kind", "synthetic", *["published", "synthetic"] * 4, "videos", "runs"]
    narrow = Table("As Table 1", columns, [row], narrow=True)
    numbers = [["a run", *[text] * 12] for text in ("2.5", "–", "-10", "0.5")]
    sorts = html.sortable(["a name", *["a number"] * 12], numbers)
    sections = [
        ("", html.paragraph("said", stands_out=True)),
        ("A table", html.table_html(table)),
        ("As Table 1", html.table_html(narrow)),
        ("A picture", html.picture(png, "its caption") * 2),
        ("Runs", sorts),
        ("", html.SORT_SCRIPT),
    ]
    return html.page("A page with a heading that a phone has to break into several lines", sections)


@pytest.mark.parametrize("width", [400, 1300])
def test_a_page_is_whole_and_asks_nothing_of_any_host(tmp_path, page, width):
    said, asked = visit(tmp_path, page, width)
    assert asked == []
    assert said["pictures"] == [700, 700]
    assert said["window"] == said["content"] == width
    assert all(378 <= shown <= min(width, 504) for shown in said["widths"])
    assert said["whole"][1] == (width == 1300)
    assert said["sorted"] == [["-10", "0.5", "2.5", "–"]]


def test_a_page_that_does_is_found_out(tmp_path, page):
    """The check itself: it sees what a page must not do."""
    page = page.replace("<body>", '<body><img src="http://a-host.invalid/a.png"><pre>' + "wide" * 200 + "</pre>")
    said, asked = visit(tmp_path, page)
    assert asked == ["http://a-host.invalid/a.png"]
    assert said["pictures"] == [0, 700, 700] and said["content"] > said["window"]
