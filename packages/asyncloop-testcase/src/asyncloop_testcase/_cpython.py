"""
Everything of CPython that this package reads though it is private.

Each name was read on CPython 3.10 to 3.15; ``tests/test_cpython.py`` fails with a clear text when
one of them is gone. Loops of other makers (uvloop) need not have any of them: whoever asks here
gets told by ``None`` or by the safe default.
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import sys
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import contextvars
    import selectors
    import threading
    import types
    from collections.abc import AsyncGenerator
    from concurrent.futures import Executor

__unittest = __tracebackhide__ = True

CurrentLoop = tuple["asyncio.AbstractEventLoop | None", bool]

_policy: Callable[[], Any]
if sys.version_info >= (3, 14):
    # get_event_loop_policy() is deprecated since 3.14, the object behind it is still what
    # set_event_loop() writes to. Read on 3.14 and 3.15.
    _policy = asyncio.events._get_event_loop_policy  # type: ignore[attr-defined]
else:
    _policy = asyncio.get_event_loop_policy

# The object itself, ``_event_loop_policy``, is asked for three times in each test; it is None until
# it is needed for the first time. Read on 3.10 to 3.15.
_events: Any = asyncio.events

HAS_WATCHERS = sys.version_info < (3, 14)
_DEFAULT_POLICIES: set[type] = set()
if sys.platform != "win32":  # pragma: no branch - Windows has those of its own
    _DEFAULT_POLICIES.add(asyncio.unix_events._UnixDefaultEventLoopPolicy)


def current_loop() -> CurrentLoop:
    """
    Return the thread's current loop, and whether anybody ever set one, without making any.

    ``asyncio.get_event_loop()`` would make a loop (up to 3.13) or warn, so the value is read
    where ``asyncio.set_event_loop()`` stores it: ``_local._loop`` of the default policy, and
    ``_local._set_called``, which is gone in 3.14. Read on 3.10 to 3.15.
    """
    policy = _events._event_loop_policy or _policy()
    local = getattr(policy, "_local", None)
    if local is not None:
        return local._loop, getattr(local, "_set_called", True)
    with warnings.catch_warnings(), contextlib.suppress(RuntimeError):
        warnings.simplefilter("ignore")
        return policy.get_event_loop(), True  # a policy that is not the standard library's
    return None, True


def set_current_loop(loop: asyncio.AbstractEventLoop | None, set_called: bool = True) -> None:
    """
    Do what ``asyncio.set_event_loop()`` does, and say whether anybody ever called that.

    It is done for each test, twice, and takes a quarter of the time without the way through the
    policy's methods. A policy of somebody else, or a child watcher (up to 3.13) that wants to know
    the loop, gets its call. Read on 3.10 to 3.15.
    """
    policy = _events._event_loop_policy or _policy()
    if type(policy) not in _DEFAULT_POLICIES or (HAS_WATCHERS and policy._watcher is not None):
        asyncio.set_event_loop(loop)
        local = getattr(policy, "_local", None)
        if local is not None:
            local._set_called = set_called
        return
    local = policy._local
    local._loop = loop
    local._set_called = set_called


def refuse_get_event_loop(refuse: Callable[[], asyncio.AbstractEventLoop]) -> Callable[[], None]:
    """
    Make ``asyncio.get_event_loop()`` call *refuse* where no loop runs; return the undo.

    The C function, however it was imported, looks ``get_event_loop`` up on the policy object, so
    an attribute of that one object is enough. Read on 3.10 to 3.15.
    """
    policy = _policy()
    before = vars(policy).get("get_event_loop")
    policy.get_event_loop = refuse

    def undo() -> None:
        if before is None:
            vars(policy).pop("get_event_loop", None)
        else:
            policy.get_event_loop = before

    return undo


# What counts every living task that was scheduled: a WeakSet up to 3.13, whose ``data`` is a plain
# set. From 3.14 on tasks are linked in C, and all_tasks() costs next to nothing.
_task_registry: object = ()
if sys.version_info < (3, 12):
    _task_registry = asyncio.tasks._all_tasks.data  # type: ignore[attr-defined]
elif sys.version_info < (3, 14):  # pragma: no cover - measured are the oldest and the newest
    _task_registry = asyncio.tasks._scheduled_tasks.data  # type: ignore[attr-defined]
_eager_tasks: set[object] = getattr(asyncio.tasks, "_eager_tasks", set())  # since 3.12


def is_spent(loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell, in a fraction of the time of ``all_tasks()``, that nothing is left to shut down.

    False means: perhaps. Read on 3.10 to 3.15: ``_ready``, ``_asyncgens``, ``_default_executor``,
    and the registries of tasks, which are empty where everybody's tasks have ended.
    """
    each: Any = loop
    try:
        # ``data`` because the len() of a WeakSet is slow.
        if each._ready or each._default_executor is not None or each._asyncgens.data:
            return False
    except AttributeError:
        return False
    if sys.version_info >= (3, 14):
        return not asyncio.all_tasks(loop)
    return not (_task_registry or _eager_tasks)


def may_have_asyncgens(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether ``shutdown_asyncgens()`` has anything to do (``_asyncgens``, 3.10 to 3.15)."""
    return len(getattr(loop, "_asyncgens", (None,))) > 0


def default_executor(loop: asyncio.AbstractEventLoop) -> Executor | None:
    """Return the default executor if it was made (``_default_executor``, 3.10 to 3.15)."""
    return getattr(loop, "_default_executor", None)


def workers_of(executor: Executor) -> list[threading.Thread]:
    """Return the threads of a thread pool (``ThreadPoolExecutor._threads``, 3.10 to 3.15)."""
    return list(getattr(executor, "_threads", ()))


def ready_count(loop: asyncio.AbstractEventLoop) -> int | None:
    """Return how many callbacks wait for the next turn (``_ready``, 3.10 to 3.15)."""
    ready = getattr(loop, "_ready", None)
    return None if ready is None else len(ready)


def next_callback(loop: asyncio.AbstractEventLoop) -> object:
    """Return the handle that runs next, for a report (``_ready``, 3.10 to 3.15)."""
    ready = getattr(loop, "_ready", None)
    return ready[0] if ready else None


def waits_for(task: asyncio.Future[Any]) -> asyncio.Future[Any] | None:
    """Return the future that a task waits for (``_fut_waiter``, 3.10 to 3.15)."""
    waiter: asyncio.Future[Any] | None = getattr(task, "_fut_waiter", None)
    return waiter


def coroutine_of(task: asyncio.Task[Any]) -> Any:
    """
    Return the coroutine of a task; None if it has forgotten it, as an eager task that never waited.

    Of such a task ``get_coro()`` crashes CPython 3.12.1, ``_coro`` does not. Read on 3.10 to 3.15.
    """
    return getattr(task, "_coro", None)


def children_of(future: asyncio.Future[Any]) -> list[asyncio.Future[Any]]:
    """Return what a ``gather()`` waits for (``_GatheringFuture._children``, 3.10 to 3.15)."""
    return list(getattr(future, "_children", ()))


def forget_pending(task: asyncio.Task[Any]) -> None:
    """
    Keep asyncio from logging "Task was destroyed but it is pending!" of a task already reported.

    ``_log_destroy_pending`` is what asyncio's own ``gather()`` and ``run_until_complete()`` use.
    Read on 3.10 to 3.15.
    """
    with contextlib.suppress(AttributeError):
        task._log_destroy_pending = False  # type: ignore[attr-defined]


def callback_of(handle: asyncio.Handle) -> object:
    """Return what a handle calls (``_callback``, 3.10 to 3.15), None if it does not tell."""
    return getattr(handle, "_callback", None)


def loop_of(handle: asyncio.Handle) -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs a handle (``_loop``, 3.10 to 3.15)."""
    loop: asyncio.AbstractEventLoop | None = getattr(handle, "_loop", None)
    return loop


Run = Callable[[asyncio.Handle], None]


def replace_run(make: Callable[[Run], Run]) -> tuple[Run, Run]:
    """
    Replace ``Handle._run``, by which the loop calls every callback, 3.10 to 3.15.

    Args:
        make: Called with the original, returns what to have instead.

    Returns:
        The original and the new one, for `restore_run`.
    """
    original: Run = asyncio.Handle._run
    new = make(original)
    setattr(asyncio.Handle, "_run", new)  # noqa: B010 - type checkers know the method
    return original, new


def restore_run(new: Run, original: Run) -> None:
    """Put back what `replace_run` replaced, unless somebody has replaced it in turn."""
    if asyncio.Handle._run is new:
        setattr(asyncio.Handle, "_run", original)  # noqa: B010


# How many threads there are beside the main one. ``threading.active_count()`` does not know those
# that were started without that module, and takes a lock. Read on 3.10 to 3.15.
thread_count: Callable[[], int] = _thread._count

if sys.version_info >= (3, 14) and sys.flags.context_aware_warnings:
    # Free-threaded builds have this flag by default. Then ``warnings.catch_warnings()`` keeps the
    # filters of its block in a context variable. Read on 3.14 and 3.15.
    warning_filters: Callable[[], object] = warnings._get_filters  # type: ignore[attr-defined]
else:

    def warning_filters() -> object:
        """Return the list of warning filters that hold here: each block has its own."""
        return warnings.filters


def is_something_due(loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell whether the next turn of the loop calls anything, True if the loop does not tell.

    ``_ready`` and ``_scheduled``, a heap of timers, 3.10 to 3.15.
    """
    try:
        ready: Any = loop._ready  # type: ignore[attr-defined]
        timers: Any = loop._scheduled  # type: ignore[attr-defined]
    except AttributeError:
        return True
    return bool(ready) or (bool(timers) and timers[0].when() <= loop.time())


def is_idle(loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell that one turn more would do nothing, whatever was done before; False means: perhaps.

    ``_ready``, ``_scheduled`` and ``_signal_handlers`` of loops for Unix are empty, and of files
    (``_fd_to_key`` of ``_selector``) it has but the one by which it is woken. 3.10 to 3.15.
    """
    each: Any = loop
    try:
        if each._ready or each._scheduled or each._signal_handlers:
            return False
        selector = each._selector
    except AttributeError:
        return False
    try:
        return len(selector._fd_to_key) == 1
    except AttributeError:
        return registered_count(loop) == 1


def all_tasks(loop: asyncio.AbstractEventLoop) -> set[asyncio.Task[Any]]:
    """
    Return the pending tasks of a loop.

    Since 3.14 ``asyncio.all_tasks()`` knows the tasks in C alone; those in Python, which some
    libraries derive from, are known to ``_py_all_tasks``. Read on 3.14 and 3.15.
    """
    tasks: set[asyncio.Task[Any]] = asyncio.all_tasks(loop)
    if sys.version_info >= (3, 14):
        tasks |= asyncio.tasks._py_all_tasks(loop)  # type: ignore[attr-defined]
    return tasks


def unfinished_work(loop: asyncio.AbstractEventLoop) -> list[object]:
    """Return pending tasks, timers and callbacks (``_scheduled``, ``_ready``, 3.10 to 3.15)."""
    return [*all_tasks(loop), *getattr(loop, "_scheduled", ()), *getattr(loop, "_ready", ())]


def is_lost(future: asyncio.Future[Any]) -> bool:
    """
    Tell whether a future has an exception that nobody asked for.

    ``_log_traceback`` is what decides whether the future complains when it is deleted; futures in
    C and in Python have it, 3.10 to 3.15.
    """
    return bool(getattr(future, "_log_traceback", False))


def closed_future(protocol: object) -> object:
    """
    Return the future behind ``StreamWriter.wait_closed()`` (``_closed``, 3.10 to 3.15).

    The protocol retrieves its exception by itself when it is deleted: nobody has to ask.
    """
    return getattr(protocol, "_closed", None)


def is_suspended(generator: Any, loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell whether an async generator was begun and has not ended.

    ``ag_suspended`` is public since 3.12. Before, the loop's set of the generators that it has seen
    begin tells (``_asyncgens``, read on 3.10 and 3.11).
    """
    if generator.ag_frame is None or generator.ag_running:
        return False  # ended, or being closed by a task
    if sys.version_info >= (3, 12):
        return bool(generator.ag_suspended)
    return generator in getattr(loop, "_asyncgens", ())


async def _nothing() -> AsyncGenerator[None, None]:
    yield  # pragma: no cover - it is closed before it runs


def _asyncgen_closing() -> type:
    closing = _nothing().aclose()
    closing.close()
    return type(closing)


# What the loop makes a task of when an async generator is deleted that was not closed. The type
# has no public name, 3.10 to 3.15.
ASYNCGEN_CLOSING: type = _asyncgen_closing()

# By its frames one knows where the loop called user code, 3.10 to 3.15.
RUN_CODE: types.CodeType = asyncio.Handle._run.__code__

# The transport that users of TLS see. It has no public name, 3.10 to 3.15.
TLS_TRANSPORT: type = asyncio.sslproto._SSLProtocolTransport  # type: ignore[attr-defined]


def tls_protocol(transport: object) -> Any:
    """Return the protocol between a TLS transport and the one below (3.10 to 3.15)."""
    return getattr(transport, "_ssl_protocol", None)


def tls_below(transport: object) -> object:
    """Return the transport below a TLS transport (``SSLProtocol._transport``, 3.10 to 3.15)."""
    return getattr(tls_protocol(transport), "_transport", None)


def is_transport_of(transport: object, loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell whether a transport is one of the loop's own (``_loop``, 3.10 to 3.15).

    A class of somebody's own that derives from ``asyncio.Transport`` alone is not. Those of uvloop
    do not tell which loop they are of.
    """
    bases = {base.__module__ for base in type(transport).__mro__}
    if not any(name.startswith("asyncio.") and name != "asyncio.transports" for name in bases):
        return not issubclass(type(transport), asyncio.BaseTransport)
    return getattr(transport, "_loop", None) is loop


def selector_of(loop: asyncio.AbstractEventLoop) -> selectors.BaseSelector | None:
    """
    Return the selector of a loop (``_selector``, 3.10 to 3.15), None if it has none.

    A proactor loop calls its proactor so, too; nothing is registered there.
    """
    selector = getattr(loop, "_selector", None)
    return selector if hasattr(selector, "register") else None


def registered_count(loop: asyncio.AbstractEventLoop) -> int:
    """
    Return how many files are registered with the selector of a loop, 0 if it is closed.

    ``_fd_to_key``, 3.10 to 3.15, tells in a fraction of the time that ``get_map()`` takes, which
    tells for the selectors of others.
    """
    selector: Any = getattr(loop, "_selector", None)
    keys = getattr(selector, "_fd_to_key", None)
    if keys is None:
        keys = selector.get_map() if hasattr(selector, "get_map") else None
    return 0 if keys is None else len(keys)


class Seams:
    """
    Where the default checks put themselves in between, to take notice of what a test does.

    - ``BaseEventLoop._exception_handler``, which can be read in less time than it can be asked for.
    - ``_fd_to_key``, the dictionary in which all selectors of the standard library keep their keys.
    - ``warnings._warn_unawaited_coroutine``, which the interpreter looks up at each call, for a
      coroutine that is deleted before it was awaited.

    They were read on 3.10 to 3.15. This is done for each test, so there is one method that opens
    all of them and one that closes them: calls of functions are a good part of the time.

    Attributes:
        loop: The loop of the test.
        registry: What the selector keeps its keys in, or what it tells of them; None if it does
            neither.
    """

    loop: asyncio.AbstractEventLoop
    # Class attributes are what most tests leave as it is.
    registry: Any = None
    _keys: dict[int, Any] | None = None
    _selector: Any
    _handles = False
    _handler: Any
    _hook: Callable[[Any], None] | None = None
    _depth: int

    def _open_seams(
        self,
        on_exception: Callable[..., None] | None,
        registry: type[dict[int, Any]] | None,
        on_unawaited: Callable[[Any], None] | None,
        depth: int,
    ) -> None:
        """
        Take the places of what was there; None leaves it as it is.

        Args:
            on_exception: The exception handler, unless the loop has one of the user's.
            registry: The type of dictionary that keeps the selector's keys.
            on_unawaited: The hook for coroutines.
            depth: How many callers of a coroutine function are to be recorded, at least.
        """
        loop: Any = self.loop
        if on_exception is not None:
            try:
                handler = self._handler = loop._exception_handler
            except AttributeError:
                handler = self._handler = loop.get_exception_handler()
            if handler is None or isinstance(getattr(handler, "__self__", None), Seams):
                loop.set_exception_handler(on_exception)
                self._handles = True
        if registry is not None:
            selector: Any = None
            keys: Any = None
            try:
                selector = self._selector = loop._selector
                keys = selector._fd_to_key
            except AttributeError:
                pass  # a loop of others, without a selector or with one that tells nothing
            if type(keys) is dict or type(keys) is registry:
                self._keys = keys
                self.registry = selector._fd_to_key = registry(keys)
        if on_unawaited is not None:
            self._hook = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]
            warnings._warn_unawaited_coroutine = on_unawaited  # type: ignore[attr-defined]
            self._depth = before = sys.get_coroutine_origin_tracking_depth()
            if before < depth:
                sys.set_coroutine_origin_tracking_depth(depth)

    def _is_quiet(self) -> bool:
        """
        Tell at a glance that nothing is left to do and no file more is registered than before.

        False means: perhaps. ``_ready``, ``_scheduled``, 3.10 to 3.15.
        """
        loop: Any = self.loop
        try:
            if loop._ready or loop._scheduled:
                return False
            if self._keys is not None:
                return len(loop._selector._fd_to_key) <= len(self._keys)
            return self.registry is None or len(loop._selector.get_map()) <= self.registry.count
        except (AttributeError, TypeError):  # a closed selector has None for a map
            return False

    def _close_seams(
        self, on_exception: Callable[..., None], on_unawaited: Callable[[Any], None]
    ) -> bool:
        """
        Put back what was there, but for what somebody else has replaced in turn.

        Returns:
            False if that is the hook for coroutines.
        """
        restored = True
        if self._hook is not None:
            restored = warnings._warn_unawaited_coroutine == on_unawaited  # type: ignore[attr-defined]
            if restored:
                warnings._warn_unawaited_coroutine = self._hook  # type: ignore[attr-defined]
            sys.set_coroutine_origin_tracking_depth(self._depth)
        keys = self._keys
        if keys is not None and self._selector._fd_to_key is self.registry:
            if keys != self.registry:
                keys.clear()
                keys.update(self.registry)
            self._selector._fd_to_key = keys
        if self._handles and self.loop.get_exception_handler() == on_exception:
            self.loop.set_exception_handler(self._handler)
        return restored


def handles_of(data: Any) -> list[tuple[str, asyncio.Handle]]:
    """
    Return what the loop calls for a selector's key, each with the word for it.

    The loop registers pairs, a handle for a reader and one for a writer (3.10 to 3.15); what others
    register with the selector is not asyncio's.
    """
    if not (isinstance(data, tuple) and len(data) == 2):
        return []
    pairs = zip(("reader", "writer"), data, strict=True)
    return [(kind, each) for kind, each in pairs if isinstance(each, asyncio.Handle)]


def is_internal(handle: asyncio.Handle) -> bool:
    """Tell whether asyncio itself wants to be called (``_callback``, 3.10 to 3.15)."""
    callback = getattr(handle, "_callback", None)
    return str(getattr(callback, "__module__", None)).startswith("asyncio.")


# Futures and tasks in C and in Python, which do not derive from each other (``_PyFuture``,
# ``_PyTask``, 3.10 to 3.15); where there is no accelerator, they are the same.
FUTURES: tuple[type[asyncio.Future[Any]], ...] = (
    asyncio.Future,
    asyncio.futures._PyFuture,  # type: ignore[attr-defined]
)
TASKS: tuple[type[asyncio.Task[Any]], ...] = (
    asyncio.Task,
    asyncio.tasks._PyTask,  # type: ignore[attr-defined]
)


def context_of_handle(handle: object) -> contextvars.Context | None:
    """Return the context that a callback runs in (``Handle._context``, 3.10 to 3.15)."""
    context: contextvars.Context | None = getattr(handle, "_context", None)
    return context


def context_of_task(task: asyncio.Task[Any]) -> contextvars.Context | None:
    """
    Return the context that a task runs in, None if it does not tell.

    ``get_context()`` is public since 3.12. Before, the future that a task waits for tells, which
    keeps its callbacks together with their contexts (``_fut_waiter`` and ``_callbacks``, read on
    3.10 and 3.11).
    """
    if sys.version_info >= (3, 12):
        return task.get_context()
    waiter = getattr(task, "_fut_waiter", None)  # pragma: no cover - measured on 3.10
    callbacks = getattr(waiter, "_callbacks", None) or ()
    for callback, context in callbacks:
        if getattr(callback, "__self__", None) is task:
            return context
    return None


# ``asyncio.run()`` and, since 3.11, ``asyncio.Runner`` cancel the tasks that are left by calling
# this function of their module, before anything else is shut down. On 3.10 the runners of
# pytest-asyncio and anyio are copies of asyncio's, with a function of the same name.
CANCELLING = "_cancel_all_tasks"
RUNNERS = ("asyncio.runners", "backports.asyncio.runner.runner", "anyio._backends._asyncio")


def before_cancelling(tell: Callable[[asyncio.AbstractEventLoop], None]) -> Callable[[], None]:
    """
    Have *tell* called with each loop that a runner is about to close; return the undo.

    What is called later, after somebody else has replaced ours in turn, tells nobody any more.
    """
    active = True
    replaced: list[tuple[Any, Any, Any]] = []
    for name in RUNNERS:
        module = sys.modules.get(name)
        original = getattr(module, CANCELLING, None)
        if original is None:
            continue

        def cancel(loop: Any, /, *args: Any, _original: Any = original, **kwargs: Any) -> Any:
            if active:
                tell(loop)
            return _original(loop, *args, **kwargs)

        setattr(module, CANCELLING, cancel)
        replaced.append((module, original, cancel))

    def undo() -> None:
        nonlocal active
        active = False
        for module, original, ours in replaced:
            if getattr(module, CANCELLING) is ours:
                setattr(module, CANCELLING, original)

    return undo
