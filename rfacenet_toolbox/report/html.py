"""One HTML page that opens without a network: style, script and pictures are in the file."""

import base64
import re
from html import escape
from pathlib import Path
from urllib.parse import quote

from .table import PLUS_MINUS, cell

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --quiet: #6b6b6b; }
@media (prefers-color-scheme: dark) { :root { --quiet: #a5a5a5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 80rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2.25rem; }
.said { border-left: 4px solid #d98200; padding: .5rem .75rem; background: var(--soft); }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
thead tr:first-child th { border-top: 0; } thead th { font-weight: 600; background: var(--soft); }
tbody th { font-weight: 500; } tbody > tr > * { vertical-align: baseline; }
tbody tr:nth-child(even) > * { background: var(--soft); }
th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: Canvas; }
thead th:first-child, tbody tr:nth-child(even) > :first-child {
  background: linear-gradient(var(--soft), var(--soft)), Canvas;
}
.sortable th { cursor: pointer; }
p:not(.said), figcaption, .notes { max-width: 70rem; }
figure { margin: 1rem 0; } figure div { overflow-x: auto; } figure img { background: #fff; }
figcaption { font-size: .9rem; color: var(--quiet); }
th.group { text-align: center; } th.group + .group { border-left: 1px solid var(--line); }
small { display: block; color: var(--quiet); font-size: .8rem; line-height: 1.2; }
.narrow th, .narrow td { padding: .35rem .4rem; } .narrow thead th { font-size: .85rem; }
.narrow small { font-size: .75rem; white-space: normal; overflow-wrap: normal; }
a { color: inherit; text-decoration-color: var(--line); } u { text-decoration-style: double; }
.notes { color: var(--quiet); font-size: .9rem; padding-left: 1.2rem; }
img, svg { max-width: 100%; height: auto; }
@media (max-width: 40rem) {
  body { padding: .6rem; } th, td { padding: .3rem .45rem; font-size: .9rem; }
  th:first-child, td:first-child { white-space: normal; overflow-wrap: normal; min-width: 5.5rem; }
}
"""

#: Sorts the tables of :func:`sortable`; put it on a page once, in any section. Without it they can still be read.
SORT_SCRIPT = """<script>
for (const head of document.querySelectorAll("table.sortable th")) {
  head.title = "sort";
  head.onclick = () => {
    const body = head.closest("table").tBodies[0], column = head.cellIndex, sign = head.dataset.sign === "1" ? -1 : 1;
    for (const other of head.parentNode.cells) delete other.dataset.sign;
    head.dataset.sign = sign;
    const key = (row) => row.cells[column].textContent;
    const number = (text) => parseFloat(text.replace("\\u2212", "-"));
    const order = (a, b) => {
      const [x, y] = [number(a), number(b)];
      if (isNaN(x) !== isNaN(y)) return isNaN(x) ? 1 : -1;
      return sign * (isNaN(x) ? a.localeCompare(b) : x - y);
    };
    body.append(...[...body.rows].sort((a, b) => order(key(a), key(b))));
  };
}
</script>"""


#: one and a half times 96 pixels per inch, over the 200 of the PNG
_CSS_PER_PIXEL = 0.72
#: share of its width below which a picture is not shrunk; one of a column's width then fits a phone of 400 pixels
_NARROWEST = 0.75


def page(title, sections):
    """A whole page.

    Args:
        title: text.
        sections: ``[(heading, HTML below it)]``; an empty heading is left out.

    Returns:
        The HTML text. What it shows must be in it: this adds no link to style, font or picture.
    """
    body = "\n".join(_heading(heading) + html for heading, html in sections)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="icon" href="data:,">\n<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def anchor(heading):
    """The id of a heading, the same that GitHub gives it in Markdown."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def paragraph(text, stands_out=False):
    """A paragraph; one that ``stands_out`` has a mark beside it, because a reader must not miss it."""
    return f"{'<p class=said>' if stands_out else '<p>'}{escape(text)}</p>"


def listed(notes):
    """Notes below a table, in small print."""
    return f'<ul class="notes">{"".join(f"<li>{escape(note)}</li>" for note in notes)}</ul>'


def table_html(table):
    """A :class:`~.table.Table` in a frame that scrolls sideways on a narrow screen, its first column in view."""
    head = ""
    if table.groups:
        spans = [f'<th class="group" colspan="{count}">{escape(words)}</th>' for words, count in table.groups]
        head = f"<tr>{''.join(spans)}</tr>"
    head += f"<tr>{''.join(f'<th>{escape(column)}</th>' for column in table.columns)}</tr>"
    rows = "\n".join(_row(row, table.narrow) for row in table.rows)
    opening = '<table class="narrow">' if table.narrow else "<table>"
    return f'<div class="wide">{opening}\n<thead>{head}</thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>' + (
        f"\n{listed(table.notes)}" if table.notes else ""
    )


def picture(png, caption):
    """A PNG file as a part of the page, with the words below it; on a white ground in dark mode too.

    It is one and a half times as wide as it was drawn, at 96 pixels per inch, or as wide as the screen; on a narrow one
    it scrolls sideways rather than become too small to read.
    """
    content = base64.b64encode(Path(png).read_bytes()).decode("ascii")
    width = _css_width(png)
    return (
        f'<figure><div><img alt="{escape(caption)}" src="data:image/png;base64,{content}" '
        f'style="width:{width}px;min-width:{_NARROWEST * width:.0f}px"></div>\n'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def sortable(columns, rows):
    """A table whose columns sort by a click on their heading, as :data:`SORT_SCRIPT` makes them.

    Args:
        columns: headings.
        rows: sequences of texts.
    """
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "\n".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows)
    return (
        f'<div class="wide"><table class="sortable">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n'
        f"</table></div>"
    )


def _heading(heading):
    return f'<h2 id="{anchor(heading)}">{escape(heading)}</h2>\n' if heading else ""


def _row(row, narrow):
    cells = (cell(content) for content in row)
    first, *others = (_cell(_error_below(one) if narrow else one) for one in cells)
    return f"<tr><th>{first}</th>{''.join(f'<td>{other}</td>' for other in others)}</tr>"


def _error_below(content):
    value, sign, error = content.text.partition(PLUS_MINUS)
    error = sign and sign.strip() + "\N{NO-BREAK SPACE}" + error
    lines = filter(None, [error, content.below])
    return content._replace(text=value, below="\n".join(lines))


def _cell(content):
    text = escape(content.text)
    tag = {"best": "strong", "second": "u"}.get(content.mark)
    text = f"<{tag}>{text}</{tag}>" if tag else text
    text = f'<a href="{escape(quote(content.href, safe="/#"))}">{text}</a>' if content.href else text
    return text + "".join(f"<small>{escape(line)}</small>" for line in content.below.splitlines())


def _css_width(png):
    """Width in CSS pixels; the PNG's own stands in bytes 16 to 19 of the file."""
    with open(png, "rb") as file:
        return int(int.from_bytes(file.read(20)[16:], "big") * _CSS_PER_PIXEL)
