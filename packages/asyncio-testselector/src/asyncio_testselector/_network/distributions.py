"""
Time spans that are drawn, the same ones for one seed on every version and system.

That is why they are not those of the module ``random``: what ``random.Random.random()`` gives is
promised never to change, what is made of it there may. The results are rounded to nanoseconds, so
that the last bit of a platform's logarithm is of no matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, final

from asyncio_testselector._network.checks import check_seconds

if TYPE_CHECKING:
    from random import Random


class Distribution(Protocol):
    """Time spans that are drawn."""

    @property
    def mean(self) -> float:
        """The span in the long run, in seconds."""
        ...

    def draw(self, random: Random, /) -> float:
        """Return one span, in seconds."""
        ...


@final
@dataclass(frozen=True)
class Uniform:
    """
    Time spans that are all equally likely from *low* to *high* seconds.

    Raises:
        ValueError: A span is negative or not finite, or *low* is more than *high*.

    Example:
        >>> Uniform(0.01, 0.03).mean
        0.02

    .. versionadded:: 1.0.0
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        check_seconds("low", self.low)
        check_seconds("high", self.high)
        if self.low > self.high:
            msg = f"low is {self.low!r} s and high is {self.high!r} s: give the lower one first"
            raise ValueError(msg)

    @property
    def mean(self) -> float:
        """The span in the long run, in seconds."""
        return (self.low + self.high) / 2

    def draw(self, random: Random, /) -> float:
        """Return one span, in seconds."""
        return round(self.low + (self.high - self.low) * random.random(), 9)


@final
@dataclass(frozen=True)
class Exponential:
    """
    Time spans that are mostly short and sometimes very long, as of queues.

    Raises:
        ValueError: *mean* is negative or not finite.

    .. versionadded:: 1.0.0
    """

    mean: float

    def __post_init__(self) -> None:
        check_seconds("mean", self.mean)

    def draw(self, random: Random, /) -> float:
        """Return one span, in seconds."""
        return round(-self.mean * math.log(1.0 - random.random()), 9)


@final
@dataclass(frozen=True)
class Normal:
    """
    Time spans around *mean* seconds, two thirds of them within *deviation*; never below 0.

    Raises:
        ValueError: One of them is negative or not finite.

    .. versionadded:: 1.0.0
    """

    mean: float
    deviation: float

    def __post_init__(self) -> None:
        check_seconds("mean", self.mean)
        check_seconds("deviation", self.deviation)

    def draw(self, random: Random, /) -> float:
        """Return one span, in seconds."""
        # The sum of twelve is as normal as a test needs, and no platform's mathematics is in it.
        away = sum(random.random() for _ in range(12)) - 6.0
        return max(0.0, round(self.mean + self.deviation * away, 9))


def mean_of(span: float | Distribution) -> float:
    """Return a span, or what it is in the long run."""
    return span if isinstance(span, (int, float)) else span.mean
