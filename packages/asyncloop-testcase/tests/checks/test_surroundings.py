"""The checks changed_environment and changed_signal_handlers."""

import asyncio
import os
import signal
import sys
import unittest.mock
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asyncloop_testcase import TestCase, fail_on, strict
from asyncloop_testcase._cpython import surroundings
from checking import verdict_of
from running import failure_of, passed

NAME = "ASYNCLOOP_SURROUNDINGS"

has_loop_handlers = pytest.mark.skipif(
    not hasattr(asyncio.SelectorEventLoop, "_sighandler_noop")
    and asyncio.SelectorEventLoop.add_signal_handler is asyncio.BaseEventLoop.add_signal_handler,
    reason="loops have no signal handlers",
)


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv(NAME, "before")
    monkeypatch.chdir(tmp_path)
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGTERM, before)


def case_of(function: Callable[[TestCase], object], **checks: object) -> type[TestCase]:
    class Case(TestCase):
        @fail_on(**checks)
        async def test(self) -> None:
            function(self)

    return Case


class TestEnvironment:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda: os.environ.__setitem__(NAME, "after"), f"os.environ['{NAME}'] was changed"),
            (lambda: os.environ.__delitem__(NAME), f"os.environ['{NAME}'] was removed"),
            (
                lambda: os.environ.__setitem__(f"{NAME}_2", ""),
                f"os.environ['{NAME}_2'] was set",
            ),
        ],
    )
    def test_change_is_found(
        self, change: Callable[[], None], said: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{NAME}_2", "")  # so that it is removed in the end
        monkeypatch.delenv(f"{NAME}_2")

        verdict = verdict_of(
            case_of(lambda _: change(), changed_environment=True), "changed_environment"
        )

        assert verdict.split("\n")[1:] == [f"  {said}"]

    def test_values_are_not_told(self) -> None:
        case = case_of(lambda _: os.environ.update({NAME: "secret"}), changed_environment=True)

        assert "secret" not in failure_of(case).split("AssertionError", 1)[1]

    def test_what_the_test_puts_back_is_no_change(self) -> None:
        def change(case: TestCase) -> None:
            patch = unittest.mock.patch.dict(os.environ, {NAME: "after"})
            patch.start()
            case.addCleanup(patch.stop)

        assert passed(case_of(change, changed_environment=True))

    def test_environment_that_was_set_anew_with_the_same_values_is_no_change(self) -> None:
        def change(_: TestCase) -> None:
            variables = dict(os.environ)
            os.environ.clear()
            os.environ.update(variables)

        assert passed(case_of(change, changed_environment=True))

    def test_variables_of_pytest_are_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTEST_SURROUNDINGS", "setup")

        def change(_: TestCase) -> None:
            os.environ["PYTEST_SURROUNDINGS"] = "call"

        assert passed(case_of(change, changed_environment=True))

    def test_plain_dictionary_in_its_place_is_compared(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "environ", {NAME: "before"})

        case = case_of(lambda _: os.environ.update({NAME: "after"}), changed_environment=True)

        assert f"os.environ['{NAME}'] was changed" in failure_of(case)

    def test_another_working_directory_is_found(self, tmp_path: Path) -> None:
        inner = tmp_path / "inner"
        inner.mkdir()

        case = case_of(lambda _: os.chdir(inner), changed_environment=True)

        assert f"the working directory is {os.fspath(inner)!r}" in failure_of(case)

    @pytest.mark.skipif(sys.platform == "win32", reason="a directory in use cannot be deleted")
    def test_working_directory_that_is_deleted_is_found(self, tmp_path: Path) -> None:
        inner = tmp_path / "inner"
        inner.mkdir()
        os.chdir(inner)
        case = case_of(lambda _: inner.rmdir(), changed_environment=True)

        try:
            assert "the working directory is None" in failure_of(case)
        finally:
            os.chdir(tmp_path)


class TestSignalHandlers:
    def test_handler_that_is_left_is_found(self) -> None:
        def handle(number: int, frame: object) -> None:
            """Do nothing."""

        case = case_of(
            lambda _: signal.signal(signal.SIGTERM, handle), changed_signal_handlers=True
        )

        verdict = verdict_of(case, "changed_signal_handlers")
        assert "SIGTERM calls" in verdict
        assert "handle(); before, it did what it does by default" in verdict

    def test_what_was_before_is_told(self) -> None:
        def handle(number: int, frame: object) -> None:
            """Do nothing."""

        signal.signal(signal.SIGTERM, handle)
        case = case_of(
            lambda _: signal.signal(signal.SIGTERM, signal.SIG_DFL), changed_signal_handlers=True
        )

        verdict = verdict_of(case, "changed_signal_handlers")
        assert "SIGTERM does what it does by default; before, it called" in verdict

    def test_handler_that_the_test_puts_back_is_no_change(self) -> None:
        def change(case: TestCase) -> None:
            before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
            case.addCleanup(signal.signal, signal.SIGTERM, before)

        assert passed(case_of(change, changed_signal_handlers=True))

    @has_loop_handlers
    def test_handler_of_the_loop_is_found_with_what_it_calls(self) -> None:
        def stop() -> None:
            """Do nothing."""

        case = case_of(
            lambda case: case.loop.add_signal_handler(signal.SIGTERM, stop),
            changed_signal_handlers=True,
        )

        verdict = verdict_of(case, "changed_signal_handlers")
        assert "stop(), by loop.add_signal_handler()" in verdict

    @has_loop_handlers
    def test_handler_of_the_loop_that_is_removed_is_no_change(self) -> None:
        def change(case: TestCase) -> None:
            case.loop.add_signal_handler(signal.SIGTERM, print)
            case.loop.remove_signal_handler(signal.SIGTERM)

        assert passed(case_of(change, changed_signal_handlers=True))

    def test_runner_in_a_test_changes_nothing(self) -> None:
        class Case(TestCase):
            @fail_on(changed_signal_handlers=True, unused_loop=False)
            def test(self) -> None:
                asyncio.run(asyncio.sleep(0))

        assert passed(Case)


@pytest.mark.parametrize("check", ["changed_environment", "changed_signal_handlers"])
def test_strict_switches_it_on(check: str) -> None:
    class Case(TestCase):
        @strict
        async def test(self) -> None:
            os.environ[NAME] = "after"
            signal.signal(signal.SIGTERM, signal.SIG_IGN)

    assert f"{check}:" in failure_of(Case)


def test_handlers_are_those_that_signal_tells() -> None:
    told = [signal.getsignal(each) for each in surroundings.SIGNALS]

    assert surroundings.signal_handlers() == told


def test_environment_is_a_copy_of_the_systems() -> None:
    variables = surroundings.environment()

    assert {os.fsdecode(key) for key in variables} == {*os.environ}
    assert os.environ[NAME] == "before"
