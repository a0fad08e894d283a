"""The runners of asyncio, and those of others that are made after them."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__unittest = __tracebackhide__ = True

# ``asyncio.run()`` and, since 3.11, ``asyncio.Runner`` cancel the tasks that are left by calling
# this function of their module, before anything else is shut down. On 3.10 the runners of
# pytest-asyncio and anyio are copies of asyncio's, with a function of the same name.
CANCELLING = "_cancel_all_tasks"
RUNNERS = ("asyncio.runners", "backports.asyncio.runner.runner", "anyio._backends._asyncio")


def before_tear_down(
    case: object, tell: Callable[[asyncio.AbstractEventLoop], None]
) -> Callable[[], None]:
    """
    Have *tell* called before an ``IsolatedAsyncioTestCase`` cancels what is left; return the undo.

    On 3.10 it does so by itself and not by a runner, once its own task has ended, which is as soon
    as ``_tearDownAsyncioLoop()`` asks for all tasks. Later ones have no such method.
    """
    tear_down = getattr(case, "_tearDownAsyncioLoop", None)
    if tear_down is None or sys.version_info >= (3, 11):
        return lambda: None

    def tell_and_tear_down() -> None:
        original = asyncio.all_tasks

        def all_tasks(loop: Any = None) -> Any:
            asyncio.all_tasks = original
            tell(loop)
            return original(loop)

        asyncio.all_tasks = all_tasks
        try:
            tear_down()
        finally:
            asyncio.all_tasks = original

    vars(case)["_tearDownAsyncioLoop"] = tell_and_tear_down
    return lambda: vars(case).pop("_tearDownAsyncioLoop", None)


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
