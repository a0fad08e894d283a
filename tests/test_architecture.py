"""The pictures of the house are those of the source."""

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
DRAWN = runpy.run_path(str(DOCS / "draw_architecture.py"))["pictures"]()


@pytest.mark.parametrize("name", DRAWN)
def test_picture_is_up_to_date(name: str) -> None:
    kept = (DOCS / "explanation" / "diagrams" / name).read_text("utf-8")

    assert kept == DRAWN[name], "run python docs/draw_architecture.py"


def test_every_picture_is_on_the_page() -> None:
    page = (DOCS / "explanation" / "architecture.md").read_text("utf-8")

    assert [name for name in DRAWN if f"diagrams/{name}" not in page] == []
