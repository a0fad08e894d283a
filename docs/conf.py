"""Configuration of Sphinx; ``nox -s docs`` builds the site into docs/_build/html."""

import importlib
import os

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
    "notfound.extension",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_codeautolink",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_llms_txt",
    "sphinx_sitemap",
    "sphinxext.opengraph",
]
# Not known before the first release; docs/set_addresses.py sets it here and in all other places.
SITE = os.environ.get("DOCS_SITE", "https://asynctest-suite.example/")
REPOSITORY = os.environ.get("DOCS_REPOSITORY", "")

html_theme = "furo"
html_title = f"asynctest-suite {release}"
html_static_path = ["_static"]
html_extra_path = ["../benchmarks/plots"]  # the READMEs show some of them
html_css_files = ["site.css"]
html_logo = "_static/logo.svg"
html_favicon = "_static/logo.svg"
html_baseurl = SITE
if REPOSITORY:
    html_theme_options = {
        "source_repository": REPOSITORY,
        "source_branch": "main",
        "source_directory": "docs/",
    }
exclude_patterns = ["_build", "examples"]
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

# A build needs no network: the names of others are linked where the site is published.
if "DOCS_SITE" in os.environ:
    intersphinx_mapping = {
        "anyio": ("https://anyio.readthedocs.io/en/stable/", None),
        "hypothesis": ("https://hypothesis.readthedocs.io/en/latest/", None),
        "pytest": ("https://docs.pytest.org/en/stable/", None),
        "python": ("https://docs.python.org/3/", None),
        "time_machine": ("https://time-machine.readthedocs.io/en/latest/", None),
    }
codeautolink_warn_on_missing_inventory = False
# An example whose output holds an ellipsis is no Python, and stays without links.
suppress_warnings = ["codeautolink.match_block"]
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
notfound_urls_prefix = None
ogp_site_url = SITE
ogp_site_name = "asynctest-suite"
ogp_enable_meta_description = True
ogp_social_cards = {"enable": False}
sitemap_url_scheme = "{link}"

default_role = "py:obj"
add_module_names = False
autosummary_generate = False
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
