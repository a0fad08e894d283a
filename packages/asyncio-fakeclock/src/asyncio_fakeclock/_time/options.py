"""What a clock can be told, checked before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from asyncio_fakeclock._schedule.instants import checked_limit
from asyncio_fakeclock._time.progress import checked_count
from asyncio_fakeclock._world.ignoring import checked_names

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Options", "checked_rate"]


@final
@dataclass(frozen=True)
class Options:
    """
    How long a clock waits, for whom, and when it gives up.

    The arguments are those of :class:`FakeClock`.

    Raises:
        TypeError: one is not what it has to be.
        ValueError: a number is out of its range.
    """

    stall_timeout: float | None
    settle: float | None
    max_turns: float
    max_jumps: float
    ignore: tuple[object, ...]
    pace: float | None

    @classmethod
    def checked(
        cls,
        *,
        stall_timeout: float | None,
        settle: float | None,
        max_turns: int | None,
        max_jumps: int | None,
        ignore: Iterable[object],
        pace: float | None,
    ) -> Options:
        """Return the options, or refuse them."""
        limit = None if stall_timeout is None else checked_limit(stall_timeout, "stall_timeout")
        calm = None if settle is None else checked_limit(settle, "settle")
        if calm is not None and limit is not None and calm > limit:
            msg = (
                f"settle must not be longer than stall_timeout ({limit!r} s), not {settle!r}: "
                "time would never move on before the test fails"
            )
            raise ValueError(msg)
        return cls(
            stall_timeout=limit,
            settle=calm,
            max_turns=checked_count(max_turns, "max_turns"),
            max_jumps=checked_count(max_jumps, "max_jumps"),
            ignore=checked_names(ignore),
            pace=None if pace is None else checked_rate(pace),
        )


def checked_rate(rate: Any) -> float:
    """
    Return a number of virtual seconds in a real one.

    Raises:
        TypeError: it is not a number.
        ValueError: it is not positive, or not finite.
    """
    value = checked_limit(rate, "pace")
    if value == 0:
        msg = f"pace must be more than 0 virtual seconds in a real one, not {rate!r}"
        raise ValueError(msg)
    return value
