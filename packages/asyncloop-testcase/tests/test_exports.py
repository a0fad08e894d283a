"""What the package shows to the public."""

import importlib
import pickle
import pkgutil
import types
from importlib.metadata import version
from typing import Any

import asyncloop_testcase
import pytest
from asyncloop_testcase import CannotCheckError, Finding, Site


def test_public_names_are_those_of_all() -> None:
    public = {
        name
        for name, value in vars(asyncloop_testcase).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }

    assert public | {"__version__"} == set(asyncloop_testcase.__all__)


def test_version_is_the_installed_one() -> None:
    assert asyncloop_testcase.__version__ == version("asyncloop-testcase")


def test_frames_of_every_module_are_left_out_of_tracebacks() -> None:
    found = pkgutil.walk_packages(asyncloop_testcase.__path__, "asyncloop_testcase.")
    names = {module.name for module in found if not module.ispkg}
    modules = [importlib.import_module(name) for name in names - {"asyncloop_testcase._version"}]

    for name in ("__unittest", "__tracebackhide__"):  # the latter is pytest's
        assert [each.__name__ for each in modules if not vars(each).get(name)] == []


@pytest.mark.parametrize(
    "value",
    [Finding("a thing", Site("file.py", 3, "test"), ["waits"]), CannotCheckError("why")],
    ids=lambda value: type(value).__name__,
)
def test_what_test_runners_send_to_other_processes_is_pickled_by_public_names(value: Any) -> None:
    text = pickle.dumps(value, protocol=0)

    assert b"asyncloop_testcase._" not in text
    assert repr(pickle.loads(text)) == repr(value)
