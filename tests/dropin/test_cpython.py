"""The private names of CPython that the drop-in uses are what it takes them for."""

import asyncio
import warnings

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
