"""What the package shows to the public."""

import types
from importlib.metadata import version

import asyncloop_testcase


def test_public_names_are_those_of_all() -> None:
    public = {
        name
        for name, value in vars(asyncloop_testcase).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }

    assert public | {"__version__"} == set(asyncloop_testcase.__all__)


def test_version_is_the_installed_one() -> None:
    assert asyncloop_testcase.__version__ == version("asyncloop-testcase")
