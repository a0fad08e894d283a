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
from collections.abc import Callable, Iterator
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


async def fetch() -> None:
    """Do nothing."""


@pytest.fixture
def loop() -> object:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@contextlib.contextmanager
def hooks(
    loop: object,
    on_exception: Callable[..., None] | None = None,
    registrations: type[dict[int, Any]] | None = None,
    on_unawaited: Callable[[Any], None] | None = None,
    depth: int = 0,
) -> Iterator[py_hooks.Hooks]:
    opened = py_hooks.Hooks()
    opened.loop = loop  # type: ignore[assignment]
    opened._install(on_exception, registrations, on_unawaited, depth)
    try:
        yield opened
    finally:
        opened.restored = opened._uninstall(on_exception, on_unawaited)  # type: ignore[attr-defined, arg-type]


def test_interpreter_looks_up_the_hook_for_unawaited_coroutines_at_each_call() -> None:
    seen: list[object] = []
    before = warnings._warn_unawaited_coroutine
    with hooks(object(), on_unawaited=seen.append) as opened:
        fetch()
    assert len(seen) == 1, "warnings._warn_unawaited_coroutine is not called any more"
    assert opened.restored
    assert warnings._warn_unawaited_coroutine is before


def test_hook_that_somebody_has_replaced_is_left_alone() -> None:
    def ours(coro: object) -> None:
        """Do nothing."""

    def theirs(coro: object) -> None:
        """Do nothing."""

    before = warnings._warn_unawaited_coroutine
    try:
        with hooks(object(), on_unawaited=ours) as opened:
            warnings._warn_unawaited_coroutine = theirs
        assert not opened.restored
        assert warnings._warn_unawaited_coroutine is theirs
    finally:
        warnings._warn_unawaited_coroutine = before


def test_callers_are_recorded_as_deep_as_somebody_else_wants_it() -> None:
    before = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(7)
    try:
        with hooks(object(), on_unawaited=print, depth=2):
            assert sys.get_coroutine_origin_tracking_depth() == 7
        with hooks(object(), on_unawaited=print, depth=9):
            assert sys.get_coroutine_origin_tracking_depth() == 9
        assert sys.get_coroutine_origin_tracking_depth() == 7
    finally:
        sys.set_coroutine_origin_tracking_depth(before)


def test_exception_handler_is_read_where_the_loop_keeps_it(
    loop: asyncio.AbstractEventLoop,
) -> None:
    def theirs(loop: object, context: object) -> None:
        """Do nothing."""

    assert loop._exception_handler is None, "loops have no _exception_handler any more"
    loop.set_exception_handler(theirs)
    assert loop._exception_handler is theirs
    with hooks(loop, on_exception=print):
        assert loop.get_exception_handler() is theirs


def test_loop_that_keeps_its_exception_handler_elsewhere_is_asked_for_it() -> None:
    class Foreign:
        handler: object = None

        def get_exception_handler(self) -> object:
            return self.handler

        def set_exception_handler(self, handler: object) -> None:
            self.handler = handler

    foreign = Foreign()
    with hooks(foreign, on_exception=print):
        assert foreign.handler is print
    assert foreign.handler is None


def test_loop_runs_every_callback_by_handle_run(loop: asyncio.AbstractEventLoop) -> None:
    handles = []

    def make(original: py_handles.Run) -> py_handles.Run:
        def run(handle: asyncio.Handle) -> None:
            handles.append(handle)
            original(handle)

        return run

    original, new = py_handles.replace_run(make)
    try:
        loop.run_until_complete(fetch())
    finally:
        py_handles.restore_run(new, original)
    assert handles, "the loop does not call asyncio.Handle._run any more"
    assert py_handles.loop_of(handles[0]) is loop, "asyncio.Handle has no _loop any more"
    assert asyncio.Handle._run is original


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


def test_selector_has_pairs_of_handles(loop: asyncio.AbstractEventLoop) -> None:
    selector = py_selectors.selector_of(loop)
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


def test_selector_counts_its_files(loop: asyncio.AbstractEventLoop) -> None:
    selector = py_selectors.selector_of(loop)
    assert selector is not None
    assert hasattr(selector, "_fd_to_key"), "selectors have no _fd_to_key any more"
    assert py_selectors.registered_count(loop) == len(selector.get_map()) == 1


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


@pytest.mark.skipif(sys.platform == "win32", reason="such loops do not tell")
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
