"""What a clock says when a test can never end."""

from __future__ import annotations

from typing import TypeVar, final

__all__ = ["DeadlockError", "LivelockError", "StalledError"]

_Class = TypeVar("_Class", bound=type)


def public(cls: _Class) -> _Class:
    """Let tracebacks and reports show the name that a class can be imported by."""
    cls.__module__ = "asyncio_fakeclock"
    return cls


@final
@public
class DeadlockError(RuntimeError):
    """
    Nothing can ever happen again on the loop, and somebody waits.

    No callback is ready, no timer will come due, and nothing real is in flight that could wake the
    loop. It is raised out of the loop (``run_until_complete()``, ``asyncio.run()``) at the moment
    when a loop without a fake clock would begin to hang. The message has the await chain of every
    task.

    Example:
        >>> import asyncio
        >>> from asyncio_fakeclock import DeadlockError, new_event_loop
        >>> loop = new_event_loop(auto=True)
        >>> try:
        ...     loop.run_until_complete(asyncio.Event().wait())
        ... except DeadlockError as error:
        ...     print(str(error).splitlines()[0])
        deadlock at 0 s: no callback is ready, no timer is set and nothing real is in flight.
        >>> for task in asyncio.all_tasks(loop):
        ...     _ = task.cancel()
        >>> _ = loop.run_until_complete(asyncio.sleep(0))
        >>> loop.close()
    """


@final
@public
class LivelockError(RuntimeError):
    """
    The loop is busy for ever, and the test gets nowhere.

    Either callbacks schedule one another at one and the same instant, so that time cannot move, or
    an automatic clock is kept running by a heartbeat while everybody else waits. It is raised out
    of the pending :meth:`FakeClock.advance` if there is one, else out of the loop.
    """


@final
@public
class StalledError(RuntimeError):
    """
    Real work that time stood still for did not answer within ``stall_timeout`` real seconds.

    The message names what the clock waited for. The clock reports each piece of work once: what
    has stalled does not hold time back any more.
    """
