"""What holds in the repository, and cannot be seen in an installed distribution."""

import re
from pathlib import Path

import pytest

import asynctest

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT, *sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))]
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def test_there_are_five_distributions() -> None:
    assert len(FOLDERS) == 5


@each_folder
def test_every_distribution_has_its_papers(folder: Path) -> None:
    papers = ["README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "news"]

    assert [name for name in papers if not (folder / name).exists()] == []


def test_all_distributions_have_the_same_licence() -> None:
    assert len({(folder / "LICENSE").read_bytes() for folder in FOLDERS}) == 1


def test_citation_names_the_version_of_the_suite() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")

    assert f"\nversion: {asynctest.__version__}\n" in citation


@each_folder
def test_readme_has_no_link_that_is_dead_where_packages_are_shown(folder: Path) -> None:
    """A package index shows the README without the repository around it."""
    targets = re.findall(r"\]\(([^)]*)\)", (folder / "README.md").read_text("utf-8"))

    assert [target for target in targets if not target.startswith("https://")] == []
