"""Which objects a test made: the use of the garbage collector."""

import asyncio
import gc
import importlib.util
import math
import time
import unittest
import weakref
from time import monotonic
from types import ModuleType

import pytest
from asyncloop_testcase import TestCase, check_loop, fail_on, strict
from asyncloop_testcase._checks import garbage
from checking import frozen_count, verdict_of
from running import failure_of, passed, run

KEPT: list[object] = []


@pytest.fixture(autouse=True)
def nothing_kept_nor_frozen() -> object:
    gc.unfreeze()
    yield
    KEPT.clear()


@pytest.fixture
def frozen() -> object:
    """Objects frozen by the user, as servers do before they fork."""
    gc.freeze()
    yield frozen_count()
    gc.unfreeze()


async def fetch() -> int:
    return 1


async def leak() -> None:
    try:
        pinned = fetch()
        raise ValueError(pinned.__name__)
    except ValueError as error:
        KEPT.append(error)


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


class Node:
    """Refers to itself, so that the collector alone can free it."""

    def __init__(self) -> None:
        self.me = self


@pytest.mark.parametrize("switch", [fail_on(), strict])
class TestTestSeesTheHeapAsItIs:
    def test_what_is_older_than_the_test_is_collected_in_it(self, switch) -> None:
        @switch
        class Case(TestCase):
            @classmethod
            def setUpClass(cls) -> None:
                cls.node = Node()

            async def test(self) -> None:
                node = weakref.ref(self.node)
                del type(self).node
                gc.collect()
                self.assertIsNone(node())

            def test_function(self) -> None:
                type(self).node = Node()
                self.loop.run_until_complete(self.test())

        for name in ("test", "test_function"):
            assert unittest.TestSuite([Case(name)]).run(unittest.TestResult()).wasSuccessful()

    def test_older_objects_are_found_by_the_collector(self, switch) -> None:
        older = Node()
        holder = [older]

        @switch
        class Case(TestCase):
            async def setUp(self) -> None:
                await self.test()

            async def test(self) -> None:
                assert any(each is holder for each in gc.get_referrers(older))
                assert any(each is holder for each in gc.get_objects())
                assert frozen_count() == 0

        passed(Case)

    def test_block_sees_it_too(self, switch) -> None:
        node = Node()
        reference = weakref.ref(node)

        async def main() -> None:
            nonlocal node
            async with check_loop(level="default" if switch is not strict else "strict"):
                async with check_loop():
                    del node
                    gc.collect()
                    assert reference() is None

        asyncio.run(main())


@pytest.mark.parametrize("collects", [lambda: gc.collect(), lambda: gc.collect(1)])
def test_leak_is_found_that_a_collection_in_the_test_has_moved(collects) -> None:
    class Case(TestCase):
        async def test(self) -> None:
            async def fail() -> None:
                raise ZeroDivisionError

            KEPT.append(asyncio.create_task(fail()))
            await asyncio.sleep(0)
            collects()
            collects()

    assert "ZeroDivisionError" in verdict_of(Case, "unhandled_exceptions")
    KEPT.clear()


def test_nothing_stays_with_the_collector() -> None:
    before = [*gc.callbacks]
    for function in (fetch, leak):
        run(case_of(function))
        assert frozen_count() == 0
        assert gc.callbacks == before


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


def test_mocks_that_pretend_to_be_something_are_not_taken_for_it() -> None:
    class Pretending(TestCase):
        @fail_on(unclosed_transports=True, leaked_processes=True)
        async def test(self) -> None:
            from unittest import mock

            KEPT.append(mock.Mock(spec=asyncio.Transport))
            KEPT.append(mock.Mock(spec=asyncio.SubprocessTransport))
            KEPT.append(mock.Mock(spec=asyncio.Future))

    passed(Pretending)


def test_baseline_is_among_the_young_objects_that_come_after_it() -> None:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        baseline = garbage.take_baseline()
        clean = baseline.is_clean()
        baseline.release()
    finally:
        if was_enabled:
            gc.enable()

    assert clean
