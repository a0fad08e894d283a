"""
What goes wrong by chance on the wires of a memory network: settings, and the dice.

Theory of operation. Every wire has dice of its own, which go by the network's seed, the two hosts,
and how many wires between them were thrown before. So what happens on one wire does not depend on
what happens elsewhere, in which order a version of asyncio does things, or on what was added to the
test.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._network.checks import check_seconds
from asyncio_testselector._network.distributions import Distribution, mean_of

if TYPE_CHECKING:
    from collections.abc import Callable

Span = float | Distribution


@final
class Setting:
    """
    A value that all links have, those of some hosts, or one link.

    Args:
        default: The value of all links.
        worst: What chooses between the values of two hosts that are linked.
    """

    def __init__(self, default: Any, worst: Callable[[list[Any]], Any]) -> None:
        self._default = default
        self._worst = worst
        self._hosts: dict[str, Any] = {}
        self._pairs: dict[frozenset[str], Any] = {}

    def set(self, value: Any, host: str | None, other: str | None) -> None:
        """Change the value of one pair, of all links of a host, or the default."""
        if host is None:
            self._default = value
        elif other is None:
            self._hosts[host] = value
        else:
            self._pairs[frozenset((host, other))] = value

    def of(self, one: str, other: str) -> Any:
        """Return the value of the link between two hosts."""
        pair = frozenset((one, other))
        if pair in self._pairs:
            return self._pairs[pair]
        own = [self._hosts[host] for host in (one, other) if host in self._hosts]
        return self._worst(own) if own else self._default


def longest(spans: list[Span]) -> Span:
    """Return the span that is longest in the long run."""
    return max(spans, key=mean_of)


@final
@dataclass(frozen=True)
class Link:
    """What one direction between two hosts does to everything that crosses it."""

    latency: Span = 0.0
    jitter: Span = 0.0
    loss: float = 0.0
    duplication: float = 0.0
    reordering: float = 0.0
    bandwidth: float = math.inf

    @property
    def takes_time(self) -> bool:
        """Whether anything but nothing has to be waited for."""
        return bool(self.latency or self.jitter or self.bandwidth < math.inf)


@final
class Dice:
    """
    The randomness of one network.

    Args:
        seed: What it goes by.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._thrown: Counter[tuple[str, ...]] = Counter()

    def new(self, *names: str) -> Random:
        """Return new dice for what has these names."""
        self._thrown[names] += 1
        return Random(f"{self.seed} {' '.join(names)} {self._thrown[names]}")

    @property
    def used(self) -> bool:
        """Whether anything went by chance."""
        return bool(self._thrown)


@final
class Flaw:
    """
    Connections to a host that fail, now and then.

    Args:
        error: How: ``refuse``, ``reset`` or ``drop``.
        every: Which of them, by their count; 0 is none.
        probability: How likely each is, otherwise.
        random: The dice for that.
    """

    def __init__(self, error: str, every: int, probability: float, random: Random | None) -> None:
        self._error = error
        self._every = every
        self._probability = probability
        self._random = random
        self._count = 0

    def next(self) -> str | None:
        """Return how the next connection fails, None if it does not."""
        self._count += 1
        if self._random is not None:
            return self._error if self._random.random() < self._probability else None
        return self._error if self._count % self._every == 0 else None


ERRORS = ("refuse", "reset", "drop")


def check_seed(seed: object) -> None:
    """Refuse what is no seed."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        msg = f"seed is {seed!r}: give a whole number, so that it can be given again"
        raise TypeError(msg)


def check_span(name: str, span: object) -> None:
    """Refuse what is neither a time span nor a distribution of them."""
    if isinstance(span, bool) or not (isinstance(span, (int, float)) or hasattr(span, "draw")):
        msg = f"{name} is {span!r}: give seconds, or Uniform, Normal or Exponential ones"
        raise TypeError(msg)
    if isinstance(span, (int, float)):
        check_seconds(name, span)


def check_probability(name: str, value: object) -> None:
    """Refuse what is no probability."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:  # type: ignore[operator]
        msg = f"{name} is {value!r}: give a probability from 0 to 1"
        raise ValueError(msg)


def check_bandwidth(name: str, value: object) -> None:
    """Refuse what is no bandwidth."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not value > 0:  # type: ignore[operator]
        msg = f"{name} is {value!r}: give bytes a second, math.inf for no limit"
        raise ValueError(msg)


def check_flaw(every: object, probability: object, error: object) -> None:
    """Refuse what does not say which connections fail, and how."""
    if (every is None) == (probability is None):
        msg = f"every is {every!r} and probability is {probability!r}: give one of the two"
        raise ValueError(msg)
    if probability is not None:
        check_probability("probability", probability)
    elif isinstance(every, bool) or not isinstance(every, int) or every < 1:
        msg = f"every is {every!r}: give a whole number of 1 or more"
        raise ValueError(msg)
    if error not in ERRORS:
        msg = f"error is {error!r}: give one of {', '.join(map(repr, ERRORS))}"
        raise ValueError(msg)
