"""
The arithmetic of instants and durations. No loop, nothing patched.

Binary floats make ten steps of 0.1 s miss 1.0 s. Instants are therefore rounded to the nanosecond
(more precisely, to the clock's resolution), where a float still tells neighbouring nanoseconds
apart: below 4e6 s. Above that, an instant is whatever the addition gives, as on a real loop.

Rounding must never swallow a step. ``while loop.time() < u: await sleep(u - loop.time())`` with a
*u* between two grid points would otherwise be woken a hair before *u* for ever: an instant that
would be rounded back to the present, or before it, is kept as it is.

Below half of the range, rounding is three float operations: adding and subtracting 1.5 * 2**52
leaves the nearest integer of grid units, and the final division is correctly rounded, so that the
result is the very float that the decimal literal gives. Above, where the product itself may be off
by half a unit, :func:`round` does it.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import SupportsFloat

__all__ = ["MAGIC", "Grid", "checked_instant", "checked_seconds"]

__unittest = __tracebackhide__ = True

# 1.5 * 2**52: a float of this size has no digits behind the point.
MAGIC = 6755399441055744.0


class Grid:
    """
    The instants that a clock rounds to.

    Args:
        resolution: Seconds between two instants: a power of ten of at most 1, such as 1e-9.

    Raises:
        ValueError: *resolution* is something else.

    Example:
        >>> Grid(1e-9).rounded(0.1 + 0.2, 0.0)
        0.3
    """

    __slots__ = ("digits", "exact_below", "fast_below", "units")

    def __init__(self, resolution: float) -> None:
        digits = _digits(resolution)
        self.digits = digits
        self.units = float(10**digits)
        self.fast_below = 2e15 / self.units
        self.exact_below = 4e15 / self.units

    def rounded(self, when: float, now: float) -> float:
        """Return the instant meant by *when*, seen from *now*; both in seconds."""
        if when <= now or when >= self.exact_below or when <= -self.exact_below:
            return when
        near = round(when, self.digits)
        return near if near > now else when


def _digits(resolution: float) -> int:
    number: object = resolution
    if isinstance(number, (int, float)) and 1e-15 <= resolution <= 1:
        digits = round(-math.log10(resolution))
        if math.isclose(resolution, 10.0**-digits, rel_tol=1e-9):
            return digits
    msg = f"resolution must be a power of ten from 1e-15 to 1 s, such as 1e-9, not {resolution!r}"
    raise ValueError(msg)


def checked_seconds(seconds: SupportsFloat) -> float:
    """
    Return *seconds* as a float that time can be moved by.

    Raises:
        TypeError: it is not a number.
        ValueError: it is negative, nan or infinite.
    """
    value = _number(seconds, "seconds")
    if value >= 0 and value != math.inf:
        return value
    if value < 0:
        msg = f"cannot advance by {seconds!r} s: a fake clock never runs backwards"
    else:
        msg = f"cannot advance by {seconds!r} s: it takes a finite number of seconds"
    raise ValueError(msg)


def checked_limit(seconds: SupportsFloat, what: str) -> float:
    """
    Return *seconds* as a float that limits a time.

    Raises:
        TypeError: it is not a number.
        ValueError: it is negative, nan or infinite.
    """
    value = _number(seconds, what)
    if 0 <= value < math.inf:
        return value
    msg = f"{what} must be a finite number of 0 or more seconds, not {seconds!r}: None for no limit"
    raise ValueError(msg)


def checked_instant(when: SupportsFloat, what: str) -> float:
    """
    Return *when* as a float that is a point in time.

    Raises:
        TypeError: it is not a number.
        ValueError: it is nan or infinite.
    """
    value = _number(when, what)
    if math.isfinite(value):
        return value
    msg = f"{what} must be a finite number of seconds, not {when!r}"
    raise ValueError(msg)


def _number(value: SupportsFloat, what: str) -> float:
    if isinstance(value, timedelta):
        msg = f"{what} must be a number, not {value!r}: pass its .total_seconds()"
        raise TypeError(msg)
    if isinstance(value, bool) or not hasattr(type(value), "__float__"):
        msg = f"{what} must be a number, not {value!r}"
        raise TypeError(msg)
    try:
        return float(value)
    except (TypeError, OverflowError) as error:
        msg = f"{what} must be a number that fits a float, not {value!r}"
        raise TypeError(msg) from error
