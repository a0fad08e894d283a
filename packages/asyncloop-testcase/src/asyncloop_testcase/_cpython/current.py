"""The current event loop of a thread: read and set without making one."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

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
