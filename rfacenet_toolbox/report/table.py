"""Tables as data, and the same table as Markdown. HTML is :mod:`.html`'s."""

from typing import NamedTuple, Sequence, Tuple, Union

from ..runtime import tables

#: stands for a number that is missing
NOTHING = "–"
#: stands between a value and its standard error
PLUS_MINUS = " ± "
BEST, SECOND = "best", "second"


class Cell(NamedTuple):
    """A number, or words."""

    text: str = NOTHING
    href: str = ""  #: where the number comes from, relative to the page
    mark: str = ""  #: :data:`BEST`, :data:`SECOND` or nothing
    below: str = ""  #: a smaller line below, such as a range


class Table(NamedTuple):
    """Rows of cells below a header; the first column names the rows.

    ``groups`` is a second header above the columns: ``[(words, number of columns)]``, all columns or none. A table with
    many columns is ``narrow``: in HTML its standard errors stand below the values.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Union[str, Cell]]]
    groups: Sequence[Tuple[str, int]] = ()
    notes: Sequence[str] = ()
    narrow: bool = False


def cell(content):
    """A :class:`Cell` of a cell or a text."""
    return content if isinstance(content, Cell) else Cell(content)


def plus_minus(value, error=None):
    """``"1.05 ± 0.35"``, as the paper prints a metric and its standard error; a dash where there is no value."""
    if value is None:
        return NOTHING
    return f"{value:.2f}" if error is None else f"{value:.2f}{PLUS_MINUS}{error:.2f}"


def marks(values, lower_is_better):
    """:data:`BEST`, :data:`SECOND` or "" for each of the values, None among them; as printed, so that equals share."""
    printed = [None if value is None else round(value, 2) for value in values]
    order = sorted({value for value in printed if value is not None}, reverse=not lower_is_better)
    names = dict(zip(order, (BEST, SECOND)))
    return [names.get(value, "") if value is not None else "" for value in printed]


def markdown(table):
    """The table in GitHub's Markdown: best in bold, second best in italics, the smaller line in parentheses."""
    above = [words for words, count in table.groups for _ in range(count)] or [""] * len(table.columns)
    header = [f"{group} {column}".strip() for group, column in zip(above, table.columns)]
    lines = [f"## {table.title}", "", _row(header), _row(["---"] * len(header))]
    lines += [_row([_markdown_cell(cell(content)) for content in row]) for row in table.rows]
    lines += ["", *(f"- {note}" for note in table.notes)] if table.notes else []
    return "\n".join(lines) + "\n"


def csv_text(records):
    """Dicts with the same keys as CSV; None is an empty field."""
    return tables.csv_text(list(records[0]), (record.values() for record in records))


def distinct_ends(paths):
    """The last part of each sequence of parts, with those before it as far as needed to tell the sequences apart."""
    ends = []
    for own in paths:
        count = 1
        while sum(other[-count:] == own[-count:] for other in paths) > 1 and count < len(own):
            count += 1
        ends.append(own[-count:])
    return ends


def _row(cells):
    return f"| {' | '.join(cells)} |"


def _markdown_cell(content):
    around = {BEST: "**", SECOND: "*"}.get(content.mark, "")
    text = f"{around}{content.text}{around}".replace("|", "\\|").replace("\n", " ")
    text = f"[{text}]({content.href.replace(' ', '%20')})" if content.href else text
    return f"{text} ({content.below})" if content.below else text
