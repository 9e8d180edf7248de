"""Tables as data, as Markdown, as CSV and as HTML."""

import pytest
from support.html_reader import Reader

from rfacenet_toolbox.report import html
from rfacenet_toolbox.report.table import BEST, SECOND, Cell, Table, csv_text, markdown, marks, plus_minus

TABLE = Table(
    "Heart & rate",
    ["", "published", "measured"],
    [
        ["POS", Cell("4.08 ± 1.01"), Cell("1.00", "POS run/results.json", BEST, "0.90 to 1.10")],
        ["a|b", "<none>", Cell("2.00", mark=SECOND)],
    ],
    groups=[("", 1), ("MAE↓", 2)],
    notes=["5 < 6"],
)


def test_markdown_has_marks_links_and_one_header():
    assert markdown(TABLE).splitlines() == [
        "## Heart & rate",
        "",
        "|  | MAE↓ published | MAE↓ measured |",
        "| --- | --- | --- |",
        "| POS | 4.08 ± 1.01 | [**1.00**](POS%20run/results.json) (0.90 to 1.10) |",
        "| a\\|b | <none> | *2.00* |",
        "",
        "- 5 < 6",
    ]


@pytest.mark.parametrize(
    "values, lower, expected",
    [
        ([3.0, 1.0, 2.0], True, ["", BEST, SECOND]),
        ([0.8, None, 0.9], False, [SECOND, "", BEST]),
        ([1.001, 1.0, 1.01], True, [BEST, BEST, SECOND]),  # equal as they are printed
        ([None, None], True, ["", ""]),
    ],
)
def test_best_and_second_best(values, lower, expected):
    assert marks(values, lower) == expected


def test_numbers_are_printed_as_in_the_paper():
    assert [plus_minus(1.046, 0.352), plus_minus(1.0), plus_minus(None, None)] == ["1.05 ± 0.35", "1.00", "–"]


def test_csv_leaves_out_what_there_is_not():
    assert csv_text([{"a": 1, "b": None}, {"a": "x,y", "b": 0.5}]) == 'a,b\n1,\n"x,y",0.5\n'


def test_a_page_is_whole_and_asks_nothing_of_any_host():
    said = html.paragraph("said <b>", stands_out=True)
    page = html.page("A & B", [("", said), ("Every run", html.table_html(TABLE))])
    seen = Reader(page)
    assert seen.links == ["data:,", "POS%20run/results.json"] and "http" not in page and "@import" not in page
    assert seen.ids == ["every-run"]
    text = "".join(seen.words)
    for words in ("A & B", "said <b>", "a|b", "<none>", "0.90 to 1.10", "5 < 6"):
        assert words in text
    assert "<strong>1.00</strong>" in page and "<u>2.00</u>" in page
    assert 'name="viewport"' in page and 'colspan="2">MAE↓' in page


def test_a_narrow_table_has_its_errors_below_the_values_in_html_alone():
    cells = [Cell("1.00 ± 0.50", "run", BEST, "0.90 to 1.10"), Cell("2.00 ± 0.25"), "3"]
    table = Table("Many columns", ["", "a", "b", "c"], [["POS", *cells]], narrow=True)
    text = html.table_html(table).replace("\N{NO-BREAK SPACE}", " ")
    assert '<a href="run"><strong>1.00</strong></a><small>± 0.50</small><small>0.90 to 1.10</small>' in text
    assert "<td>2.00<small>± 0.25</small></td><td>3</td>" in text
    assert markdown(table) == markdown(table._replace(narrow=False))


def test_an_anchor_is_the_one_that_github_gives_the_heading():
    assert html.anchor("Every run, PURE to UBFC-rPPG") == "every-run-pure-to-ubfc-rppg"
