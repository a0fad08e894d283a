"""What holds in the repository, and cannot be seen in an installed distribution."""

import re
from pathlib import Path

import pytest

import asynctest

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT, *sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))]
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def source_of(name: str) -> Path:
    """Return the file that a page or picture of the site is made of."""
    if name.endswith(".svg"):
        return ROOT / "benchmarks" / "plots" / name
    return (ROOT / "docs" / name).with_suffix(".md")


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


@each_folder
def test_readme_links_to_pages_and_pictures_that_are_there(folder: Path) -> None:
    configuration = (ROOT / "docs" / "conf.py").read_text("utf-8")
    site = re.search(r'^SITE = .*"(https://\S+)"', configuration, re.MULTILINE)[1]
    text = (folder / "README.md").read_text("utf-8")
    linked = re.findall(rf"\]\({re.escape(site)}([^)#]*)", text)

    assert linked
    assert [name for name in linked if name and not source_of(name).exists()] == []


@each_folder
def test_metadata_names_documentation_changes_and_source(folder: Path) -> None:
    metadata = (folder / "pyproject.toml").read_text("utf-8")
    urls = metadata.partition("[project.urls]\n")[2].partition("\n\n")[0]

    assert re.findall(r"^(\w+) = \"https://", urls, re.MULTILINE) == [
        "Documentation",
        "Changelog",
        "Source",
    ]
