"""The pytest plugin: ours in the place of ``unittest.mock`` for suites that know nothing of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.programs import python_m

CONFTEST = """
    from unittest.mock import MagicMock
    import pytest

    @pytest.fixture
    def made():
        return MagicMock()
"""
SUITE = """
    import json
    from unittest import mock
    from unittest.mock import Mock, patch

    def whose(obj):
        return type(obj).__module__

    def test_names(made):
        assert (whose(made), whose(Mock()), whose(mock.AsyncMock())) == (WHOSE,) * 3

    @patch("json.dumps")
    def test_patch(dumps):
        assert whose(dumps) == WHOSE

    def test_mocker(mocker):
        mocker.patch("json.dumps")
        stub = mocker.stub()
        stub(1)
        stub.assert_called_once_with(1)
        assert (whose(json.dumps), whose(stub), whose(mocker.Mock())) == (WHOSE,) * 3

    def test_backport():
        import mock as backport
        assert (backport.Mock is Mock) is (WHOSE == "asyncmock_plus")
"""
ON = [
    ["--asyncmock=on"],
    ["-p", "asyncmock_plus.replace"],
    ["-o", "asyncmock_replace=true"],
    ["--asyncmock=on", "-o", "asyncmock_replace=false"],
]
OFF = [
    [],
    ["--asyncmock=off"],
    ["--asyncmock=off", "-p", "asyncmock_plus.replace"],
    ["--asyncmock=off", "-o", "asyncmock_replace=true"],
    ["-o", "asyncmock_replace=false"],
]


class Folder:
    """A folder with a test suite, which pytest runs in a process of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "pytest.ini").write_text("[pytest]\n", "utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a module, whose lines are indented as in the test."""
        lines = [line.removeprefix("    ") for line in text.splitlines()]
        (self.path / name).write_text("\n".join(lines) + "\n", "utf-8")

    def suite(self, whose: str) -> None:
        """Write the suite that expects mocks of this module."""
        self.write("conftest.py", CONFTEST)
        self.write("test_it.py", f"    WHOSE = {whose!r}\n{SUITE}")

    def run(self, *arguments: str, **environment: str) -> str:
        """Return what pytest writes."""
        cleared = {"PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"}
        env = {name: value for name, value in os.environ.items() if name not in cleared}
        plugins = ["-p", "no:asyncio", "-p", "no:randomly", "-p", "no:cacheprovider"]
        done = subprocess.run(
            python_m("pytest", "-q", *plugins, *arguments),
            cwd=self.path,
            env={**env, "PYTHONPATH": str(self.path), **environment},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize("arguments", ON, ids=" ".join)
def test_switched_on_all_mocks_are_ours(folder: Folder, arguments: list[str]) -> None:
    folder.suite("asyncmock_plus")

    said = folder.run(*arguments)

    assert "4 passed" in said
    assert "mocks were made, all of them ours" in said


@pytest.mark.parametrize("arguments", OFF, ids=" ".join)
def test_switched_off_nothing_is_changed_nor_said(folder: Folder, arguments: list[str]) -> None:
    folder.suite("unittest.mock")

    said = folder.run(*arguments)

    assert "4 passed" in said
    assert "asyncmock" not in said


def test_option_in_the_ini_file(folder: Folder) -> None:
    folder.suite("asyncmock_plus")
    (folder.path / "pytest.ini").write_text("[pytest]\nasyncmock_replace = true\n", "utf-8")

    assert "4 passed" in folder.run()


def test_plugin_named_by_a_conftest_reaches_the_tests(folder: Folder) -> None:
    folder.suite("asyncmock_plus")
    folder.write("conftest.py", f"    pytest_plugins = ['asyncmock_plus.replace']\n{CONFTEST}")

    said = folder.run()

    assert "4 passed" in said
    assert "imported before ours was there: conftest (MagicMock)" in said


def test_without_autoload_the_plugin_brings_all_it_needs(folder: Folder) -> None:
    folder.suite("asyncmock_plus")

    said = folder.run(
        *["-p", "asyncmock_plus.replace", "-p", "pytest_mock"], PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"
    )

    assert "4 passed" in said


COUNTED = """
    from unittest.mock import Mock

    def test_one():
        assert type(Mock()).__module__ == "asyncmock_plus"

    def test_two():
        Mock().child.another
"""


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("arguments", ON[:2], ids=" ".join)
def test_mocks_of_all_workers_are_counted(
    folder: Folder, arguments: list[str], workers: str
) -> None:
    folder.write("test_it.py", COUNTED)

    said = folder.run(*arguments, "-n", workers, "-p", "no:pytest_mock")

    assert "asyncmock: 4 mocks were made, all of them ours\n" in said
    assert "2 passed" in said


EARLY = """
    from unittest import mock
    from unittest.mock import Mock, patch
    import pytest

    class Derived(Mock):
        pass

    @pytest.fixture
    def early():
        return Mock()

    @pytest.fixture
    def derived():
        return Derived()
"""


def test_plugin_that_was_earlier_gets_ours_and_is_named(folder: Folder) -> None:
    folder.write("bird.py", EARLY)
    folder.write(
        "test_it.py",
        """
    def test_it(early, derived):
        assert type(early).__module__ == "asyncmock_plus"
        assert type(derived).__module__ == "unittest.mock"
    """,
    )

    said = folder.run("-p", "bird", "--asyncmock=on", "-p", "no:pytest_mock")

    assert "1 passed" in said
    assert "2 mocks were made, 1 of them ours; the others by unittest.mock for bird (1)" in said
    assert "imported before ours was there: bird (mock, Mock, patch, class Derived)" in said


def test_as_a_plugin_it_is_there_before_those_that_come_later(folder: Folder) -> None:
    folder.write("bird.py", EARLY)
    folder.write(
        "test_it.py",
        """
    def test_it(derived):
        assert type(derived).__mro__[2].__module__ == "asyncmock_plus"
    """,
    )

    said = folder.run("-p", "asyncmock_plus.replace", "-p", "bird")

    assert "1 passed" in said
    assert "asyncmock: 1 mock was made, it is ours\n" in said


MARKED = """
    from unittest.mock import Mock, patch
    import pytest

    def whose(obj):
        return type(obj).__module__

    def test_before(made):
        assert (whose(made), whose(Mock())) == ("asyncmock_plus",) * 2

    @pytest.mark.asyncmock("off")
    @patch("json.dumps")
    def test_off(dumps, made):
        from unittest.mock import AsyncMock
        mocks = dumps, made, Mock(), AsyncMock()
        assert [whose(mock) for mock in mocks] == ["unittest.mock"] * 4

    def test_after(made):
        assert (whose(made), whose(Mock())) == ("asyncmock_plus",) * 2

    @pytest.mark.asyncmock("off")
    def test_mocker(mocker):
        assert whose(mocker.Mock()) == "unittest.mock"

    def test_mocker_after(mocker):
        assert whose(mocker.Mock()) == "asyncmock_plus"
"""


def test_one_test_can_have_the_mocks_of_the_standard_library(folder: Folder) -> None:
    folder.write("conftest.py", CONFTEST)
    folder.write("test_it.py", MARKED)

    said = folder.run("--asyncmock=on")

    assert "5 passed" in said
    assert "5 of them ours; the others by unittest.mock for test_it (" in said


def test_marker_has_no_effect_when_ours_is_not_there(folder: Folder) -> None:
    folder.write(
        "test_it.py",
        """
    import pytest

    @pytest.mark.asyncmock("off")
    def test_it():
        pass
    """,
    )

    assert "1 passed" in folder.run("--strict-markers")


def test_marker_with_another_word_is_refused(folder: Folder) -> None:
    folder.write(
        "test_it.py",
        """
    import pytest

    @pytest.mark.asyncmock("of")
    def test_it():
        pass
    """,
    )

    assert "the marker asyncmock takes one argument, 'off', not " in folder.run("--asyncmock=on")


def test_run_without_mocks_says_so(folder: Folder) -> None:
    folder.write("test_it.py", "    def test_it(): pass")

    assert "asyncmock: no mock was made\n" in folder.run("--asyncmock=on", "-p", "no:pytest_mock")


def test_a_run_within_a_run_leaves_the_process_as_it_was(folder: Folder) -> None:
    folder.suite("asyncmock_plus")
    folder.write(
        "run.py",
        """
    import sys, pytest, unittest.mock
    before = unittest.mock
    code = pytest.main(["-q", "-p", "no:asyncio", "--asyncmock=on", "test_it.py"])
    import pytest_mock._util
    print(code == 0, unittest.mock is before, pytest_mock._util._mock_module)
    """,
    )
    done = subprocess.run(
        [sys.executable, "run.py"], cwd=folder.path, capture_output=True, text=True, timeout=600
    )

    assert done.stdout.endswith("True True None\n")


def test_who_does_not_switch_it_on_does_not_load_the_package(folder: Folder) -> None:
    folder.write(
        "test_it.py",
        """
    import sys

    def test_it():
        assert not [name for name in sys.modules if name.startswith("asyncmock_plus")]
    """,
    )

    assert "1 passed" in folder.run()
