"""The manual clock: what advance() does, and installing and uninstalling."""

import asyncio
import math
import threading
import time
from typing import Any

import pytest
from asyncio_fakeclock import DeadlockError, FakeClock, get_clock, new_event_loop
from clocked import clocked_loop, run


def test_time_stands_still_between_steps() -> None:
    async def main(clock: FakeClock) -> list[float]:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(0)
        return [before, loop.time(), clock.time()]

    assert run(main, auto=False) == [0.0, 0.0, 0.0]


def test_ten_steps_of_a_tenth_are_exactly_one_second() -> None:
    async def main(clock: FakeClock) -> float:
        for _ in range(10):
            await clock.advance(0.1)
        return clock.time()

    assert run(main, auto=False) == 1.0


@pytest.mark.parametrize("start", [0.0, 1.7e9])
def test_every_callback_runs_at_its_own_instant_in_order(start: float) -> None:
    async def main(clock: FakeClock) -> list[Any]:
        loop = asyncio.get_running_loop()
        ran: list[Any] = []
        for delay in (3, 1, 2, 1):
            loop.call_later(delay, lambda delay=delay: ran.append((delay, loop.time() - start)))
        await clock.advance(10)
        return ran

    assert run(main, auto=False, start=start) == [(1, 1.0), (1, 1.0), (2, 2.0), (3, 3.0)]


def test_callback_scheduled_during_an_advance_runs_in_it() -> None:
    async def main(clock: FakeClock) -> list[float]:
        loop = asyncio.get_running_loop()
        ran: list[float] = []
        loop.call_later(2, lambda: loop.call_later(1, lambda: ran.append(loop.time())))
        await clock.advance(3)
        return ran

    assert run(main, auto=False) == [3.0]


def test_callbacks_of_the_last_instant_have_run_when_advance_returns() -> None:
    async def main(clock: FakeClock) -> list[str]:
        done = []

        async def worker() -> None:
            await asyncio.sleep(5)
            for _ in range(10):
                await asyncio.sleep(0)
            done.append("worker")

        task = asyncio.create_task(worker())
        await clock.advance(5)
        await task
        return done

    assert run(main, auto=False) == ["worker"]


def test_timers_of_one_instant_run_before_the_callbacks_they_make_ready() -> None:
    async def main(clock: FakeClock) -> list[str]:
        loop = asyncio.get_running_loop()
        ran: list[str] = []

        def first() -> None:
            ran.append("first timer")
            loop.call_later(0, ran.append, "timer set meanwhile")
            loop.call_soon(ran.append, "callback")

        loop.call_at(1, first)
        loop.call_at(1, ran.append, "second timer")
        await clock.advance(1)
        return ran

    order = ["first timer", "second timer", "callback", "timer set meanwhile"]
    assert run(main, auto=False) == order


def test_jump_of_a_billion_seconds_costs_nothing() -> None:
    async def main(clock: FakeClock) -> float:
        task = asyncio.create_task(asyncio.sleep(1e9))
        await clock.advance(1e9)
        assert task.done()
        return clock.time()

    assert run(main, auto=False) == 1e9


def test_advance_by_nothing_runs_what_is_ready_and_due() -> None:
    async def main(clock: FakeClock) -> list[str]:
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        loop.call_soon(ran.append, "ready")
        loop.call_later(0, ran.append, "due")
        await clock.advance(0)
        return ran

    assert run(main, auto=False) == ["ready", "due"]


def test_concurrent_advances_are_targets_of_their_own() -> None:
    async def main(clock: FakeClock) -> list[tuple[int, float]]:
        arrived = []

        async def advance(seconds: int) -> None:
            await clock.advance(seconds)
            arrived.append((seconds, clock.time()))

        await asyncio.gather(advance(5), advance(3), advance(5))
        return arrived

    assert run(main, auto=False) == [(3, 3.0), (5, 5.0), (5, 5.0)]


def test_nested_advance_moves_time_within_the_outer_one() -> None:
    async def main(clock: FakeClock) -> list[float]:
        seen = []

        async def nested() -> None:
            await asyncio.sleep(1)
            await clock.advance(2)
            seen.append(clock.time())

        task = asyncio.create_task(nested())
        await clock.advance(2)
        seen.append(clock.time())
        await clock.advance(2)
        await task
        return seen

    assert run(main, auto=False) == [2.0, 3.0]


def test_cancelled_advance_leaves_time_where_it_is() -> None:
    async def main(clock: FakeClock) -> float:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(clock.advance(10))
        loop.call_later(4, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        return clock.time()

    assert run(main, auto=False) == 4.0


def test_cancelled_advance_is_no_target_any_more() -> None:
    async def main(clock: FakeClock) -> None:
        task = asyncio.create_task(clock.advance(10))
        asyncio.get_running_loop().call_later(4, task.cancel)
        await asyncio.wait([task])
        await asyncio.Event().wait()

    with pytest.raises(DeadlockError, match="^deadlock at 4 s"):
        run(main, auto=False)


def test_cancelled_advance_leaves_the_targets_of_others() -> None:
    async def main(clock: FakeClock) -> float:
        task = asyncio.create_task(clock.advance(10))
        asyncio.get_running_loop().call_later(4, task.cancel)
        await clock.advance(6)
        assert task.cancelled()
        return clock.time()

    assert run(main, auto=False) == 6.0


def test_advance_that_is_closed_is_no_target_any_more() -> None:
    async def main(clock: FakeClock) -> None:
        asyncio.get_running_loop().call_soon(int)
        coro = clock.advance(10)
        coro.send(None)
        coro.close()
        await asyncio.Event().wait()

    with pytest.raises(DeadlockError, match="^deadlock at 0 s"):
        run(main, auto=False)


def test_manual_clock_stands_still_before_zero_too() -> None:
    async def main(clock: FakeClock) -> None:
        await asyncio.sleep(1)

    with pytest.raises(DeadlockError, match="^time is frozen at -10 s"):
        run(main, auto=False, start=-10)


def test_advance_that_is_closed_leaves_no_target() -> None:
    async def main(clock: FakeClock) -> float:
        coro = clock.advance(10)
        asyncio.get_running_loop().call_soon(lambda: None)
        coro.send(None)
        coro.close()
        await clock.advance(1)
        return clock.time()

    assert run(main, auto=False) == 1.0


def test_exception_in_a_callback_goes_to_the_handler_and_time_goes_on() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        loop = asyncio.get_running_loop()
        seen: list[Any] = []
        loop.set_exception_handler(lambda loop, context: seen.append(context["exception"].args))
        loop.call_later(1, lambda: [].pop())
        loop.call_later(2, seen.append, "later")
        await clock.advance(3)
        return [*seen, clock.time()]

    assert run(main, auto=False) == [("pop from empty list",), "later", 3.0]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_interrupt_in_a_timer_leaves_the_loop_and_the_rest_in_place(error: type) -> None:
    def interrupt() -> None:
        raise error

    with clocked_loop(auto=False) as (loop, clock):
        ran: list[int] = []
        loop.call_at(1, interrupt)
        loop.call_at(1, ran.append, 1)
        with pytest.raises(error):
            loop.run_until_complete(clock.advance(1))
        loop.run_until_complete(clock.advance(0))
        assert (ran, clock.time()) == ([1], 1.0)


def test_stop_is_obeyed_at_the_instant_of_the_timer() -> None:
    with clocked_loop() as (loop, clock):
        ran: list[int] = []
        loop.call_at(1, loop.stop)
        loop.call_at(1, ran.append, 1)
        loop.call_at(2, ran.append, 2)
        loop.run_forever()
        assert (ran, clock.time()) == ([1], 1.0)


def test_cancelled_timer_does_not_run_and_does_not_hold_time_up() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        loop = asyncio.get_running_loop()
        ran: list[int] = []
        loop.call_later(5, ran.append, 5)
        loop.call_later(1, ran.append, 1).cancel()
        handle = loop.call_later(3, ran.append, 3)
        loop.call_later(2, handle.cancel)
        after = [clock.next_timer()]
        await clock.advance(10)
        return [after, ran, clock.next_timer()]

    assert run(main, auto=False) == [[2.0], [5], None]


def test_cancelled_timers_do_not_pile_up() -> None:
    async def main(clock: FakeClock) -> int:
        loop = asyncio.get_running_loop()
        queue: Any = loop.time.__self__  # type: ignore[attr-defined]
        keep = [loop.call_later(1000 + n, print) for n in range(10)]
        for n in range(10_000):
            loop.call_later(100 + n, print).cancel()
        assert clock.next_timer() == keep[0].when()
        return len(list(queue._agenda))

    assert run(main, auto=False) < 2500


def test_turn_of_the_loop_sweeps_out_what_is_mostly_cancelled() -> None:
    async def main(clock: FakeClock) -> tuple[int, int]:
        loop = asyncio.get_running_loop()
        queue: Any = loop.time.__self__  # type: ignore[attr-defined]
        timers = [loop.call_later(1 + n, print) for n in range(3000)]
        for timer in timers[400:]:
            timer.cancel()
        there = len(list(queue._agenda))
        await clock.advance(0.5)
        return there, len(list(queue._agenda))

    there, left = run(main, auto=False)
    assert there > left == 400


@pytest.mark.parametrize(
    ("timers", "cancelled", "left"),
    [
        (1001, 999, 1001),
        (1001, 1000, 1001),
        # The sweep at 1001 leaves 4000.
        (5000, 1000 + 1500, 4000),
        (5000, 1000 + 2000, 4000),
        (5000, 1000 + 2001, 1999),
    ],
)
def test_turn_of_the_loop_sweeps_only_if_most_of_many_are_cancelled(
    timers: int, cancelled: int, left: int
) -> None:
    async def main(clock: FakeClock) -> int:
        loop = asyncio.get_running_loop()
        handles = [loop.call_later(1 + n, print) for n in range(timers)]
        for handle in handles[timers - cancelled :]:
            handle.cancel()
        await clock.advance(0.5)
        return instants_held(loop)

    assert run(main, auto=False) == left


def instants_held(loop: Any) -> int:
    return len(loop.time.__self__._agenda)


async def some_are_cancelled(clock: FakeClock) -> None:
    loop = asyncio.get_running_loop()
    for n in range(1200):
        handle = loop.call_at(1 + n // 4, int)
        if n % 4 < 2:
            handle.cancel()
    await clock.advance(1000)


async def each_is_cancelled_after_it_ran(clock: FakeClock) -> None:
    loop = asyncio.get_running_loop()
    handles = [loop.call_at(1 + n, int) for n in range(600)]
    await clock.advance(1000)
    for handle in handles:
        handle.cancel()


async def pairs_are_cancelled_after_they_ran(clock: FakeClock) -> None:
    loop = asyncio.get_running_loop()
    handles = [loop.call_at(1 + n // 2, int) for n in range(600)]
    await clock.advance(1000)
    for handle in handles:
        handle.cancel()


@pytest.mark.parametrize(
    "before",
    [some_are_cancelled, each_is_cancelled_after_it_ran, pairs_are_cancelled_after_they_ran],
)
def test_sweep_comes_with_the_first_above_a_thousand_still_to_come(before: Any) -> None:
    async def main(clock: FakeClock) -> list[int]:
        loop = asyncio.get_running_loop()
        await before(clock)
        held = []
        handles = [loop.call_later(1 + n, print) for n in range(1001)]
        for handle in handles:
            held.append(instants_held(loop))
            handle.cancel()
        return [min(held), instants_held(loop)]

    assert run(main, auto=False) == [1001, 1]


def test_timer_cancelled_while_its_instant_runs_does_not_run() -> None:
    async def main(clock: FakeClock) -> list[int]:
        loop = asyncio.get_running_loop()
        ran: list[int] = []
        handles = []
        loop.call_at(1, lambda: handles[0].cancel())
        handles.append(loop.call_at(1, ran.append, 1))
        await clock.advance(1)
        return ran

    assert run(main, auto=False) == []


def test_timers_that_a_timer_sets_for_its_own_instant_run_in_it() -> None:
    async def main(clock: FakeClock) -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        ran: list[tuple[str, float]] = []

        def note(name: str) -> None:
            ran.append((name, loop.time()))

        def first() -> None:
            note("first")
            loop.call_at(loop.time(), note, "second")
            loop.call_later(0, note, "third")

        loop.call_at(1, first)
        loop.call_at(1.5, note, "last")
        await clock.advance(2)
        return ran

    assert run(main, auto=False) == [("first", 1), ("second", 1), ("third", 1), ("last", 1.5)]


def test_handle_knows_the_instant_it_runs_at() -> None:
    async def main(clock: FakeClock) -> list[bool]:
        loop = asyncio.get_running_loop()
        same: list[bool] = []
        handle = loop.call_later(0.1 + 0.2, lambda: same.append(loop.time() == handle.when()))
        await clock.advance(1)
        return [*same, handle.when() == 0.3]

    assert run(main, auto=False) == [True, True]


@pytest.mark.parametrize("when", [3, 10])
def test_timer_that_is_due_runs_in_the_next_turn(when: int) -> None:
    async def main(clock: FakeClock) -> list[str]:
        await clock.advance(10)
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        loop.call_at(when, ran.append, "timer")
        loop.call_soon(loop.call_soon, ran.append, "the turn after")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return ran

    assert run(main, auto=False) == ["timer", "the turn after"]


def test_timer_at_infinity_never_comes() -> None:
    async def main(clock: FakeClock) -> float:
        handle = asyncio.get_running_loop().call_later(math.inf, print)
        await clock.advance(1e9)
        handle.cancel()
        return clock.time()

    assert run(main, auto=False) == 1e9


def test_advance_to_is_absolute() -> None:
    async def main(clock: FakeClock) -> float:
        await clock.advance_to(7)
        await clock.advance_to(7.5)
        return clock.time()

    assert run(main, auto=False, start=5) == 7.5


def test_advance_to_the_past_is_refused_and_moves_nothing() -> None:
    async def main(clock: FakeClock) -> float:
        with pytest.raises(ValueError, match=r"^cannot go back to 4 s: it is 5\.0 s"):
            await clock.advance_to(4)
        return clock.time()

    assert run(main, auto=False, start=5) == 5.0


@pytest.mark.parametrize("seconds", [-1, math.nan, math.inf, "1", None])
@pytest.mark.parametrize("method", ["advance", "advance_to"])
def test_refused_step_moves_nothing(method: str, seconds: Any) -> None:
    async def main(clock: FakeClock) -> float:
        with pytest.raises((TypeError, ValueError)):
            await getattr(clock, method)(seconds)
        return clock.time()

    assert run(main, auto=False) == 0.0


def test_call_at_nan_is_refused() -> None:
    async def main(clock: FakeClock) -> float | None:
        with pytest.raises(ValueError, match="cannot schedule a callback at nan"):
            asyncio.get_running_loop().call_at(math.nan, print)
        return clock.next_timer()

    assert run(main, auto=False) is None


@pytest.mark.parametrize("method", ["call_at", "call_later"])
def test_timer_without_a_time_is_refused_as_by_asyncio(method: str) -> None:
    async def main(clock: FakeClock) -> None:
        with pytest.raises(TypeError, match="(None|delay)"):
            getattr(asyncio.get_running_loop(), method)(None, print)

    run(main, auto=False)


def test_context_manager_installs_and_uninstalls() -> None:
    loop = asyncio.new_event_loop()
    untouched = dict(vars(loop)), dict(vars(loop._selector))  # type: ignore[attr-defined]
    with FakeClock(loop, start=5) as clock:
        assert (loop.time(), clock.installed, clock.loop) == (5.0, True, loop)
    assert not clock.installed
    assert loop.time() == pytest.approx(time.monotonic(), abs=60)
    assert (dict(vars(loop)), dict(vars(loop._selector))) == untouched  # type: ignore[attr-defined]
    loop.close()


def test_async_context_manager_takes_the_running_loop() -> None:
    async def main() -> list[float]:
        async with FakeClock() as clock:
            await clock.advance(5)
            inside = asyncio.get_running_loop().time()
        return [inside, clock.time()]

    assert asyncio.run(main()) == [5.0, 5.0]


def test_timers_keep_the_time_they_had_left() -> None:
    async def main() -> tuple[float, list[str]]:
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        before = loop.call_later(3600, ran.append, "before")
        async with FakeClock() as clock:
            loop.call_later(10, ran.append, "inside")
            handle = loop.call_later(7200, print)
            await clock.advance(3601)
        left = handle.when() - loop.time()
        assert before.when() == pytest.approx(3600, abs=5)
        handle.cancel()
        return left, ran

    left, ran = asyncio.run(main())
    assert left == pytest.approx(3599, abs=5)
    assert ran == ["inside", "before"]


@pytest.mark.parametrize("options", [{}, {"auto": True}, {"trace": True}])
@pytest.mark.parametrize("overdue", [0, 5])
def test_timers_that_were_due_already_run_at_the_start(
    overdue: int, options: dict[str, Any]
) -> None:
    loop = asyncio.new_event_loop()
    try:
        loop.time = lambda: 50.0  # type: ignore[method-assign]
        ran: list[float] = []
        loop.call_at(50 - overdue, lambda: ran.append(loop.time()))
        loop.call_at(50 - overdue, loop.stop)
        with FakeClock(loop, start=100, **options) as clock:
            loop.run_forever()
            assert (ran, clock.time()) == ([100.0], 100.0)
    finally:
        loop.close()


def test_timer_given_back_can_be_cancelled() -> None:
    async def main() -> bool:
        async with FakeClock():
            handle = asyncio.get_running_loop().call_later(3600, print)
        handle.cancel()
        return handle.cancelled()

    assert asyncio.run(main())


def test_clock_can_be_installed_again_and_goes_on() -> None:
    loop = asyncio.new_event_loop()
    clock = FakeClock(loop)
    with clock:
        loop.run_until_complete(clock.advance(5))
    with clock:
        assert loop.time() == 5.0
    loop.close()


def test_uninstalling_twice_is_no_error() -> None:
    loop = asyncio.new_event_loop()
    clock = FakeClock(loop).install()
    clock.uninstall()
    clock.uninstall()
    loop.close()


def test_closing_the_loop_uninstalls_the_clock() -> None:
    loop = new_event_loop()
    clock = get_clock(loop)
    loop.close()
    assert not clock.installed


def test_uninstalling_in_a_timer_gives_the_loop_its_own_time() -> None:
    loop = new_event_loop()
    loop.call_later(5, get_clock(loop).uninstall)
    loop.call_later(5.01, loop.stop)
    loop.run_forever()
    assert loop.time() == pytest.approx(time.monotonic(), abs=60)
    loop.close()


def test_uninstalling_fails_a_pending_advance() -> None:
    async def main() -> None:
        clock = FakeClock().install()
        task = asyncio.create_task(clock.advance(10))
        asyncio.get_running_loop().call_later(5, clock.uninstall)
        with pytest.raises(RuntimeError, match="uninstalled before advance"):
            await task

    asyncio.run(main())


def test_second_clock_on_a_loop_is_refused() -> None:
    with clocked_loop(auto=False) as (loop, clock):
        with pytest.raises(RuntimeError, match=r"has a clock already, <FakeClock at 0\.0 s, man"):
            FakeClock(loop).install()
        assert clock.installed


def test_installing_twice_is_refused() -> None:
    with clocked_loop() as (_, clock):
        with pytest.raises(RuntimeError, match="is installed already"):
            clock.install()


def test_closed_loop_is_refused() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    with pytest.raises(RuntimeError, match=r"^cannot install a clock on .*: it is closed$"):
        FakeClock(loop).install()


def test_installing_without_a_loop_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"^no loop is running: .* pass FakeClock\(loop\)$"):
        FakeClock().install()


def test_what_is_no_loop_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^loop must be an event loop, not 'loop'$"):
        FakeClock("loop")  # type: ignore[arg-type]


def test_uvloop_is_refused_with_the_way_out() -> None:
    uvloop = pytest.importorskip("uvloop")
    loop = uvloop.new_event_loop()
    try:
        with pytest.raises(TypeError, match=r"loop_factory=asyncio\.SelectorEventLoop"):
            FakeClock(loop)
    finally:
        loop.close()


def test_advance_without_a_loop_under_the_clock_is_refused() -> None:
    async def main() -> None:
        clock = FakeClock()
        with pytest.raises(RuntimeError, match="not installed: use it as a context manager"):
            await clock.advance(1)

    asyncio.run(main())


def test_advance_after_uninstalling_is_refused() -> None:
    async def main() -> float:
        async with FakeClock() as clock:
            pass
        with pytest.raises(RuntimeError, match="not installed"):
            await clock.advance(1)
        return clock.time()

    assert asyncio.run(main()) == 0.0


def test_advance_from_another_loop_in_another_thread_is_refused() -> None:
    errors: list[BaseException] = []

    def elsewhere(clock: FakeClock) -> None:
        try:
            asyncio.run(clock.advance(1))
        except RuntimeError as error:
            errors.append(error)

    with clocked_loop(auto=False) as (_, clock):
        thread = threading.Thread(target=elsewhere, args=(clock,), name="elsewhere")
        thread.start()
        thread.join()
        assert "from another loop" in str(errors[0])
        assert "'elsewhere'" in str(errors[0])
        assert clock.time() == 0.0


@pytest.mark.parametrize("limit", ["max_turns", "max_jumps"])
def test_limit_of_one_is_taken(limit: str) -> None:
    FakeClock(**{limit: 1})


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ({"start": math.nan}, ValueError),
        ({"start": "0"}, TypeError),
        ({"resolution": 0}, ValueError),
        ({"stall_timeout": -1}, ValueError),
        ({"stall_timeout": "1"}, TypeError),
        ({"max_turns": 0}, ValueError),
        ({"max_turns": 1.5}, TypeError),
        ({"max_jumps": -1}, ValueError),
        ({"max_jumps": True}, TypeError),
    ],
)
def test_refused_option_leaves_no_clock(option: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        FakeClock(**option)


def test_new_event_loop_closes_what_it_cannot_clock() -> None:
    made = []

    def factory() -> asyncio.AbstractEventLoop:
        made.append(asyncio.new_event_loop())
        return made[0]

    with pytest.raises(TypeError):
        new_event_loop(loop_factory=factory, start="0")
    assert made[0].is_closed()


def test_get_clock_of_a_loop_without_one_is_refused() -> None:
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(RuntimeError, match="has no fake clock"):
            get_clock(loop)
    finally:
        loop.close()


def test_get_clock_finds_the_clock_of_the_running_loop() -> None:
    async def main(clock: FakeClock) -> bool:
        return get_clock() is clock

    assert run(main)


def test_auto_can_be_switched_in_a_test() -> None:
    async def main(clock: FakeClock) -> list[float]:
        await clock.advance(1)
        clock.auto = True
        await asyncio.sleep(10)
        clock.auto = False
        await clock.advance(2)
        return [clock.time()]

    assert run(main, auto=False) == [13.0]


def test_advance_moves_an_automatic_clock_too() -> None:
    async def main(clock: FakeClock) -> list[float]:
        seen = []
        asyncio.get_running_loop().call_later(3, lambda: seen.append(clock.time()))
        await clock.advance(5)
        return [*seen, clock.time()]

    assert run(main, auto=True) == [3.0, 5.0]


def test_wall_clock_is_left_alone() -> None:
    async def main(clock: FakeClock) -> float:
        before = time.time()
        await clock.advance(86400)
        return time.time() - before

    assert 0 <= run(main, auto=False) < 60


def test_repr_tells_the_time_and_the_mode() -> None:
    assert repr(FakeClock(start=5)) == "<FakeClock at 5.0 s, manual, not installed>"
    with clocked_loop() as (_, clock):
        assert repr(clock) == "<FakeClock at 0.0 s, automatic>"


def test_wrapper_of_call_at_sees_timers_of_call_later() -> None:
    async def main(clock: FakeClock) -> list[float]:
        loop = asyncio.get_running_loop()
        seen = []
        inner = loop.call_at

        def wrapper(when: float, *args: Any, **kwargs: Any) -> Any:
            seen.append(when)
            return inner(when, *args, **kwargs)

        loop.call_at = wrapper  # type: ignore[method-assign]
        await asyncio.sleep(5)
        loop.call_at = inner  # type: ignore[method-assign]
        return seen

    assert run(main) == [5.0]


def test_attribute_that_somebody_else_replaced_is_left_alone() -> None:
    loop = asyncio.new_event_loop()
    clock = FakeClock(loop).install()
    loop.time = lambda: 42.0  # type: ignore[method-assign]
    clock.uninstall()
    assert loop.time() == 42.0
    loop.close()
