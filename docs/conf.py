"""Sphinx's settings: `make docs` builds the site into site/, and it opens without a network."""

import re

from numpy.typing import ArrayLike
from sphinx.util.typing import stringify_annotation

import rfacenet_toolbox

project = html_title = "rFaceNet for the rPPG-Toolbox"
author = copyright = "The rfacenet-toolbox contributors"
release = version = rfacenet_toolbox.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
templates_path = exclude_patterns = ["_templates"]
suppress_warnings = ["ref.python"]  # attributes of one name in several classes
myst_heading_anchors = 3  # links to headings, as code hosts have them

autosummary_ignore_module_all = False  # a package that names its public face is shown by it
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 100
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

highlight_language = "none"  # where a page names none: commands and what they print

html_theme = "furo"
html_static_path, html_css_files = ["_static"], ["site.css"]
html_show_sourcelink = False


def setup(app):
    app.connect("autodoc-process-signature", _readable)
    app.connect("autodoc-process-docstring", _plain, priority=400)  # before Napoleon


def _readable(app, what, name, value, options, signature, returns):
    """NumPy's aliases under their names, and no ``<factory>``, which a dataclass has for the default of a list."""
    return tuple(text and _with_names(text.replace("<factory>", "...")) for text in (signature, returns))


def _with_names(text):
    text = text.replace(stringify_annotation(ArrayLike, "smart"), "ArrayLike")
    return re.sub(r"~numpy\.ndarray\[~typing\.Any, ~numpy\.dtype\[([~.\w]+)\]\]", r"NDArray[\1]", text)


def _plain(app, what, name, value, options, lines):
    """Leave out what NamedTuple says of its fields. Keep Napoleon from reading "what: more" as a type and its text."""
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()
    firsts = [0] if what in ("attribute", "data", "property") and lines else []
    firsts += [number + 1 for number, line in enumerate(lines[:-1]) if line.strip() in ("Returns:", "Yields:")]
    for first in firsts:
        text = lines[first].lstrip()
        lines[first] = lines[first][: len(lines[first]) - len(text)] + ": " + text
