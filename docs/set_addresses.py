"""
Puts the addresses of the site and of the repository in the place of the ones that stand for them.

Usage: ``python docs/set_addresses.py SITE REPOSITORY``, each with a slash at its end, once, before
the first release. Until then every README, every pyproject.toml and the configuration of Sphinx
name the two below, which nobody can own.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SITE = "https://asynctest-suite.example/"
REPOSITORY = "https://repository.asynctest-suite.example/"


def holders() -> list[Path]:
    """Return the files that name one of the addresses."""
    names = ["README.md", "pyproject.toml", "packages/*/README.md", "packages/*/pyproject.toml"]
    return [Path(__file__), ROOT / "docs" / "conf.py", *(p for n in names for p in ROOT.glob(n))]


def main(site: str, repository: str) -> None:
    """Write all of these files anew."""
    for path in holders():
        text = path.read_text("utf-8")
        path.write_text(text.replace(REPOSITORY, repository).replace(SITE, site), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
