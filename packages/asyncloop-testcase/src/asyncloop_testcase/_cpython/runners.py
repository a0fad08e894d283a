"""The runners of asyncio, and those of others that are made after them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__unittest = __tracebackhide__ = True

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
