"""The page opens without a network, and is whole."""

import re
from html.parser import HTMLParser

from rfacenet_toolbox.report.figures import explain, save
from rfacenet_toolbox.report.html import SORT_SCRIPT, page, paragraph, picture, sortable

_VOID = {"meta", "link", "img"}


class Tags(HTMLParser):
    """Collects links, and fails on a tag that is not closed."""

    def __init__(self):
        super().__init__()
        self.open, self.links, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.links += [value for name, value in attributes if name in ("src", "href", "srcset", "action")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(html):
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    return tags


def test_all_of_it_is_in_the_file(tmp_path):
    png, _ = save(explain("A figure", "it is a trial"), tmp_path, "trial")
    parts = [("", paragraph("x")), ("One", picture(png, "a < b")), ("", sortable(["a"], [["1"]])), ("", SORT_SCRIPT)]
    html = page("Runs", parts)
    tags = read(html)
    assert tags.links and all(link.startswith("data:") for link in tags.links)
    assert not re.search(r"https?:|@import|url\(|fetch|XMLHttp", re.sub('src="data:[^"]*"', "", html))
    assert "width=device-width" in html
    assert "<h2></h2>" not in html


def test_text_is_text():
    bad = "<script>alert(1)</script> & \"'"
    html = page(bad, [(bad, paragraph(bad) + sortable([bad], [[bad]]))])
    assert "<script>" not in html
    assert "".join(read(html).text).count(bad) == 6


def test_a_picture_is_as_wide_as_it_was_drawn(tmp_path):
    png, _ = save(explain("A figure", "it is a trial"), tmp_path, "trial")
    assert 'style="width:504px;min-width:378px"' in picture(png, "")  # 700 pixels, at 200 to the inch
