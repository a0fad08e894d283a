"""Each check of the test case is in every place that has to know all of them."""

from pathlib import Path

import pytest
from asyncloop_testcase._checks.builtin import BUILTIN

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "packages" / "asyncloop-testcase"
# The same list as in CONTRIBUTING.md, "Add a check to the test case".
PLACES = {
    "packages/asyncloop-testcase/tests/checks/": PACKAGE / "tests" / "checks",
    "packages/asyncloop-testcase/README.md": PACKAGE / "README.md",
    "docs/reference/testcase.md": ROOT / "docs" / "reference" / "testcase.md",
    "tests/messages/": ROOT / "tests" / "messages",
    "docs/examples/broken/planted_bugs.py": ROOT
    / "docs"
    / "examples"
    / "broken"
    / "planted_bugs.py",
}

pytestmark = pytest.mark.skipif(not PACKAGE.exists(), reason="takes the whole repository")


def text_of(place: Path) -> str:
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    return "\n".join(file.read_text("utf-8") for file in files)


@pytest.mark.parametrize("place", PLACES)
def test_place_names_every_check(place: str) -> None:
    text = text_of(PLACES[place])

    assert [check.name for check in BUILTIN if check.name not in text] == []


def test_guide_for_contributors_names_every_place() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")

    assert [place for place in PLACES if f"`{place}`" not in guide] == []
