"""Options of a whole suite, where tests are those of our own test case."""

from pathlib import Path

import pytest
from pytest_runs import OWN, run, verdicts

SUITE = """
import asyncio
from asyncloop_testcase import TestCase, fail_on, lenient, strict

def timer():
    asyncio.get_running_loop().call_later(60, print)

class TestPlain(TestCase):
    async def test_timer(self):
        timer()

    async def test_task(self):
        asyncio.create_task(asyncio.Event().wait())

    async def test_healthy(self):
        await asyncio.sleep(0)

    @fail_on(active_handles=False)
    async def test_own_check(self):
        timer()

    @fail_on(active_handles=True)
    async def test_own_check_on(self):
        timer()

@lenient
class TestLenient(TestCase):
    async def test_timer(self):
        timer()

class TestDerived(TestPlain):
    pass
"""
PLAIN = {"test_timer", "test_task", "test_own_check_on"}


def told(folder: Path, *options: str, ini: str = "", suite: str = SUITE):
    (folder / "test_it.py").write_text(suite)
    return run(folder, ini, *options, plugins=(OWN,))


def failing(output: str) -> set[str]:
    return {name for name, verdict in verdicts(output).items() if verdict != "PASSED"}


def of(*classes: str, tests: set[str]) -> set[str]:
    return {f"{name}::{test}" for name in classes for test in tests}


@pytest.mark.parametrize("how", ["--fail-on=strict", "asyncloop_fail_on = strict\n"])
def test_level_of_the_suite_holds_where_decorators_say_nothing_else(
    tmp_path: Path, how: str
) -> None:
    done = told(tmp_path, how) if how.startswith("-") else told(tmp_path, ini=how)
    assert failing(done.stdout) == of("TestPlain", "TestDerived", tests=PLAIN)
    assert "active_handles in 4 tests, pending_tasks in 2 tests; 11 tests checked" in done.stdout


def test_without_options_the_test_case_does_as_ever(tmp_path: Path) -> None:
    done = told(tmp_path)
    expected = of("TestPlain", "TestDerived", tests={"test_own_check_on"})
    assert failing(done.stdout) == expected


def test_level_lenient_switches_off_what_the_test_case_checks_by_default(tmp_path: Path) -> None:
    suite = """
import asyncio
from asyncloop_testcase import TestCase, strict

class TestIt(TestCase):
    def test_unused_loop(self):
        pass

    @strict
    def test_strict(self):
        pass
"""
    assert failing(told(tmp_path, suite=suite).stdout) == of(
        "TestIt", tests={"test_unused_loop", "test_strict"}
    )
    done = told(tmp_path, "--fail-on=lenient", suite=suite)
    assert failing(done.stdout) == {"TestIt::test_strict"}


def test_level_warn_warns_unless_a_decorator_asks_for_the_check(tmp_path: Path) -> None:
    done = told(tmp_path, "--fail-on=warn", "-Wdefault", "-k", "TestPlain")
    assert failing(done.stdout) == {"TestPlain::test_own_check_on"}
    assert done.stdout.count("LeakWarning: a check failed: ") == 2
    assert "active_handles in 1 test (warned), pending_tasks in 1 test (warned)" in done.stdout


def test_what_certain_functions_made_is_ignored(tmp_path: Path) -> None:
    ini = "asyncloop_fail_on = strict\nasyncloop_ignore = test_it.timer\n"
    done = told(tmp_path, "-k", "TestPlain", ini=ini)
    assert failing(done.stdout) == {"TestPlain::test_task"}
    assert "active_handles in 2 tests (ignored)" in done.stdout


def test_baseline_lets_known_findings_pass_and_tells_stale_ones(tmp_path: Path) -> None:
    options = "--fail-on=strict", "--fail-on-baseline=known.txt", "-k", "TestPlain"
    done = told(tmp_path, *options, "--fail-on-update")
    assert "3 known findings written to" in done.stdout
    assert failing(done.stdout) == set()
    known = (tmp_path / "known.txt").read_text()
    assert "test_it.py::TestPlain::test_timer | active_handles | test_it.timer\n" in known

    lines = [line for line in known.splitlines() if "test_task" not in line]
    lines.append("test_it.py::TestPlain::test_healthy | pending_tasks | test_it.timer")
    (tmp_path / "known.txt").write_text("\n".join(lines))
    done = told(tmp_path, *options)
    assert failing(done.stdout) == {"TestPlain::test_task"}
    assert "1 known finding not found any more; take out of" in done.stdout


BACKGROUND = """
import asyncio
from asyncloop_testcase import TestCase

async def fail():
    raise KeyError("in the background")

class TestIt(TestCase):
    async def test_it(self):
        asyncio.create_task(fail())
        await asyncio.sleep(0.01)
"""


def test_what_fails_in_the_background_ends_no_wait_if_it_is_ignored(tmp_path: Path) -> None:
    ini = "asyncloop_fail_on = strict\nasyncloop_ignore = test_it\n"
    done = told(tmp_path, ini=ini, suite=BACKGROUND)
    assert failing(done.stdout) == set()
    assert "unhandled_exceptions in 1 test (ignored)" in done.stdout


def test_what_fails_in_the_background_ends_no_wait_if_it_is_known(tmp_path: Path) -> None:
    options = "--fail-on=strict", "--fail-on-baseline=known.txt"
    done = told(tmp_path, *options, "--fail-on-update", suite=BACKGROUND)
    assert "1 known finding written to" in done.stdout
    done = told(tmp_path, *options, suite=BACKGROUND)
    assert failing(done.stdout) == set()


def test_what_is_left_by_a_test_that_fails_by_itself_is_no_entry(tmp_path: Path) -> None:
    suite = """
import asyncio
from asyncloop_testcase import TestCase

class TestIt(TestCase):
    async def test_it(self):
        asyncio.get_running_loop().call_later(60, print)
        self.fail("by itself")
"""
    options = "--fail-on=strict", "--fail-on-baseline=known.txt", "--fail-on-update"
    done = told(tmp_path, *options, suite=suite)
    assert failing(done.stdout) == {"TestIt::test_it"}
    assert "0 known findings written to" in done.stdout


def test_a_test_case_that_a_test_runs_by_hand_is_no_part_of_the_suite(tmp_path: Path) -> None:
    suite = """
import pytest
from asyncloop_testcase import TestCase

@pytest.mark.fail_on("lenient")
def test_it():
    class Inner(TestCase):
        async def test(self):
            self.loop.call_later(60, print)
    result = Inner("test").run()
    assert result.wasSuccessful()
"""
    assert failing(told(tmp_path, "--fail-on=strict", suite=suite).stdout) == set()


def test_findings_are_annotated_on_github_and_are_properties_of_junit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(run.__globals__["BARE_PYTEST"], "GITHUB_ACTIONS", "true")
    options = "--fail-on=strict", "-k", "TestPlain and test_timer", "--junitxml=report.xml"
    done = told(tmp_path, *options)
    assert "::error file=test_it.py,line=6,title=active_handles::test_it.py::" in done.stdout
    report = (tmp_path / "report.xml").read_text()
    assert '<property name="asyncloop" value="active_handles"' in report
