"""
asynctest 0.13 and the drop-in make the same of the same inputs.

What is different is listed in ``asynctest_cases.differences`` with the sentence of the migration
page that says it, so that the page and what happens cannot drift apart.
"""

import asyncio
import gc
import json
import sys
import warnings
from fnmatch import fnmatchcase
from pathlib import Path

import asynctest_cases
import pytest
from asynctest_cases.differences import DIFFERENCES

import asynctest

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "migration.md"
RECORDED = json.loads((HERE / "asynctest_0_13.json").read_text("utf-8"))
LISTED = [pattern for patterns in DIFFERENCES.values() for pattern in patterns]
NAMES = ("names.all_names", "names.star_import", "names.dunder_all")


def leaves(old, new, path):
    """Yield the paths at which two outcomes differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            yield from leaves(old.get(key), new.get(key), f"{path}/{key}")
    elif path.startswith(NAMES):
        # A list of names: more of them do no harm.
        yield from (f"{path}/{name}" for name in set(old) - set(new))
    elif path.startswith("names.signatures/"):
        if not takes(new, old):
            yield path
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (old_item, new_item) in enumerate(zip(old, new, strict=True)):
            yield from leaves(old_item, new_item, f"{path}/{index}")
    elif old != new:
        yield path


def touches(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")


def takes(new, old) -> bool:
    """Tell whether a callable takes all the arguments that one with the old parameters took."""
    new, old = ([p for p in ps if p[0] not in ("self", "_mock_self")] for ps in (new, old))
    kinds = {kind for _, kind, _ in new}
    if [p[1] for p in old] == ["VAR_POSITIONAL", "VAR_KEYWORD"] and "VAR_KEYWORD" in kinds:
        return True  # all was handed on to unittest.mock, by position up to seven arguments
    for index, (name, kind, default) in enumerate(old):
        if kind in ("VAR_POSITIONAL", "VAR_KEYWORD"):
            if kind not in kinds:
                return False
        elif not {"VAR_POSITIONAL", "VAR_KEYWORD"} <= kinds or any(p[0] == name for p in new):
            if index >= len(new) or new[index][0] != name or new[index][1] == "KEYWORD_ONLY":
                return False
            if default is not None and new[index][2] != default:
                return False
    names = {name for name, _, _ in old}
    return all(
        default is not None or kind.startswith("VAR") or name in names
        for name, kind, default in new
    )


@pytest.fixture(scope="module")
def differences() -> dict[str, tuple[object, object]]:
    """Run all cases, and return where they differ from what asynctest 0.13 did on any Python."""
    with warnings.catch_warnings():
        # Coroutines that a case makes and does not await, functions that Python 3.14 deprecates.
        warnings.simplefilter("ignore")
        ours = asynctest_cases.outcomes(asynctest)
        gc.collect()
    asyncio.set_event_loop(None)
    found = {}
    for name, new in ours.items():
        variants = [list(leaves(run[name], new, name)) for run in RECORDED.values()]
        for path in variants[0]:
            if all(any(touches(path, other) for other in paths) for paths in variants[1:]):
                found[path] = (RECORDED["3.6"][name], new)
    return found


def test_every_difference_is_listed(differences):
    unlisted = {
        path: found
        for path, found in differences.items()
        if not any(fnmatchcase(path, pattern) for pattern in LISTED)
    }

    assert unlisted == {}


def test_every_listed_difference_is_one(differences):
    idle = [p for p in LISTED if not any(fnmatchcase(path, p) for path in differences)]

    assert idle == [], sys.version


@pytest.mark.parametrize("sentence", DIFFERENCES)
def test_difference_is_told_on_the_migration_page(sentence):
    page = " ".join(PAGE.read_text("utf-8").split())

    assert sentence in page


def test_same_cases_were_recorded():
    assert {name: set(run) for name, run in RECORDED.items()} == {
        name: set(asynctest_cases.CASES) for name in ("3.6", "3.8")
    }


def test_all_of_asynctest_that_can_be_imported_by_star_is_there():
    names = RECORDED["3.6"]["names.star_import"] + RECORDED["3.8"]["names.star_import"]

    assert set(names) <= set(asynctest.__all__)
