"""The decorators of checks as asynctest had them."""

import asyncio
import unittest

import pytest

import asynctest
from asynctest import _fail_on


def passes(decorate, test, **members) -> bool:
    """Tell whether a test passes, on whose class a decorator is."""
    case = type("Case", (asynctest.TestCase,), {"test": test, **members})
    result = unittest.TestResult()
    decorate(case)("test").run(result)
    return result.wasSuccessful()


def idle(self):
    """Let the loop alone."""


async def leave_a_timer(self):
    self.loop.call_later(3600, print)


async def lose_an_exception(self):
    async def fail():
        raise LookupError

    self.task = asyncio.ensure_future(fail())
    await asyncio.sleep(0)


async def leave_a_task(self):
    self.task = asyncio.ensure_future(asyncio.sleep(3600))


def nothing(case):
    return case


@pytest.mark.parametrize("test", [idle, leave_a_timer, lose_an_exception, leave_a_task])
def test_all_checks_are_off(test):
    assert passes(nothing, test)


@pytest.mark.parametrize("strict", [asynctest.strict, asynctest.strict()])
def test_strict_switches_all_on_with_and_without_parentheses(strict):
    assert not passes(strict, idle)
    assert not passes(strict, leave_a_timer)


@pytest.mark.parametrize("lenient", [asynctest.lenient, asynctest.lenient()])
def test_lenient_switches_all_off_with_and_without_parentheses(lenient):
    assert passes(lambda case: lenient(asynctest.strict(case)), idle)
    assert passes(lambda case: lenient(asynctest.strict(case)), leave_a_timer)


@pytest.mark.parametrize("called", [True, False])
def test_ignore_loop_switches_one_off_with_and_without_parentheses(called):
    def decorate(case):
        with pytest.warns(DeprecationWarning, match=r"in favor of fail_on\(unused_loop=False\)"):
            ignore_loop = asynctest.ignore_loop() if called else asynctest.ignore_loop
            return ignore_loop(asynctest.strict(case))

    assert passes(decorate, idle)
    assert not passes(decorate, leave_a_timer)


@pytest.mark.parametrize(("value", "passed"), [(1, False), ("yes", False), (0, True), ("", True)])
def test_checks_of_asynctest_take_whatever_is_true(value, passed):
    assert passes(asynctest.fail_on(unused_loop=value), idle) is passed


def test_checks_of_the_package_take_what_they_take_there():
    with pytest.raises(TypeError, match="takes True or False"):
        asynctest.fail_on(pending_tasks="yes")
    assert not passes(asynctest.fail_on(pending_tasks=True), leave_a_task)
    assert passes(asynctest.fail_on(slow_callbacks=60.0), idle)


def test_defaults_can_be_changed_and_changed_back(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(asynctest.DEFAULTS, "unused_loop", True)
        assert not passes(nothing, idle)
    assert passes(nothing, idle)


def test_update_overrides_unless_it_is_told_not_to():
    checker = _fail_on._fail_on({"unused_loop": True})

    checker.update({"unused_loop": False, "active_handles": True}, override=False)
    assert checker.checks == {"unused_loop": True, "active_handles": True}
    checker.update({"unused_loop": False})
    assert checker.checks == {"unused_loop": False, "active_handles": True}


def test_report_shows_no_frame_of_the_drop_in():
    def test(self):
        self.fail("on purpose")

    case = type("Case", (asynctest.TestCase,), {"test": test})
    result = unittest.TestResult()
    case("test").run(result)
    [(_, text)] = result.failures
    assert "test_checks.py" in text
    assert "asynctest/case.py" not in text.replace("\\", "/")
