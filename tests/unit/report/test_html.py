"""The page opens without a network, and is whole."""

import re

from support.html_reader import Reader

from rfacenet_toolbox.report.figures import explain, save
from rfacenet_toolbox.report.html import SORT_SCRIPT, page, paragraph, picture, sortable


def test_all_of_it_is_in_the_file(tmp_path):
    png, _ = save(explain("A figure", "it is a trial"), tmp_path, "trial")
    parts = [("", paragraph("x")), ("One", picture(png, "a < b")), ("", sortable(["a"], [["1"]])), ("", SORT_SCRIPT)]
    html = page("Runs", parts)
    tags = Reader(html)
    assert tags.links and all(link.startswith("data:") for link in tags.links)
    assert not re.search(r"https?:|@import|url\(|fetch|XMLHttp", re.sub('src="data:[^"]*"', "", html))
    assert "width=device-width" in html
    assert "<h2></h2>" not in html


def test_text_is_text():
    bad = "<script>alert(1)</script> & \"'"
    html = page(bad, [(bad, paragraph(bad) + sortable([bad], [[bad]]))])
    assert "<script>" not in html
    assert "".join(Reader(html).words).count(bad) == 6


def test_a_picture_is_as_wide_as_it_was_drawn(tmp_path):
    png, _ = save(explain("A figure", "it is a trial"), tmp_path, "trial")
    assert 'style="width:504px;min-width:378px"' in picture(png, "")  # 700 pixels, at 200 to the inch
