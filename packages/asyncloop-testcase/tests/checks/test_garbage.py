"""Which objects a test made: the use of the garbage collector."""

import asyncio
import gc
import importlib.util
import math
import sys
import time
from time import monotonic
from types import ModuleType

import pytest
from asyncloop_testcase import TestCase, fail_on, strict
from asyncloop_testcase._checks import garbage
from checking import frozen_count, verdict_of
from running import failure_of, passed, run

KEPT: list[object] = []


@pytest.fixture(autouse=True)
def nothing_kept_nor_frozen(monkeypatch: pytest.MonkeyPatch) -> object:
    # That somebody froze is remembered for many tests, so an earlier one may be the reason.
    gc.unfreeze()
    monkeypatch.setattr(garbage, "_tests_until_count", 0)
    yield
    KEPT.clear()


@pytest.fixture
def frozen() -> object:
    """Objects frozen by the user, as servers do before they fork."""
    gc.freeze()
    yield frozen_count()
    garbage._tests_until_count = 0
    gc.unfreeze()


async def fetch() -> int:
    return 1


async def leak() -> None:
    KEPT.append(fetch())


async def leak_in_a_cycle() -> None:
    cycle = [fetch()]
    cycle.append(cycle)


def case_of(function, **options: object) -> type[TestCase]:
    """Return a test case whose test is the function."""

    class Case(TestCase):
        @fail_on(**options)
        async def test(self) -> None:
            await function()

    return Case


def test_nothing_stays_frozen() -> None:
    for function in (fetch, leak):
        run(case_of(function))
        assert frozen_count() == 0


def test_collector_stays_as_it_was() -> None:
    gc.disable()
    try:
        passed(case_of(fetch))
        assert not gc.isenabled()
    finally:
        gc.enable()
    passed(case_of(fetch))
    assert gc.isenabled()


@pytest.mark.parametrize("function", [leak, leak_in_a_cycle])
def test_freeze_of_the_user_is_respected(function: object, frozen: int) -> None:
    async def look() -> None:
        assert frozen_count() >= frozen - 100
        await function()

    assert "coroutine fetch()" in verdict_of(case_of(look), "unawaited_coroutines")
    assert frozen_count() >= frozen - 100
    KEPT.clear()
    passed(case_of(fetch))
    assert frozen_count() >= frozen - 100


def test_leak_under_a_freeze_of_the_user_is_not_blamed_on_a_later_test(frozen: int) -> None:
    failure_of(case_of(leak))
    passed(case_of(fetch))


@pytest.mark.parametrize("switch", [fail_on(), strict])
def test_user_who_freezes_in_a_test_finds_it_frozen(switch) -> None:
    @switch
    class Freezing(TestCase):
        async def test(self) -> None:
            gc.freeze()

    try:
        passed(Freezing)
        assert frozen_count() > 0
        passed(case_of(fetch))
        assert frozen_count() > 0
    finally:
        garbage._tests_until_count = 0
        gc.unfreeze()


def test_user_who_unfreezes_in_a_test_does_no_harm() -> None:
    older = fetch()

    class Unfreezing(TestCase):
        async def test(self) -> None:
            gc.unfreeze()

    passed(Unfreezing)
    older.close()
    passed(case_of(fetch))


def test_collecting_in_a_test_does_no_harm() -> None:
    class Collecting(TestCase):
        async def test(self) -> None:
            cycle = [fetch()]
            cycle.append(cycle)
            gc.collect()
            del cycle
            for _ in range(3):
                gc.collect()

    assert "coroutine fetch()" in verdict_of(Collecting, "unawaited_coroutines")


def test_objects_older_than_the_test_are_not_looked_at() -> None:
    older = fetch()
    passed(case_of(fetch))
    older.close()


def test_looking_for_leaks_with_the_collector_itself_is_not_disturbed() -> None:
    class Debugging(TestCase):
        async def test(self) -> None:
            assert frozen_count() == 0

    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        passed(Debugging)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def test_full_collection_is_made_when_it_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    def full_collections() -> int:
        stats = gc.get_stats()[2]["collections"]
        passed(case_of(fetch))
        return gc.get_stats()[2]["collections"] - stats

    threshold = gc.get_threshold()
    gc.set_threshold(1_000_000)  # the collector itself starts none meanwhile
    try:
        monkeypatch.setattr(garbage, "_next_full_collection", math.inf)
        assert full_collections() == 0
        monkeypatch.setattr(garbage, "_next_full_collection", 0.0)
        assert full_collections() == 1
        assert monotonic() < garbage._next_full_collection < math.inf
    finally:
        gc.set_threshold(*threshold)


def test_full_collection_waits_for_a_collector_that_is_switched_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(garbage, "_next_full_collection", 0.0)
    stats = gc.get_stats()[2]["collections"]
    gc.disable()
    try:
        passed(case_of(fetch))
    finally:
        gc.enable()
    assert gc.get_stats()[2]["collections"] == stats
    assert garbage._next_full_collection == 0.0


def copy_of_the_module() -> ModuleType:
    """Return what the module would be if it was imported now."""
    spec = importlib.util.spec_from_file_location("copy_of_garbage", garbage.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_first_full_collection_is_not_due_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    assert copy_of_the_module()._next_full_collection == 105.0


@pytest.mark.parametrize(("begin", "end", "due"), [(1.0, 3.0, 203.0), (300.0, 300.01, 305.01)])
def test_full_collections_take_a_hundredth_of_the_time(
    begin: float, end: float, due: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = [begin, end]
    monkeypatch.setattr(garbage, "monotonic", lambda: times.pop(0))
    monkeypatch.setattr(garbage, "_next_full_collection", begin)
    passed(case_of(fetch))
    assert times == []
    assert garbage._next_full_collection == pytest.approx(due)


@pytest.mark.parametrize(("minor", "frozen"), [(11, 0), (12, 1000), (13, 0)])
def test_only_python_3_12_freezes_objects_of_its_own(
    minor: int, frozen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, minor, 0))
    assert copy_of_the_module().STARTUP_FROZEN == frozen


@pytest.mark.parametrize(
    ("count", "known", "frozen"),
    [(0, 0, False), (999, 0, False), (1001, 1, True), (5999, 5, True), (10**9, 1000, True)],
)
def test_frozen_objects_are_counted_the_less_often_the_more_there_are(
    count: int, known: int, frozen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[None] = []
    monkeypatch.setattr(gc, "get_freeze_count", lambda: counted.append(None) or count)
    monkeypatch.setattr(garbage, "STARTUP_FROZEN", 1000)
    monkeypatch.setattr(garbage, "_tests_until_count", 0)
    assert [garbage._somebody_froze() for _ in range(known + 1)] == [frozen] * (known + 1)
    assert len(counted) == 1
    garbage._somebody_froze()
    assert len(counted) == 2


def test_mocks_that_pretend_to_be_something_are_not_taken_for_it() -> None:
    class Pretending(TestCase):
        @fail_on(unclosed_transports=True, leaked_processes=True)
        async def test(self) -> None:
            from unittest import mock

            KEPT.append(mock.Mock(spec=asyncio.Transport))
            KEPT.append(mock.Mock(spec=asyncio.SubprocessTransport))
            KEPT.append(mock.Mock(spec=asyncio.Future))

    passed(Pretending)
