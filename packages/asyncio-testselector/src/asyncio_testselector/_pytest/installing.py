"""
How networks and selectors get on the loops of a test, whoever makes and runs them.

Theory of operation. The fixtures are plain ones, so that it does not matter who runs coroutines:
pytest-asyncio, anyio, or anybody else. What they make is installed by the first coroutine of the
test: every async fixture of function scope, and the test itself, are wrapped to do that as soon as
they run, while it is known on which loop they do. In a plain test function, or a test of unittest,
it is installed on each loop that is let run.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import threading
from typing import TYPE_CHECKING, Any

from asyncio_testselector._cpython.loops import replace_selector, selector_of
from asyncio_testselector._cpython.proactors import proactor_of, replace_proactor
from asyncio_testselector._installation.installation import no_selector
from asyncio_testselector._proactor.proactor import TestProactor

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator

    import pytest

    from asyncio_testselector._selector.selector import TestSelector

__unittest = __tracebackhide__ = True

Install = "Callable[[asyncio.AbstractEventLoop], None]"


def install_given(loop: asyncio.AbstractEventLoop, selector: TestSelector) -> Callable[[], None]:
    """
    Put a TestSelector around the selector of a loop; return the undo.

    Raises:
        TypeError: The loop has no selector, such as uvloop.
    """
    before, proactor = selector_of(loop), proactor_of(loop)
    if proactor is not None and proactor is before:
        replace_proactor(loop, TestProactor(proactor, selector=selector))
        return lambda: None if loop.is_closed() else replace_proactor(loop, proactor)
    if not (hasattr(before, "register") and hasattr(before, "get_map")):
        raise TypeError(no_selector(loop))
    selector.adopt(before)
    replace_selector(loop, selector)

    def undo() -> None:
        if not loop.is_closed() and selector_of(loop) is selector:
            replace_selector(loop, before)

    return undo


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


def entering(func: Callable[..., Any], install: Callable[[Any], None]) -> Callable[..., Any]:
    """Return an async function that has its loop installed upon and goes on as *func*."""
    if inspect.isasyncgenfunction(func):

        @functools.wraps(func)
        async def generate(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
            __tracebackhide__ = True
            install(asyncio.get_running_loop())
            async with contextlib.aclosing(func(*args, **kwargs)) as values:
                async for value in values:
                    yield value

        return generate

    @functools.wraps(func)
    async def run(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        install(asyncio.get_running_loop())
        return await func(*args, **kwargs)

    return run


@contextlib.contextmanager
def around_plain_call(install: Callable[[Any], None]) -> Iterator[None]:
    """Have the loops installed upon that a plain function lets run."""
    original = asyncio.BaseEventLoop.run_until_complete
    thread, active = threading.get_ident(), True

    def run_until_complete(loop: Any, future: Any) -> Any:
        __tracebackhide__ = True
        if active and threading.get_ident() == thread:
            install(loop)
        return original(loop, future)

    setattr(asyncio.BaseEventLoop, "run_until_complete", run_until_complete)  # noqa: B010
    try:
        yield
    finally:
        active = False
        # Whoever has replaced it in turn will put ours back, which installs nothing by then.
        if asyncio.BaseEventLoop.run_until_complete is run_until_complete:
            setattr(asyncio.BaseEventLoop, "run_until_complete", original)  # noqa: B010
