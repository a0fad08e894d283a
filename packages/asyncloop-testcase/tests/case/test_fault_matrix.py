"""Whatever goes wrong, wherever: same calls and same verdict as unittest's own test case."""

import asyncio
import contextlib
import gc
import sys
import threading
import unittest
import warnings
from collections.abc import Iterator
from typing import Any

import faults
import pytest
from asyncloop_testcase import TestCase
from asyncloop_testcase._checks import base
from asyncloop_testcase._checks.base import Check, register_check
from asyncloop_testcase._checks.fail_on import fail_on, lenient, strict
from asyncloop_testcase._reports.report import Finding
from checking import frozen_count

MATRIX = [
    pytest.param(phase, outcome, expectation, id=f"{phase}-{outcome}-{expectation}")
    for phase in faults.PHASES
    for outcome in faults.OUTCOMES
    for expectation in faults.EXPECTATIONS
]


class Quiet(TestCase):
    """Our test case without checks, so that only the machinery is compared."""

    opened: list[asyncio.AbstractEventLoop] = []

    def openLoop(self) -> asyncio.AbstractEventLoop:
        loop = super().openLoop()
        self.opened.append(loop)
        return loop


lenient(Quiet)


@contextlib.contextmanager
def registered(check: type[Check]) -> Iterator[None]:
    """Register a check, and forget it after the block."""
    register_check(check)
    try:
        yield
    finally:
        del base.KNOWN[check.name]


def surroundings() -> dict[str, Any]:
    """Return what a test may not change."""
    return {
        "warning filters": list(warnings.filters),
        "hooks": (sys.excepthook, sys.unraisablehook, threading.excepthook, sys.gettrace()),
        "asyncgen hooks": sys.get_asyncgen_hooks(),
        "origin tracking": sys.get_coroutine_origin_tracking_depth(),
        "gc": (gc.isenabled(), frozen_count(), gc.get_threshold(), gc.get_debug()),
    }


@contextlib.contextmanager
def unchanged() -> Iterator[None]:
    """Fail if the block changes the surroundings, or leaves a thread; older ones may end."""
    threads = threading.enumerate()
    before = surroundings()
    yield
    assert surroundings() == before
    assert set(threading.enumerate()) <= set(threads)


@pytest.fixture
def current_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


def compare(
    reference: type[unittest.TestCase], ours: type[unittest.TestCase], mode: str, log: list[str]
) -> None:
    expected = faults.observe(reference, mode, log)
    Quiet.opened.clear()

    with unchanged():
        seen = faults.observe(ours, mode, log)

    assert seen == expected
    assert len(Quiet.opened) == 1
    assert all(loop.is_closed() for loop in Quiet.opened)
    gc.collect(1)  # a ResourceWarning, or a coroutine that nobody awaited, is an error here


@pytest.mark.parametrize("mode", faults.MODES)
@pytest.mark.parametrize(("phase", "outcome", "expectation"), MATRIX)
class TestMatrix:
    def test_functions_end_as_in_unittest(
        self,
        phase: str,
        outcome: str,
        expectation: str,
        mode: str,
        current_loop: asyncio.AbstractEventLoop,
    ) -> None:
        log: list[str] = []
        body = faults.sync_body(phase, outcome, log)

        compare(
            faults.make_case(unittest.TestCase, body, expectation),
            faults.make_case(Quiet, body, expectation),
            mode,
            log,
        )

        assert asyncio.get_event_loop() is current_loop

    def test_isolated_asyncio_test_case_methods_end_as_functions_do_in_unittest(
        self,
        phase: str,
        outcome: str,
        expectation: str,
        mode: str,
        current_loop: asyncio.AbstractEventLoop,
    ) -> None:
        log: list[str] = []

        compare(
            faults.make_case(unittest.TestCase, faults.sync_body(phase, outcome, log), expectation),
            faults.make_case(Quiet, faults.async_body(phase, outcome, log), expectation),
            mode,
            log,
        )

        assert asyncio.get_event_loop() is current_loop

    def test_coroutine_functions_end_as_functions_do_in_unittest(
        self,
        phase: str,
        outcome: str,
        expectation: str,
        mode: str,
        current_loop: asyncio.AbstractEventLoop,
    ) -> None:
        log: list[str] = []

        compare(
            faults.make_case(unittest.TestCase, faults.sync_body(phase, outcome, log), expectation),
            faults.make_case(Quiet, faults.coroutine_body(phase, outcome, log), expectation),
            mode,
            log,
        )

        assert asyncio.get_event_loop() is current_loop


@strict
class AllChecks(TestCase):
    """Our test case with every check at work."""


@pytest.mark.parametrize("mode", faults.MODES)
@pytest.mark.parametrize("outcome", faults.OUTCOMES)
@pytest.mark.parametrize("phase", faults.PHASES)
def test_checks_change_nothing_and_are_taken_off(
    phase: str, outcome: str, mode: str, current_loop: asyncio.AbstractEventLoop
) -> None:
    log: list[str] = []
    expected = faults.observe(
        faults.make_case(
            unittest.TestCase, faults.sync_body(phase, outcome, log), "success expected"
        ),
        mode,
        log,
    )
    ours = faults.make_case(
        AllChecks, faults.coroutine_body(phase, outcome, log), "success expected"
    )

    with unchanged():
        seen = faults.observe(ours, mode, log)

    assert seen == expected
    assert asyncio.get_event_loop() is current_loop


@pytest.mark.parametrize("mode", faults.MODES)
@pytest.mark.parametrize("outcome", faults.OUTCOMES)
class TestEndOfTheTest:
    """What follows the cleanups must end a test as a last cleanup would."""

    def test_check_ends_the_test_as_a_cleanup_would(self, outcome: str, mode: str) -> None:
        log: list[str] = []
        reference = faults.make_case(
            unittest.TestCase, faults.sync_body("last cleanup", outcome, log), "success expected"
        )

        class Faulty(Check):
            name = "faulty_check"

            def __init__(self, *args: Any) -> None:
                super().__init__(*args)

            def finish(self) -> list[Finding]:
                faults.fault(unittest.TestCase(), outcome)
                return []

        class Checked(Quiet):
            pass

        with registered(Faulty):
            fail_on(faulty_check=True)(Checked)
            body = faults.async_body("none", outcome, log)
            compare(reference, faults.make_case(Checked, body, "success expected"), mode, log)

    def test_closing_the_loop_ends_the_test_as_a_cleanup_would(
        self, outcome: str, mode: str
    ) -> None:
        log: list[str] = []
        reference = faults.make_case(
            unittest.TestCase, faults.sync_body("last cleanup", outcome, log), "success expected"
        )

        class Closing(Quiet):
            def closeLoop(self, loop: asyncio.AbstractEventLoop) -> None:
                super().closeLoop(loop)
                faults.fault(self, outcome)

        body = faults.async_body("none", outcome, log)
        compare(reference, faults.make_case(Closing, body, "success expected"), mode, log)

    def test_opening_the_loop_ends_the_test_as_set_up_would(self, outcome: str, mode: str) -> None:
        log: list[str] = []
        body = faults.sync_body("none", outcome, log)
        if outcome != "return":
            body["setUp"] = lambda self: faults.fault(self, outcome)
        reference = faults.make_case(unittest.TestCase, body, "success expected")

        class Opening(Quiet):
            def openLoop(self) -> asyncio.AbstractEventLoop:
                loop = super().openLoop()
                if outcome != "return":
                    loop.close()
                    faults.fault(self, outcome)
                return loop

        ours = faults.make_case(
            Opening, faults.async_body("none", outcome, log), "success expected"
        )
        compare(reference, ours, mode, log)


ASYNC_PHASES = ("asyncSetUp", "test", "subTest", "asyncTearDown", "asyncCleanup")


@pytest.mark.parametrize("mode", faults.MODES)
@pytest.mark.parametrize("phase", ASYNC_PHASES)
@pytest.mark.parametrize("outcome", faults.ASYNC_OUTCOMES)
def test_what_only_coroutines_do_ends_well_without_checks(
    phase: str, outcome: str, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    log: list[str] = []
    reference = faults.make_case(
        unittest.TestCase, faults.sync_body("none", "return", log), "success expected"
    )

    compare(
        reference,
        faults.make_case(Quiet, faults.coroutine_body(phase, outcome, log), "success expected"),
        mode,
        log,
    )


@pytest.mark.parametrize("phase", ASYNC_PHASES)
def test_background_failure_fails_the_test_with_the_default_checks(phase: str) -> None:
    log: list[str] = []
    body = faults.coroutine_body(phase, "background failure", log)

    seen = faults.observe(faults.make_case(TestCase, body, "success expected"), "run", log)

    failures = [told[1] for told in seen["told"] if told[0] == "failure"]
    assert len(failures) == 1
    assert "ZeroDivisionError: in the background" in failures[0]
    assert seen["calls"][-1] == "last cleanup"


# On 3.10 it hangs in some of these cases, and debug() leaves its loop open everywhere.
@pytest.mark.skipif(sys.version_info < (3, 11), reason="3.10's test case hangs after SystemExit")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("mode", ["run", "failfast"])
@pytest.mark.parametrize(("phase", "outcome", "expectation"), MATRIX)
def test_isolated_asyncio_test_case_gives_the_same_calls_and_verdict(
    phase: str, outcome: str, expectation: str, mode: str
) -> None:
    log: list[str] = []
    body = faults.async_body(phase, outcome, log)
    reference = faults.make_case(Isolated, body, expectation)

    compare(reference, faults.make_case(Quiet, body, expectation), mode, log)


class Isolated(unittest.IsolatedAsyncioTestCase):
    """The standard library's, without its debug mode, which costs most of the time."""

    def _setupAsyncioRunner(self) -> None:
        self._asyncioRunner = asyncio.Runner(debug=False)


@pytest.mark.parametrize("on_class", [False, True], ids=["method", "class"])
@pytest.mark.parametrize("decorate", [unittest.skip("why"), unittest.skipIf(True, "why")])
def test_skipped_test_opens_no_loop(decorate: Any, on_class: bool) -> None:
    log: list[str] = []
    Quiet.opened.clear()

    def observed(base: type, body: dict[str, Any]) -> dict[str, Any]:
        methods = body if on_class else {**body, "test": decorate(body["test"])}
        case = faults.make_case(base, methods, "success expected")
        return faults.observe(decorate(case) if on_class else case, "run", log)

    ours = observed(Quiet, faults.coroutine_body("none", "return", log))

    assert ours == observed(unittest.TestCase, faults.sync_body("none", "return", log))
    assert ("skip", "why") in ours["told"]
    assert Quiet.opened == []
