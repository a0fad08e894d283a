"""
The event loop policy of asynctest, for suites that set one themselves.

No policy is set unless a suite does it: see `asynctest.case.TestCase`. It is imported when somebody
asks for ``asynctest.case._Policy``.
"""

# mypy alone minds a base class of which nothing is known
# pyright: reportUnnecessaryTypeIgnoreComment=false

from __future__ import annotations

from typing import Any

from asynctest._cpython import Policy

__unittest = __tracebackhide__ = True


class _Policy(Policy):  # type: ignore[misc]
    """
    A policy that gives one loop, and hands everything else on.

    Args:
        original_policy: The policy that was there before.
        loop: The current loop; None for that of the original policy.
        forbid_get_event_loop: Whether to refuse to tell.
    """

    def __init__(self, original_policy: Any, loop: Any, forbid_get_event_loop: bool) -> None:
        self.original_policy = original_policy
        self.forbid_get_event_loop = forbid_get_event_loop
        self.loop = loop
        self.watcher: Any = None

    def get_event_loop(self) -> Any:
        """Return the current loop."""
        if self.forbid_get_event_loop:
            msg = (
                "TestCase.forbid_get_event_loop is True, asyncio.get_event_loop() must not be "
                "called: pass the loop on"
            )
            raise AssertionError(msg)
        return self.loop or self.original_policy.get_event_loop()

    def new_event_loop(self) -> Any:
        """Make a loop by the original policy."""
        return self.original_policy.new_event_loop()

    def set_event_loop(self, loop: Any) -> None:
        """Set the current loop, of the original policy as well."""
        self.original_policy.set_event_loop(loop)
        self.loop = loop

    def get_child_watcher(self) -> Any:
        """Return the original policy's; those of today serve every loop."""
        return self.original_policy.get_child_watcher()

    def set_child_watcher(self, watcher: Any) -> None:
        """Set the original policy's."""
        self.original_policy.set_child_watcher(watcher)
        self.watcher = watcher

    def reset_watcher(self) -> None:
        """Let the original policy make a new watcher, if one was set."""
        if self.watcher is not None:
            self.watcher.close()
            self.watcher = None
            self.original_policy.set_child_watcher(None)
