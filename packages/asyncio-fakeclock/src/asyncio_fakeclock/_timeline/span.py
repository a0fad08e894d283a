"""A timer in the record, from its setting to its end."""

from __future__ import annotations

from dataclasses import dataclass

from asyncio_fakeclock._report import seconds

__all__ = ["CALL", "CANCELLED", "KINDS", "PENDING", "RAN", "SLEEP", "TIMEOUT", "Span"]

SLEEP, TIMEOUT, CALL = "sleep", "timeout", "call"
# What asyncio's own timers call: sleep(); timeout(), and wait_for() or wait().
KINDS = {"a sleep ends": SLEEP, "Timeout._on_timeout()": TIMEOUT, "_release_waiter()": TIMEOUT}
PENDING, RAN, CANCELLED = "pending", "ran", "cancelled"


@dataclass
class Span:
    """
    A timer, from its setting to its end.

    Attributes:
        lane: The task that set it, by name; "callbacks" if none did.
        kind: "sleep", "timeout" or "call".
        what: What it calls, or what it ends.
        where: The line that set it.
        begin: When it was set, in virtual seconds.
        due: The instant it was set for.
        end: When it ran or was cancelled; None as long as it is pending.
        state: "pending", "ran" or "cancelled".
        order: The numbers of its beginning and its end among all of these.
    """

    lane: str
    kind: str
    what: str
    where: str
    begin: float
    due: float
    end: float | None = None
    state: str = PENDING
    order: tuple[int, int] = (0, 0)

    def begun(self) -> str:
        """Return what happened when it was set, in words."""
        until = f"{seconds(self.due)} s"
        if self.kind == SLEEP:
            return f"{self.lane} sleeps until {until}"
        if self.kind == TIMEOUT:
            return f"{self.lane} has a timeout at {until}"
        return f"{self.lane}: {self.what} is set for {until}"

    def ended(self) -> str:
        """Return what happened at its end, in words."""
        since = f"{seconds(self.begin)} s"
        if self.state == CANCELLED:
            return f"{self.lane}: {self.what}, set at {since}, is cancelled"
        if self.kind == SLEEP:
            return f"{self.lane} wakes, asleep since {since}"
        if self.kind == TIMEOUT:
            return f"{self.lane} times out, limited since {since}"
        return f"{self.lane}: {self.what}, set at {since}, runs"
