"""What the checks need of CPython though it is private; says so clearly when it changes."""

import _thread
import asyncio
import contextlib
import gc
import selectors
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from asyncloop_testcase._cpython import generators as py_generators
from asyncloop_testcase._cpython import handles as py_handles
from asyncloop_testcase._cpython import hooks as py_hooks
from asyncloop_testcase._cpython import loops as py_loops
from asyncloop_testcase._cpython import selectors as py_selectors
from asyncloop_testcase._cpython import tasks as py_tasks
from asyncloop_testcase._cpython import transports as py_transports
from asyncloop_testcase._recording.registrations import RegistrationDict


async def fetch() -> None:
    """Do nothing."""


@pytest.fixture
def loop() -> object:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def selector_loop() -> object:
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


class Recording(py_hooks.Hooks):
    """Hooks that keep what they are told."""

    def __init__(self) -> None:
        self.contexts: list[dict[str, Any]] = []
        self.coroutines: list[str] = []

    def _notice_exception(self, context: dict[str, Any]) -> None:
        self.contexts.append(context)

    def _notice_unawaited(self, coro: Any) -> bool:
        self.coroutines.append(coro.__qualname__)
        return True


@contextlib.contextmanager
def hooks(
    loop: object,
    *,
    exceptions: bool = False,
    registrations: type[dict[int, Any]] | None = None,
    depth: int = 0,
) -> Iterator[Recording]:
    opened = Recording()
    opened.loop = loop  # type: ignore[assignment]
    opened._install(exceptions=exceptions, registrations=registrations, depth=depth)
    try:
        yield opened
    finally:
        opened._uninstall(depth)


def test_interpreter_looks_up_the_hook_for_unawaited_coroutines_at_each_call() -> None:
    before = warnings._warn_unawaited_coroutine
    with hooks(object(), depth=1) as opened:
        fetch()
    assert opened.coroutines == ["fetch"], "warnings._warn_unawaited_coroutine is not called"
    assert warnings._warn_unawaited_coroutine is before


def test_hook_that_somebody_has_replaced_is_left_alone() -> None:
    def theirs(coro: object) -> None:
        """Do nothing."""

    before = warnings._warn_unawaited_coroutine
    try:
        with hooks(object(), depth=1):
            warnings._warn_unawaited_coroutine = theirs
        assert warnings._warn_unawaited_coroutine is theirs
    finally:
        warnings._warn_unawaited_coroutine = before


def test_hook_that_somebody_puts_back_after_the_end_warns_as_the_interpreter_does() -> None:
    before = warnings._warn_unawaited_coroutine
    try:
        with hooks(object(), depth=1):
            ours = warnings._warn_unawaited_coroutine
            warnings._warn_unawaited_coroutine = print
        warnings._warn_unawaited_coroutine = ours
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fetch()
        assert [str(each.message) for each in caught] == ["coroutine 'fetch' was never awaited"]
    finally:
        warnings._warn_unawaited_coroutine = before


@pytest.mark.parametrize("depth", [0, 2])
def test_warning_that_is_passed_on_is_the_interpreters_word_for_word(
    depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warned() -> list[tuple[object, ...]]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fetch()
        return [(str(w.message), w.category, w.filename, w.lineno) for w in caught]

    sys.set_coroutine_origin_tracking_depth(depth)
    try:
        monkeypatch.setattr(Recording, "_notice_unawaited", lambda watch, coro: False)
        seen = []
        for watch in (contextlib.nullcontext(), hooks(object(), depth=5)):
            with watch:
                seen.append(warned())
        assert seen[1] == seen[0]
        assert len(seen[0]) == 1
    finally:
        sys.set_coroutine_origin_tracking_depth(0)


@pytest.mark.parametrize("first_out", [True, False])
def test_hooks_can_be_left_in_any_order(
    first_out: bool, selector_loop: asyncio.AbstractEventLoop
) -> None:
    before = (
        warnings._warn_unawaited_coroutine,
        selector_loop._selector._fd_to_key,
        {**vars(selector_loop)},
    )
    opened = [Recording(), Recording()]
    for each in opened:
        each.loop = selector_loop
        each._install(exceptions=True, registrations=RegistrationDict, depth=5)
        assert sys.get_coroutine_origin_tracking_depth() == 5

    first, last = opened if first_out else reversed(opened)
    first._uninstall(5)
    assert sys.get_coroutine_origin_tracking_depth() == 5
    selector_loop.call_exception_handler({"message": "told"})
    assert last.contexts == [{"message": "told"}]
    last._uninstall(5)

    assert sys.get_coroutine_origin_tracking_depth() == 0
    assert (warnings._warn_unawaited_coroutine, selector_loop._selector._fd_to_key) == before[:2]
    assert selector_loop._selector._fd_to_key is before[1]
    assert vars(selector_loop) == before[2]


def test_callers_are_recorded_as_deep_as_somebody_else_wants_it() -> None:
    before = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(7)
    try:
        with hooks(object(), depth=2):
            assert sys.get_coroutine_origin_tracking_depth() == 7
        with hooks(object(), depth=9):
            assert sys.get_coroutine_origin_tracking_depth() == 9
        assert sys.get_coroutine_origin_tracking_depth() == 7
    finally:
        sys.set_coroutine_origin_tracking_depth(before)


def test_default_handler_is_looked_up_on_the_loop(loop: asyncio.AbstractEventLoop) -> None:
    with hooks(loop, exceptions=True) as opened:
        assert loop.get_exception_handler() is None
        loop.call_exception_handler({"message": "told"})
        loop.set_exception_handler(lambda loop, context: None)
        loop.call_exception_handler({"message": "not told"})
        loop.set_exception_handler(lambda loop, context: loop.default_exception_handler(context))
        loop.call_exception_handler({"message": "passed on"})

    assert [each["message"] for each in opened.contexts] == ["told", "passed on"]
    assert "default_exception_handler" not in vars(loop)


def test_default_handler_that_somebody_has_replaced_is_left_alone(
    loop: asyncio.AbstractEventLoop,
) -> None:
    with hooks(loop, exceptions=True):
        loop.default_exception_handler = print
    assert loop.default_exception_handler is print


def test_default_handler_of_a_loop_object_is_put_back(loop: asyncio.AbstractEventLoop) -> None:
    loop.default_exception_handler = print
    with hooks(loop, exceptions=True):
        assert loop.default_exception_handler is not print
    assert loop.default_exception_handler is print


def test_loop_runs_every_callback_by_handle_run(loop: asyncio.AbstractEventLoop) -> None:
    handles = []

    original = asyncio.Handle._run

    def run(handle: asyncio.Handle) -> None:
        handles.append(handle)
        original(handle)

    setattr(asyncio.Handle, py_handles.RUN, run)
    try:
        loop.run_until_complete(fetch())
    finally:
        asyncio.Handle._run = original
    assert handles, "the loop does not call asyncio.Handle._run any more"
    assert py_handles.loop_of(handles[0]) is loop, "asyncio.Handle has no _loop any more"


def test_futures_tell_whether_their_exception_is_lost(loop: asyncio.AbstractEventLoop) -> None:
    for kind in py_tasks.FUTURES:
        future = kind(loop=loop)
        assert not py_tasks.is_lost(future)
        future.set_exception(ValueError())
        assert py_tasks.is_lost(future), f"{kind} has no _log_traceback any more"
        future.exception()
        assert not py_tasks.is_lost(future)


def test_loop_tells_what_is_due_and_left(loop: asyncio.AbstractEventLoop) -> None:
    assert not py_loops.is_something_due(loop), "the loop has no _ready or _scheduled any more"
    timer = loop.call_later(60, print)
    assert not py_loops.is_something_due(loop)
    assert py_loops.unfinished_work(loop) == [timer]
    loop.call_at(loop.time() - 1, int)
    assert py_loops.is_something_due(loop)
    loop.run_until_complete(fetch())
    assert not py_loops.is_something_due(loop)
    loop.call_soon(int)
    assert py_loops.is_something_due(loop)


def test_handles_tell_their_callback(loop: asyncio.AbstractEventLoop) -> None:
    assert py_handles.callback_of(loop.call_soon(int)) is int, "asyncio.Handle has no _callback"


def test_selector_has_pairs_of_handles(selector_loop: asyncio.AbstractEventLoop) -> None:
    selector = py_selectors.selector_of(selector_loop)
    assert selector is not None, "selector loops have no _selector any more"
    [key] = selector.get_map().values()
    [(kind, handle)] = py_handles.handles_of(key.data)
    assert kind == "reader"
    assert py_handles.is_internal(handle), "the loop's own pipe is not told from readers of users"
    assert py_handles.handles_of(None) == []


def test_async_generators_tell_whether_they_are_suspended(
    loop: asyncio.AbstractEventLoop,
) -> None:
    async def numbers():
        yield 1

    async def main() -> None:
        generator = numbers()
        assert not py_generators.is_suspended(generator, loop)
        await generator.__anext__()
        assert py_generators.is_suspended(generator, loop)
        await generator.aclose()
        assert not py_generators.is_suspended(generator, loop)

    loop.run_until_complete(main())


def test_loop_closes_dropped_async_generators_by_a_task_of_aclose(
    loop: asyncio.AbstractEventLoop,
) -> None:
    coros = []

    async def numbers():
        try:
            yield 1
        finally:
            coros.extend(task.get_coro() for task in asyncio.all_tasks())

    async def main() -> None:
        async for _ in numbers():
            break
        gc.collect()
        await asyncio.sleep(0.001)

    loop.run_until_complete(main())
    assert any(isinstance(coro, py_generators.ASYNCGEN_CLOSING) for coro in coros)


def test_protocol_of_streams_has_its_closed_future() -> None:
    async def main() -> None:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        assert isinstance(py_transports.closed_future(protocol), asyncio.Future)
        assert py_transports.closed_future(object()) is None

    asyncio.run(main())


def test_names_of_tls_and_transports(loop: asyncio.AbstractEventLoop) -> None:
    import ssl
    from asyncio.sslproto import SSLProtocol

    async def main() -> None:
        running = asyncio.get_running_loop()
        context = ssl.create_default_context()
        protocol = SSLProtocol(running, asyncio.Protocol(), context, None, server_hostname="x")
        transport = protocol._app_transport
        assert type(transport) is py_transports.TLS_TRANSPORT
        assert py_transports.tls_protocol(transport) is protocol
        assert py_transports.tls_below(transport) is protocol._transport
        assert py_transports.is_transport_of(transport, running)
        transport._closed = True

    asyncio.run(main())
    assert not py_transports.is_transport_of(asyncio.Transport(), loop)


def test_names_of_the_loops_threads(loop: asyncio.AbstractEventLoop) -> None:
    name = loop.run_until_complete(
        loop.run_in_executor(None, lambda: threading.current_thread().name)
    )
    loop.run_until_complete(loop.shutdown_default_executor())
    assert name.startswith("asyncio_"), "the default executor's threads are called otherwise now"


def test_frames_under_the_callback_are_found_by_their_code(
    loop: asyncio.AbstractEventLoop,
) -> None:
    codes = []

    async def main() -> None:
        frame = sys._getframe()
        while frame is not None:
            codes.append(frame.f_code)
            frame = frame.f_back

    loop.run_until_complete(main())
    assert py_handles.RUN_CODE in codes


def test_selector_counts_its_files(selector_loop: asyncio.AbstractEventLoop) -> None:
    selector = py_selectors.selector_of(selector_loop)
    assert selector is not None
    assert hasattr(selector, "_fd_to_key"), "selectors have no _fd_to_key any more"
    assert py_selectors.registered_count(selector_loop) == len(selector.get_map()) == 1


def test_closed_loop_has_no_files() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    assert py_selectors.registered_count(loop) == 0


def test_closed_selector_has_no_files() -> None:
    with selectors.DefaultSelector() as selector:
        fake = SimpleNamespace(_selector=selector)
    assert selector.get_map() is None
    assert py_selectors.registered_count(fake) == 0  # type: ignore[arg-type]


def test_selector_of_others_is_asked_for_its_map() -> None:
    class Foreign:
        map: dict[int, object] | None = {1: "one", 2: "two"}

        def get_map(self) -> dict[int, object] | None:
            return self.map

    foreign = Foreign()
    fake = SimpleNamespace(_selector=foreign)
    assert py_selectors.registered_count(fake) == 2  # type: ignore[arg-type]
    foreign.map = None
    assert py_selectors.registered_count(fake) == 0  # type: ignore[arg-type]


def test_registry_of_a_selector_is_replaced_and_restored() -> None:
    class Other(dict[int, Any]):
        """A dictionary of another kind."""

    loop = asyncio.SelectorEventLoop()
    try:
        before = loop._selector._fd_to_key
        with hooks(loop, registrations=Other) as opened:
            new = opened.registrations
            assert new is not None, "selectors have no dictionary _fd_to_key any more"
            assert loop._selector._fd_to_key is new
            assert list(loop._selector.get_map()) == list(before)
            loop.add_reader(loop._csock, print)
            assert loop._csock.fileno() in new, "selectors keep their keys elsewhere"
        assert loop._selector._fd_to_key is before
        assert loop.remove_reader(loop._csock)
    finally:
        loop.close()


def test_loop_without_a_registry_has_none_to_replace() -> None:
    with hooks(object(), registrations=dict) as opened:
        assert opened.registrations is None


def test_loop_is_quiet_while_nothing_is_due_and_no_file_is_added() -> None:
    loop = asyncio.SelectorEventLoop()
    with hooks(loop, registrations=dict) as opened:
        assert opened._is_quiet(), "the loop has no _ready or _scheduled any more"
        loop.call_soon(print)
        assert not opened._is_quiet()
        loop._ready.clear()
        timer = loop.call_later(3600, print)
        assert not opened._is_quiet()
        timer.cancel()
        loop._scheduled.clear()
        loop.add_reader(loop._csock, print)
        assert not opened._is_quiet()
        loop.remove_reader(loop._csock)
        assert opened._is_quiet()
        loop.close()
        assert not opened._is_quiet(), "nobody can tell of a closed loop"


def test_loop_is_idle_while_it_has_nothing_to_do_nor_to_wait_for() -> None:
    loop = asyncio.SelectorEventLoop()
    assert py_loops.is_idle(loop), "the loop has no _ready, _scheduled or _signal_handlers any more"
    callback = loop.call_soon(print)
    assert not py_loops.is_idle(loop)
    callback.cancel()
    loop._ready.clear()
    loop.call_later(3600, print).cancel()
    assert not py_loops.is_idle(loop)
    loop._scheduled.clear()
    loop.add_reader(loop._csock, print)
    assert not py_loops.is_idle(loop)
    loop.remove_reader(loop._csock)
    if hasattr(signal, "SIGUSR1"):  # where there is none, loops handle no signals
        loop.add_signal_handler(signal.SIGUSR1, print)
        assert not py_loops.is_idle(loop)
        loop.remove_signal_handler(signal.SIGUSR1)
    assert py_loops.is_idle(loop)
    loop.close()
    assert not py_loops.is_idle(loop), "nobody can tell of a closed loop"


def test_loop_with_a_selector_of_others_is_idle_when_its_map_says_so() -> None:
    class Foreign:
        map: dict[int, object] | None = {1: "one"}

        def get_map(self) -> dict[int, object] | None:
            return self.map

    foreign = Foreign()
    fake: Any = SimpleNamespace(_ready=[], _scheduled=[], _signal_handlers={}, _selector=foreign)
    assert py_loops.is_idle(fake)
    foreign.map = {1: "one", 2: "two"}
    assert not py_loops.is_idle(fake)
    foreign.map = None
    assert not py_loops.is_idle(fake)
    assert not py_loops.is_idle(SimpleNamespace())  # type: ignore[arg-type]


def test_threads_are_counted_however_they_were_started() -> None:
    before = py_hooks.thread_count()
    begun, end = _thread.allocate_lock(), _thread.allocate_lock()
    begun.acquire()
    end.acquire()

    def work() -> None:
        begun.release()
        end.acquire()

    _thread.start_new_thread(work, ())
    begun.acquire()
    assert py_hooks.thread_count() > before, "_thread._count() counts no threads any more"
    end.release()
