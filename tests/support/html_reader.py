"""Reads a page's tables and links back."""

from html.parser import HTMLParser


class Reader(HTMLParser):
    """Checks that tags are closed in order, and collects what is in the page."""

    VOID = {"meta", "link", "br", "img"}

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.ids, self.words = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.links += [value for key, value in attributes.items() if key in ("href", "src", "srcset", "action")]
        self.ids += [value for key, value in attributes.items() if key == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)
