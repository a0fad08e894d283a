"""
Decorators that run a test function on a loop, for test classes and functions of any kind.

They are those of aio.testing 0.1, with its names and options. A test may be a coroutine function,
a plain function, or a generator function of the time before ``await``, whose ``yield from`` waits.

Half of its lines tell users of four public functions what they do; the code is one subject.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import math
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, overload

from asyncloop_testcase._case.loops import close_loop
from asyncloop_testcase._checks.errors import noted_errors
from asyncloop_testcase._checks.fail_on import ALL, make_plan
from asyncloop_testcase._checks.watch import Watch
from asyncloop_testcase._cpython import current

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

__unittest = __tracebackhide__ = True

P = ParamSpec("P")

LoopContext = Callable[[], contextlib.AbstractContextManager[asyncio.AbstractEventLoop]]

LOST_EXCEPTIONS = make_plan([{ALL: "lenient"}, {"unhandled_exceptions": True}])

# Seconds that tasks get to end when they are cancelled, because their loop is closed.
CANCEL_TIMEOUT = 1.0


@contextlib.contextmanager
def child_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """
    Make a new loop, current inside of the block; then close it and restore the current one.

    Example:
        >>> with child_loop() as loop:
        ...     loop.run_until_complete(asyncio.sleep(0, "done"))
        'done'

    .. versionadded:: 1.0.0
    """
    before = current.current_loop()
    loop = asyncio.new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        yield loop
    finally:
        try:
            close_loop(loop, CANCEL_TIMEOUT)
        finally:
            current.set_current_loop(*before)


@contextlib.contextmanager
def current_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """
    Give the thread's current loop, and leave it as it is.

    Raises:
        RuntimeError: There is none.

    Example:
        >>> with child_loop() as child, current_loop() as loop:
        ...     loop is child
        True

    .. versionadded:: 1.0.0
    """
    loop, _ = current.current_loop()
    if loop is None:
        msg = "there is no current event loop: set one with asyncio.set_event_loop() first"
        raise RuntimeError(msg)
    yield loop


@overload
def run_until_complete(test: Callable[P, object], /) -> Callable[P, None]: ...
@overload
def run_until_complete(
    *, loop: LoopContext = ...
) -> Callable[[Callable[P, object]], Callable[P, None]]: ...
def run_until_complete(test: Any = None, /, *, loop: LoopContext = child_loop) -> Any:
    """
    Run the test until it is complete, on a new loop or on that of *loop*.

    An exception anywhere fails the test with that very exception, also one in a callback, or in a
    task that nobody waits for; an AssertionError shows that of a task which is referenced still.

    Args:
        test: The test function; left out when there are options.
        loop: A context manager that gives the loop, to be called once for each call of the test.

    Returns:
        The decorated function, a plain one, which returns None.

    Raises:
        TypeError: An argument is of the wrong type.

    Example:
        >>> @run_until_complete
        ... async def test():
        ...     print(await asyncio.sleep(0, "done"))
        >>> test()
        done

    .. versionadded:: 1.0.0
    """
    _check_test("run_until_complete", test)
    _check_context("run_until_complete", loop)

    def decorate(test: Callable[..., object]) -> Callable[..., None]:
        return _runner(
            test,
            loop,
            lambda opened, args, kwargs: _run(
                opened, outcome(test, *args, **kwargs), _wait_until_complete
            ),
        )

    return decorate if test is None else decorate(test)


@overload
def run_forever(test: Callable[P, object], /) -> Callable[P, None]: ...
@overload
def run_forever(
    *, timeout: float = ..., sleep: float = ..., loop: LoopContext = ...
) -> Callable[[Callable[P, object]], Callable[P, None]]: ...
def run_forever(
    test: Any = None,
    /,
    *,
    timeout: float = 1,
    sleep: float = 0,
    loop: LoopContext = child_loop,
) -> Any:
    """
    Run the loop on after the test function, which only sets up; then call what it returned.

    An exception anywhere fails the test with that very exception, also one in a callback, or in a
    task that nobody waits for; an AssertionError shows that of a task which is referenced still.

    Args:
        test: The test function; left out when there are options.
        timeout: Seconds by the loop's clock between the end of the function and the call of what
            it returned.
        sleep: Seconds by the loop's clock that the loop runs on after that call.
        loop: A context manager that gives the loop, to be called once for each call of the test.

    Returns:
        The decorated function, a plain one, which returns None. It raises RuntimeError ("test
        failed to run") if the loop was stopped before the end.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: *timeout* or *sleep* is negative, infinite or not a number.

    Example:
        >>> @run_forever(timeout=0.01)
        ... async def test():
        ...     seen = []
        ...     asyncio.get_running_loop().call_soon(seen.append, "callback")
        ...     async def check():
        ...         print(seen)
        ...     return check
        >>> test()
        ['callback']

    .. versionadded:: 1.0.0
    """
    _check_test("run_forever", test)
    _check_context("run_forever", loop)
    _check_seconds("timeout", timeout)
    _check_seconds("sleep", sleep)

    def decorate(test: Callable[..., object]) -> Callable[..., None]:
        def run(opened: asyncio.AbstractEventLoop, args: Any, kwargs: Any) -> None:
            _run(opened, _forever(test, args, kwargs, timeout, sleep), _wait_until_stopped)

        return _runner(test, loop, run)

    return decorate if test is None else decorate(test)


def _runner(
    test: Callable[..., object],
    context: LoopContext,
    run: Callable[[asyncio.AbstractEventLoop, Any, Any], object],
) -> Callable[..., None]:
    _check_test("the decorator", test)

    @functools.wraps(test)
    def runner(*args: Any, **kwargs: Any) -> None:
        with context() as loop:
            _check_opened(context, loop)
            run(loop, args, kwargs)

    return runner


def _run(
    loop: asyncio.AbstractEventLoop,
    body: Coroutine[Any, Any, object],
    wait: Callable[[asyncio.AbstractEventLoop, Coroutine[Any, Any, object]], object],
) -> None:
    """Run *body* on the loop; fail with what failed beside it, of which nobody was told."""
    watch = Watch()
    with noted_errors(loop) as errors:
        watch.start(loop, LOST_EXCEPTIONS)
        try:
            wait(loop, body)
            report = watch.finish()
        finally:
            watch.restore()
    if report is None:
        return
    text = report.text(None)
    if not errors:
        raise AssertionError(text)
    # The exception itself, as in aio.testing: a test may expect it.
    if sys.version_info >= (3, 11):
        errors[0].add_note(text)
    raise errors[0]


def _wait_until_complete(
    loop: asyncio.AbstractEventLoop, body: Coroutine[Any, Any, object]
) -> None:
    loop.run_until_complete(body)


def _wait_until_stopped(loop: asyncio.AbstractEventLoop, body: Coroutine[Any, Any, object]) -> None:
    task = loop.create_task(body)
    task.add_done_callback(lambda _: loop.stop())
    _run_past(loop, task)
    if not task.done():
        msg = "the loop was stopped: test failed to run"
        raise RuntimeError(msg)
    task.result()


def _run_past(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
    try:
        loop.run_forever()
    except BaseException:
        # KeyboardInterrupt and SystemExit come out of the loop past the task, which has them too:
        # nobody will ask it, and asyncio would log them when it is deleted.
        if task.done() and not task.cancelled():
            task.exception()
        raise


async def _forever(
    test: Callable[..., object], args: Any, kwargs: Any, timeout: float, sleep: float
) -> None:
    check = await outcome(test, *args, **kwargs)
    await asyncio.sleep(timeout)
    try:
        if callable(check):
            await outcome(check, *_arguments_of(check, args))
    finally:
        await asyncio.sleep(sleep)


def _arguments_of(check: Callable[..., object], args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the test's ``self`` if *check* cannot be called without an argument."""
    try:
        inspect.signature(check).bind()
    except TypeError:
        return args[:1]
    except ValueError:  # a built-in without a signature
        pass
    return ()


async def outcome(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call a function of any kind, and await what comes out if that can be awaited."""
    if inspect.isgeneratorfunction(function):
        function = _as_coroutine_function(function)
    result = function(*args, **kwargs)
    return await result if inspect.isawaitable(result) else result


def _as_coroutine_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a generator function ``yield from`` coroutines, as it could before Python 3.11."""
    if isinstance(function, types.MethodType):
        return types.MethodType(types.coroutine(function.__func__), function.__self__)
    return types.coroutine(function)


def _check_test(name: str, test: object) -> None:
    if test is not None and not callable(test):
        msg = f"{name}() decorates a function, not {test!r}; options are given by name"
        raise TypeError(msg)


def _check_context(name: str, context: object) -> None:
    if not callable(context):
        msg = (
            f"{name}(loop={context!r}): loop must be a callable that returns a context manager, "
            "such as child_loop or current_loop"
        )
        raise TypeError(msg)


def _check_opened(context: object, loop: object) -> None:
    if not isinstance(loop, asyncio.AbstractEventLoop):
        msg = f"loop={context!r} gave {loop!r}, which is no event loop"
        raise TypeError(msg)
    if loop.is_closed() or loop.is_running():
        state = "closed" if loop.is_closed() else "running"
        msg = f"loop={context!r} gave a loop that is {state}: {loop!r}; the test cannot run on it"
        raise RuntimeError(msg)


def _check_seconds(name: str, seconds: object) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        msg = f"run_forever({name}={seconds!r}): {name} must be a number of seconds"
        raise TypeError(msg)
    if not (0 <= seconds < math.inf):
        msg = f"run_forever({name}={seconds!r}): {name} must be 0 or more seconds"
        raise ValueError(msg)
