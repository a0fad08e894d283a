"""Configuration of Sphinx; ``nox -s docs`` builds the site into docs/_build/html."""

import asynctest

project = "asynctest-suite"
author = "The asynctest-suite authors"
project_copyright = f"2026, {author}"
release = version = asynctest.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
html_theme = "furo"
html_title = "asynctest-suite"
html_static_path = ["_static"]
html_css_files = ["site.css"]
exclude_patterns = ["_build", "examples"]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
