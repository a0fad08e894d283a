"""What the package offers, and that it is what is installed."""

import importlib.metadata
import subprocess
import sys

import asyncio_fakeclock
import pytest


def test_public_names_are_those_of_all() -> None:
    namespace: dict[str, object] = {}
    exec("from asyncio_fakeclock import *", namespace)
    del namespace["__builtins__"]

    assert sorted(namespace) == sorted(asyncio_fakeclock.__all__)


def test_version_is_that_of_the_distribution() -> None:
    assert importlib.metadata.version("asyncio-fakeclock") == asyncio_fakeclock.__version__


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Clock'"):
        asyncio_fakeclock.Clock


def test_clock_alone_imports_neither_a_test_case_nor_an_extra() -> None:
    program = (
        "import sys, asyncio_fakeclock\n"
        "print({'asyncloop_testcase', 'unittest', 'time_machine', 'pytest'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout == "set()\n", done.stdout + done.stderr


def test_pytest_finds_the_plugin() -> None:
    [plugin] = [
        entry
        for entry in importlib.metadata.entry_points(group="pytest11")
        if entry.name == "asyncio_fakeclock"
    ]

    assert plugin.value == "_asyncio_fakeclock_pytest"
