"""The page of differences has a row for each claim about the standard library's mocks."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
SCRIPT = runpy.run_path(str(DOCS / "differences_seen.py"))


def test_every_claim_is_on_the_page_and_no_other() -> None:
    table = SCRIPT["read"]((DOCS / "differences.md").read_text("utf-8"))
    names = [name for file in SCRIPT["FILES"] for name in SCRIPT["claims"](file)]

    assert list(table) == [name.replace("_", " ") for name in names], (
        "run python docs/differences_seen.py"
    )


def test_another_release_adds_a_column_and_the_same_one_replaces_its_own() -> None:
    known = {"a b": {"3.9.9": "fault"}, "gone": {"3.9.9": "fault"}}

    table = SCRIPT["written"](known, "3.10.1", {"a_b": "right", "new": "fault"})
    again = SCRIPT["written"](known, "3.9.9", {"a_b": "right"})

    page = "{BEGIN}\n\n{table}\n\n{END}"
    read = [
        SCRIPT["read"](page.format(table=each, BEGIN=SCRIPT["BEGIN"], END=SCRIPT["END"]))
        for each in (table, again)
    ]
    assert read == [
        {
            "a b": {"3.9.9": "fault", "3.10.1": "right"},
            "new": {"3.9.9": "not seen", "3.10.1": "fault"},
        },
        {"a b": {"3.9.9": "right"}},
    ]
