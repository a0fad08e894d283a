"""
Who made what is found: the test, one of its fixtures, or a fixture that lives on.

Theory of operation. Whoever sets up a fixture says so in a context variable, which is inherited by
all that begins there: tasks, callbacks, and what these make in turn, however much later. So the
connection that a server of the session serves for one test is the server's, not the test's. Where
nobody has said anything, what is found is the test's own.
"""

from __future__ import annotations

import contextlib
import contextvars
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncloop_testcase._cpython.handles import context_of_handle
from asyncloop_testcase._cpython.tasks import context_of_task

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

__unittest = __tracebackhide__ = True


class Owner(NamedTuple):
    """A fixture; one that is *lasting* lives longer than the test."""

    name: str
    lasting: bool


# The default is read by nobody's `Context.get`: a test that nothing is said of sees no variable.
OWNER: contextvars.ContextVar[Owner | None] = contextvars.ContextVar(
    "asyncloop_owner", default=None
)


@contextlib.contextmanager
def owned_by(owner: Owner | None) -> Iterator[None]:
    """Let what is made in this block belong to *owner*."""
    before = OWNER.get()
    OWNER.set(owner)
    try:
        yield
    finally:
        # Not by token: the two halves of an async fixture may run in different contexts.
        OWNER.set(before)


def owner_of_handle(handle: object) -> Owner | None:
    """Return the owner of a callback or timer."""
    return _owner_in(context_of_handle(handle))


def owner_of_task(task: asyncio.Task[Any]) -> Owner | None:
    """Return the owner of a task."""
    return _owner_in(context_of_task(task))


def _owner_in(context: contextvars.Context | None) -> Owner | None:
    return None if context is None else context.get(OWNER)
