"""Configuration of Sphinx; ``nox -s docs`` builds the site into docs/_build/html."""

import importlib

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

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
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

PACKAGES = ["asyncio_fakeclock", "asyncio_testselector", "asyncloop_testcase", "asyncmock_plus"]


def warn_of_missing_names(app: Sphinx, env: BuildEnvironment) -> None:
    """Let the build fail if the reference lacks a public name."""
    documented = env.domains["py"].objects
    for package in PACKAGES:
        for name in importlib.import_module(package).__all__:
            if name != "__version__" and f"{package}.{name}" not in documented:
                logging.getLogger(__name__).warning("not documented: %s.%s", package, name)


def name_object_without_link(
    _app: Sphinx, _name: str, _obj: type, _options: dict, bases: list
) -> None:
    """Keep the base class ``object`` from being taken for ``patch.object``."""
    bases[:] = ["``object``" if base is object else base for base in bases]


def setup(app: Sphinx) -> None:
    """Add what is particular to this site."""
    app.connect("autodoc-process-bases", name_object_without_link)
    app.connect("env-check-consistency", warn_of_missing_names)
