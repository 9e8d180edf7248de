"""One HTML page that opens without a network: style, script and pictures are in the file."""
import base64
from html import escape
from pathlib import Path

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --quiet: #6b6b6b; }
@media (prefers-color-scheme: dark) { :root { --quiet: #a5a5a5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.25rem; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; max-height: 32rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
thead th { position: sticky; top: 0; background: Canvas; border-top: 0; }
th:first-child, td:first-child { text-align: left; }
img { max-width: 100%; height: auto; }
"""
_FIGURE_STYLE = "margin:1rem 0"
_CAPTION_STYLE = "font-size:.9rem;opacity:.8"

#: Makes the tables of :func:`sortable` so; put it on a page once, in any section. Without it they still read.
SORT_SCRIPT = """<script>
for (const head of document.querySelectorAll("table.sortable th")) {
  head.style.cursor = "pointer";
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


def page(title, sections):
    """A whole page.

    Args:
        title: text.
        sections: ``[(heading, HTML below it)]``; an empty heading is left out.

    Returns:
        The HTML text.
    """
    body = "\n".join((f"<h2>{escape(heading)}</h2>\n" if heading else "") + html for heading, html in sections)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="icon" href="data:,">\n<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def paragraph(text):
    """A paragraph of text."""
    return f"<p>{escape(text)}</p>"


def picture(png, caption):
    """A PNG file as a part of the page, with the words below it; on a white ground in dark mode too.

    It is as wide as it was drawn, at 96 pixels to the inch and a half over, or as the screen.
    """
    content = base64.b64encode(Path(png).read_bytes()).decode("ascii")
    return (
        f'<figure style="{_FIGURE_STYLE}"><img alt="{escape(caption)}" src="data:image/png;base64,{content}" '
        f'style="background:#fff;width:{_css_width(png)}px">\n'
        f'<figcaption style="{_CAPTION_STYLE}">{escape(caption)}</figcaption></figure>'
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


def _css_width(png, css_per_pixel=0.72):
    """Width in CSS pixels; the PNG's own stands in bytes 16 to 19 of the file."""
    with open(png, "rb") as file:
        return int(int.from_bytes(file.read(20)[16:], "big") * css_per_pixel)
