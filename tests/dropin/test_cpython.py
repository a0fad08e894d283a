"""The private names of CPython that the drop-in uses are what it takes them for."""

import asyncio
import unittest
import warnings
from typing import Any

import pytest

from asynctest import _cpython

pytestmark = pytest.mark.filterwarnings("error")


def test_base_of_policies_is_that_of_the_policy_in_force():
    policy = _cpython.get_policy()

    assert isinstance(policy, _cpython.Policy)
    _cpython.set_policy(policy)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert asyncio.get_event_loop_policy() is policy


def test_timers_of_a_loop_stand_in_its_queue_until_they_are_cancelled():
    loop = asyncio.new_event_loop()
    timer = loop.call_later(60, print)
    assert list(_cpython.live_timers(loop)) == [timer]
    timer.cancel()
    assert list(_cpython.live_timers(loop)) == []
    loop.close()


def test_selector_of_a_loop_can_be_asked_for_and_exchanged():
    loop = asyncio.SelectorEventLoop()
    selector = _cpython.selector_of(loop)
    assert selector.get_map()
    _cpython.set_selector(loop, selector)
    assert _cpython.selector_of(loop) is selector
    loop.close()


def test_test_case_keeps_its_outcome_and_its_cleanups():
    seen: list[Any] = []

    class T(unittest.TestCase):
        def test(self) -> None:
            self.addCleanup(print, "a", sep="b")
            seen.append(_cpython.outcome_of(self).success)
            seen.append(_cpython.cleanups_of(self).pop())

    case = T("test")
    assert _cpython.outcome_of(case) is None
    case.run()
    assert seen == [True, (print, ("a",), {"sep": "b"})]
