"""Builds the documentation into one folder: `nox -s docs`."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The reference is made from the modules as they are here, installed or not.
sys.path.insert(0, str(ROOT))
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Loadmatrix"
author = "Loadmatrix contributors"
copyright = author  # noqa: A001 - the name that Sphinx reads
version = release = _PROJECT["version"]
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_external_toc"]
external_toc_path = "_toc.yml"
nitpicky = True
# Names of types are shown as they are written; only those of our page can be followed.
nitpick_ignore_regex = [("py:.*", ".*")]
# One backtick in a docstring is code, as in Markdown.
default_role = "code"
autodoc_member_order = "bysource"
python_maximum_signature_line_length = 80
# Blocks without a language are commands and what they print.
highlight_language = "text"

# The anchors that GitHub gives to headings, so that links work there and here.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

html_theme = "furo"
html_title = "Loadmatrix"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_js_files = ["reachable.js"]
# Opens from a disk, and on every static host.
html_copy_source = False
html_show_sourcelink = False
