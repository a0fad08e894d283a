"""The options of clocks: what the ini-file says for all, and markers for one test."""

from __future__ import annotations

import ast
import difflib
import inspect
from typing import TYPE_CHECKING, Any

from asyncio_fakeclock._clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

__unittest = __tracebackhide__ = True

MARKER = "fakeclock"
# What the ini-file may say of every clock of the suite, beside fakeclock_auto.
OF_SUITE = ("settle", "stall_timeout", "ignore", "wall_clock")

KNOWN = [name for name in inspect.signature(FakeClock).parameters if name != "loop"]


def suite_options(config: pytest.Config) -> dict[str, Any]:
    """
    Return what the ini-file says of every clock.

    Raises:
        TypeError: A value is of the wrong type, or there is no such option.
        ValueError: A value is out of range, or cannot be read.
    """
    options: dict[str, Any] = {}
    for name in OF_SUITE:
        said = config.getini(f"{MARKER}_{name}")
        if not said:
            continue
        if name not in KNOWN:
            msg = f"{MARKER}_{name}: this version of asyncio-fakeclock has no such option"
            raise TypeError(msg)
        options[name] = tuple(said) if isinstance(said, list) else _value(name, said)
    try:
        FakeClock(**options)
    except (TypeError, ValueError) as error:
        msg = f"{', '.join(f'{MARKER}_{name}' for name in options)}: {error}"
        raise type(error)(msg) from None
    return options


def _value(name: str, text: str) -> object:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if text.lower() in words:
        return words[text.lower()]
    if text.lower() == "none":
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        if name == "wall_clock" and text.isidentifier():
            return text
        msg = f"{MARKER}_{name}: cannot read {text!r}: write a number, true, false or none"
        raise ValueError(msg) from None


def marks_of(item: pytest.Item) -> list[pytest.Mark]:
    """Return the markers of a test, the weakest first."""
    return [*reversed([*item.iter_markers(MARKER)])]


def is_switched_off(item: pytest.Item) -> bool:
    """Tell whether the nearest marker says ``fakeclock(False)``."""
    mark = item.get_closest_marker(MARKER)
    return mark is not None and mark.args[:1] == (False,)


def marked_options(item: pytest.Item) -> dict[str, Any]:
    """
    Return what the markers of a test say of its clock.

    Raises:
        TypeError: An option is not known, or of the wrong type.
        ValueError: A value is out of range.
    """
    options: dict[str, Any] = {}
    for mark in marks_of(item):
        _refuse(mark)
        options.update(mark.kwargs)
    return options


def _refuse(mark: pytest.Mark) -> None:
    written = ", ".join([*map(repr, mark.args), *(f"{k}={v!r}" for k, v in mark.kwargs.items())])
    text = f"@pytest.mark.{MARKER}({written})"
    said = {(): True, (True,): True, (False,): not mark.kwargs}
    if not said.get(mark.args, False):
        msg = f"{text}: options have names, as in {MARKER}(auto=True); {MARKER}(False) is no clock"
        raise TypeError(msg)
    for name in mark.kwargs:
        if name not in KNOWN:
            msg = f"{text}: no option is named {name!r}{_did_you_mean(name, KNOWN)}"
            raise TypeError(msg)
    try:
        FakeClock(**mark.kwargs)
    except (TypeError, ValueError) as error:
        msg = f"{text}: {error}"
        raise type(error)(msg) from None


def _did_you_mean(wrong: str, known: Iterable[str]) -> str:
    names = [*known]
    [*near] = difflib.get_close_matches(wrong, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(names)}"


def refusal(item: pytest.Item) -> str | None:
    """Return in one line why the markers of a test are wrong, None if they are not."""
    try:
        marked_options(item)
    except (TypeError, ValueError) as error:
        path, line, _ = item.location
        return f"{path}:{(line or 0) + 1}: {error}"
    return None
