"""How a clock gets on the loops of a test, whoever makes and runs them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import threading
from typing import TYPE_CHECKING, Any

from asyncio_fakeclock._clock import clock_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator

    import pytest

    from asyncio_fakeclock._clock import FakeClock

__unittest = __tracebackhide__ = True

# What runners do with a loop before they close it: nothing of that is to be held up.
TIDYING = {"shutdown_asyncgens", "shutdown_default_executor"}


def is_async(func: object) -> bool:
    """Tell whether somebody has to run a loop for the function."""
    return inspect.iscoroutinefunction(func) or inspect.isasyncgenfunction(func)


def test_function(item: pytest.Function) -> tuple[Any, str]:
    """Return where the test function is; hypothesis has put a plain function around it."""
    hypothesis = getattr(item.obj, "hypothesis", None)
    return (item, "obj") if hypothesis is None else (hypothesis, "inner_test")


@contextlib.contextmanager
def replaced(target: Any, name: str, value: object, *, back: bool = True) -> Iterator[None]:
    """Set an attribute for a while; if not *back*, whoever has set it in turn is left alone."""
    before = getattr(target, name)
    setattr(target, name, value)
    try:
        yield
    finally:
        if back or getattr(target, name) is value:
            setattr(target, name, before)


def entering(func: Callable[..., Any], enter: Callable[[], None]) -> Callable[..., Any]:
    """
    Return an async function that installs a clock on its loop and goes on as *func*.

    Args:
        func: A coroutine function or an async generator function.
        enter: Installs the clock of the test that runs, on the running loop: a plugin may keep the
            function for other tests.
    """
    if inspect.isasyncgenfunction(func):

        @functools.wraps(func)
        async def generate(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
            __tracebackhide__ = True
            enter()
            async with contextlib.aclosing(func(*args, **kwargs)) as values:
                async for value in values:
                    yield value

        return generate

    @functools.wraps(func)
    async def run(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        enter()
        return await func(*args, **kwargs)

    return run


def thawing(func: Callable[..., Any], clock: FakeClock) -> Callable[..., Any]:
    """Return *func*, after which nothing that tidies up is frozen, be it a task or a fixture."""
    auto = clock.auto

    @functools.wraps(func)
    async def run(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        clock.auto = auto  # hypothesis runs a test again and again
        try:
            return await func(*args, **kwargs)
        finally:
            clock.auto = True

    return run


def install(
    clock: FakeClock, loop: asyncio.AbstractEventLoop | None = None, *, asked: bool
) -> None:
    """Install the clock on a loop, by default the one that runs."""
    if clock.installed:
        return
    if not asked:
        try:
            loop = loop or asyncio.get_running_loop()
        except RuntimeError:
            return  # anyio on trio
        if not isinstance(loop, asyncio.BaseEventLoop) or clock_of(loop) is not None:
            return
    clock.install(loop)


@contextlib.contextmanager
def around_plain_call(clock: FakeClock, *, asked: bool) -> Iterator[None]:
    """Install the clock on the loops that a plain function lets run, one after the other."""
    original = asyncio.BaseEventLoop.run_until_complete
    auto, thread, active = clock.auto, threading.get_ident(), True

    def run_until_complete(loop: Any, future: Any) -> Any:
        __tracebackhide__ = True
        if active and threading.get_ident() == thread:
            install(clock, loop, asked=asked and clock_of(loop) is None)
            clock.auto = auto or _tidies(future)
        return original(loop, future)

    setattr(asyncio.BaseEventLoop, "run_until_complete", run_until_complete)  # noqa: B010
    try:
        yield
    finally:
        active = False
        clock.auto = True
        # Whoever has replaced it in turn will put ours back, which installs nothing by then.
        if asyncio.BaseEventLoop.run_until_complete is run_until_complete:
            setattr(asyncio.BaseEventLoop, "run_until_complete", original)  # noqa: B010


def _tidies(future: object) -> bool:
    """Tell whether a runner waits for the end of what is left, not for what it was given."""
    if inspect.iscoroutine(future):
        return future.cr_code.co_name in TIDYING
    return not isinstance(future, asyncio.Task)
