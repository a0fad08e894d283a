"""The private names of CPython that this package reads. If a test fails here, CPython changed."""

import asyncio
import inspect
import subprocess
import sys
import unittest
from typing import Any

import pytest
from asyncloop_testcase._cpython import current as py_current
from asyncloop_testcase._cpython import loops as py_loops
from asyncloop_testcase._cpython import tasks as py_tasks

CHANGED = "CPython changed: asyncloop_testcase/_cpython has to follow"


@pytest.fixture
def loop() -> Any:
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


class TestCurrentLoop:
    def test_what_is_set_is_what_asyncio_gives(self, loop: asyncio.AbstractEventLoop) -> None:
        before = py_current.current_loop()
        try:
            py_current.set_current_loop(loop)
            assert asyncio.get_event_loop() is loop, CHANGED
            assert py_current.current_loop() == (loop, True), CHANGED
        finally:
            py_current.set_current_loop(*before)
        assert py_current.current_loop() == before

    def test_what_asyncio_sets_is_what_is_read(self, loop: asyncio.AbstractEventLoop) -> None:
        before = py_current.current_loop()
        try:
            asyncio.set_event_loop(loop)
            assert py_current.current_loop()[0] is loop, CHANGED
            asyncio.set_event_loop(None)
            assert py_current.current_loop() == (None, True), CHANGED
        finally:
            py_current.set_current_loop(*before)

    def test_policy_of_somebody_else_is_called(
        self, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Policy:
            current: asyncio.AbstractEventLoop | None = loop

            def get_event_loop(self) -> asyncio.AbstractEventLoop | None:
                if self.current is None:
                    raise RuntimeError("none")
                return self.current

            def set_event_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
                self.current = loop

        policy = Policy()
        monkeypatch.setattr(asyncio.events, "_event_loop_policy", policy)
        monkeypatch.setattr(asyncio, "set_event_loop", policy.set_event_loop)

        assert py_current.current_loop() == (loop, True)
        py_current.set_current_loop(None)
        assert policy.current is None
        assert py_current.current_loop() == (None, True)

    def test_get_event_loop_can_be_refused_however_it_was_imported(self) -> None:
        from asyncio import get_event_loop

        def refuse() -> Any:
            raise AssertionError("refused")

        undo = py_current.refuse_get_event_loop(refuse)
        try:
            for function in (get_event_loop, asyncio.get_event_loop, asyncio.events.get_event_loop):
                with pytest.raises(AssertionError, match="refused"):
                    function()
        finally:
            undo()
        assert "get_event_loop" not in vars(py_current._policy()), CHANGED

    def test_refusals_may_be_nested(self) -> None:
        undo_first = py_current.refuse_get_event_loop(lambda: 1)  # type: ignore[arg-type, return-value]
        undo_second = py_current.refuse_get_event_loop(lambda: 2)  # type: ignore[arg-type, return-value]
        assert asyncio.get_event_loop() == 2
        undo_second()
        assert asyncio.get_event_loop() == 1
        undo_first()
        assert "get_event_loop" not in vars(py_current._policy())


class TestLoops:
    def test_new_loop_is_spent(self) -> None:
        """In a process of its own: elsewhere, tasks of earlier tests may be alive."""
        program = (
            "import asyncio; from asyncloop_testcase._cpython.loops import nothing_to_shut_down\n"
            "loop = asyncio.new_event_loop(); loop.run_until_complete(asyncio.sleep(0))\n"
            "print(nothing_to_shut_down(loop)); loop.close()"
        )

        done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)

        assert done.stdout.strip() == b"True", CHANGED

    def test_loop_with_a_task_is_not_spent(self, loop: asyncio.AbstractEventLoop) -> None:
        task = loop.create_task(asyncio.sleep(0))

        assert not py_loops.nothing_to_shut_down(loop), CHANGED
        loop.run_until_complete(task)

    @pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with 3.12")
    def test_loop_with_an_eager_task_is_not_spent(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.set_task_factory(asyncio.eager_task_factory)
        event = asyncio.Event()

        async def main() -> "asyncio.Task[Any]":
            return asyncio.ensure_future(event.wait())

        task = loop.run_until_complete(main())

        assert not py_loops.nothing_to_shut_down(loop), CHANGED
        event.set()
        loop.run_until_complete(task)

    def test_new_loop_has_no_executor(self, loop: asyncio.AbstractEventLoop) -> None:
        assert py_loops.default_executor(loop) is None
        assert hasattr(loop, "_default_executor"), CHANGED

    def test_loop_with_an_executor_is_not_spent(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(loop.run_in_executor(None, int))

        assert not py_loops.nothing_to_shut_down(loop), CHANGED
        executor = py_loops.default_executor(loop)
        assert executor is not None, CHANGED
        assert len(py_loops.workers_of(executor)) == 1, CHANGED
        loop.run_until_complete(loop.shutdown_default_executor())

    def test_loop_with_an_async_generator_is_not_spent(
        self, loop: asyncio.AbstractEventLoop
    ) -> None:
        async def numbers() -> Any:
            yield 1

        async def main() -> Any:
            generator = numbers()
            await generator.__anext__()
            return generator

        generator = loop.run_until_complete(main())

        assert not py_loops.nothing_to_shut_down(loop), CHANGED
        assert py_loops.may_have_asyncgens(loop), CHANGED
        loop.run_until_complete(loop.shutdown_asyncgens())
        assert not py_loops.may_have_asyncgens(loop), CHANGED
        assert inspect.isasyncgen(generator)

    def test_callbacks_that_are_due_are_counted(self, loop: asyncio.AbstractEventLoop) -> None:
        assert py_loops.ready_count(loop) == 0, CHANGED
        assert py_loops.next_callback(loop) is None, CHANGED
        handle = loop.call_soon(int)
        assert py_loops.ready_count(loop) == 1, CHANGED
        assert py_loops.next_callback(loop) is handle, CHANGED


class TestTasks:
    def test_task_tells_its_coroutine(self, loop: asyncio.AbstractEventLoop) -> None:
        coro = asyncio.sleep(0)
        for kind in py_tasks.TASKS:
            task = kind(coro, loop=loop)
            assert py_tasks.coroutine_of(task) is coro, CHANGED
            loop.run_until_complete(task)
            coro = asyncio.sleep(0)
        coro.close()

    def test_task_tells_what_it_waits_for(self, loop: asyncio.AbstractEventLoop) -> None:
        async def main() -> None:
            future = loop.create_future()

            async def work() -> None:
                await asyncio.gather(future)

            task = loop.create_task(work())
            await asyncio.sleep(0)
            waits_for = py_tasks.waits_for(task)
            assert waits_for is not None, CHANGED
            assert py_tasks.children_of(waits_for) == [future], CHANGED
            task.cancel()

        loop.run_until_complete(main())

    def test_pending_task_can_be_forgotten(
        self, loop: asyncio.AbstractEventLoop, caplog: pytest.LogCaptureFixture
    ) -> None:
        task = loop.create_task(asyncio.sleep(1))
        loop.call_soon(loop.stop)
        loop.run_forever()
        py_tasks.forget_pending(task)
        del task

        assert caplog.text == "", CHANGED


@pytest.mark.parametrize(
    "name", ["_callSetUp", "_callTestMethod", "_callTearDown", "_callCleanup", "doCleanups"]
)
def test_unittest_calls_the_hook(name: str) -> None:
    """The hooks through which TestCase runs its phases, read on 3.10 to 3.15."""
    calls: list[str] = []

    def hook(self: unittest.TestCase, *arguments: Any) -> Any:
        calls.append(name)
        return getattr(super(case, self), name)(*arguments)

    def test(self: unittest.TestCase) -> None:
        self.addCleanup(int)

    case = type("Case", (unittest.TestCase,), {name: hook, "test": test})
    case("test").run(unittest.TestResult())

    assert calls == [name], CHANGED


def test_unittest_has_an_outcome_that_takes_late_errors() -> None:
    """``_outcome``: testPartExecutor(), success, expectedFailure; read on 3.10 to 3.15."""
    result = unittest.TestResult()

    class Case(unittest.TestCase):
        def test(self) -> None:
            """Pass."""

        def doCleanups(self) -> Any:
            outcome: Any = self._outcome  # type: ignore[attr-defined]
            assert outcome.expectedFailure is None, CHANGED
            with outcome.testPartExecutor(self):
                raise OSError("late")
            assert outcome.success is False, CHANGED

    Case("test").run(result)

    assert "OSError: late" in result.errors[0][1], CHANGED


def test_proactor_loop_that_has_stopped_has_nothing_to_do() -> None:
    """That it is about to listen to what wakes it does not count; it is so on every system."""

    class Listening(asyncio.SelectorEventLoop):
        def _loop_self_reading(self) -> None:
            """Stand in for the method of proactor loops."""

    loop = Listening()
    try:
        loop.call_soon(loop._loop_self_reading)
        assert not py_loops.is_something_due(loop)
        assert py_loops.ready_count(loop) == 0
        loop.call_soon(print)
        assert py_loops.is_something_due(loop)
        assert py_loops.ready_count(loop) == 1
    finally:
        loop.close()


def test_proactor_loops_listen_by_a_method_of_that_name() -> None:
    assert hasattr(asyncio.proactor_events.BaseProactorEventLoop, "_loop_self_reading"), CHANGED
