"""What a memory network refuses."""

from __future__ import annotations

import math


def check_seconds(name: str, value: float) -> None:
    """Refuse what is no time span."""
    if not (math.isfinite(value) and value >= 0):
        msg = f"{name} is {value!r} s: give a finite number of 0 or more"
        raise ValueError(msg)


def check_count(name: str, value: int, least: int) -> None:
    """Refuse what is no sensible number of things."""
    if value != int(value) or value < least:
        msg = f"{name} is {value!r}: give a whole number of {least} or more"
        raise ValueError(msg)
