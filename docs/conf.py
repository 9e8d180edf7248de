"""Sphinx's settings: `make docs` builds the site into site/, and it opens without a network."""

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
html_show_sourcelink = False


def setup(app):
    app.connect("autodoc-skip-member", lambda app, what, name, member, skip, options: skip or _is_bare_field(member))
    app.connect("autodoc-process-signature", _with_plain_defaults)


def _is_bare_field(member):
    """A NamedTuple gives its fields this docstring; the signature shows them already."""
    return str(getattr(member, "__doc__", "")).startswith("Alias for field number")


def _with_plain_defaults(app, what, name, value, options, signature, returns):
    """A dataclass shows the default of a list as ``<factory>``, which Sphinx cannot parse."""
    return signature and signature.replace("<factory>", "..."), returns
