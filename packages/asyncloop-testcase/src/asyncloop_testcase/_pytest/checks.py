"""The checks around the coroutine tests of pytest-asyncio and anyio."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import functools
import inspect
import unittest
from typing import TYPE_CHECKING, Any

import pytest

from asyncloop_testcase._checks.block import LEVELS, check_loop
from asyncloop_testcase._checks.fail_on import (
    ALL,
    ATTRIBUTE,
    Layer,
    layers_of_class,
    make_plan,
    validated,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__unittest = __tracebackhide__ = True

MARKER = "fail_on"
# Marked themselves, and not as a part of a module where others are meant.
AT_TEST = (pytest.Function, pytest.Class)
WORDS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


def layers_of_ini(lines: Sequence[str]) -> list[Layer]:
    """
    Return what the ini-file says.

    Raises:
        TypeError: A check is not known, or a value is of the wrong type.
        ValueError: A value is out of range, or cannot be read.
    """
    layers: list[Layer] = []
    for line in lines:
        name, equals, value = (part.strip() for part in line.partition("="))
        if not equals and name in LEVELS:
            layers.append(_level(name))
        else:
            layers.append(validated({name: _value(value) if equals else True}))
    return layers


def _value(text: str) -> object:
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        msg = f"cannot read the value {text!r}: write true, false or a number"
        raise ValueError(msg) from None


def _level(name: str) -> Layer:
    return {ALL: name}


@contextlib.contextmanager
def checked(item: pytest.Item, ini: Sequence[str]) -> Iterator[None]:
    """Put the checks around the item's coroutine function, if there are any."""
    if not isinstance(item, pytest.Function) or _is_unittest(item):
        yield
        return
    owner, name = _target(item)
    function = getattr(owner, name)
    layers = _layers(item, ini) if inspect.iscoroutinefunction(function) else []
    if not layers:
        yield
        return
    setattr(owner, name, _checked_function(function, layers))
    try:
        yield
    finally:
        setattr(owner, name, function)


def _is_unittest(item: pytest.Function) -> bool:
    """Tell whether unittest runs the test, which no marker reaches; refuse one at the test."""
    if item.cls is None or not issubclass(item.cls, unittest.TestCase):
        return False
    if any(isinstance(node, AT_TEST) for node, _ in item.iter_markers_with_node(MARKER)):
        msg = (
            "@pytest.mark.fail_on does nothing for a unittest.TestCase: use the decorator "
            "asyncloop_testcase.fail_on, and asyncloop_testcase.TestCase as the base class, or "
            "`async with check_loop():` in the test"
        )
        raise TypeError(msg)
    return True


def _target(item: pytest.Function) -> tuple[object, str]:
    """Return where the coroutine function is; hypothesis has put a plain function around it."""
    if getattr(item.obj, "is_hypothesis_test", False):
        return item.obj.hypothesis, "inner_test"
    return item, "obj"


def _checked_function(function: Callable[..., Any], layers: list[Layer]) -> Callable[..., Any]:
    plan = make_plan(layers, awaits=True)

    @functools.wraps(function)
    async def test(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return await function(*args, **kwargs)  # anyio on trio: there is no loop to check
        async with check_loop._of_plan(plan):
            return await function(*args, **kwargs)

    return test


def _layers(item: pytest.Function, ini: Sequence[str]) -> list[Layer]:
    """Return what everybody said, the weakest first: ini-file, module, classes, function."""
    module: list[Layer] = []
    classes: list[Layer] = [] if item.cls is None else layers_of_class(item.cls)
    function: list[Layer] = [*getattr(item.obj, ATTRIBUTE, ())]
    for node, mark in item.iter_markers_with_node(MARKER):
        layers = _layers_of_mark(mark)
        if node is item:
            function = [*layers, *function]
        elif isinstance(node, pytest.Class):
            classes = [*classes, *layers]
        else:
            module = [*layers, *module]
    return [*layers_of_ini(ini), *module, *classes, *function]


def _layers_of_mark(mark: pytest.Mark) -> list[Layer]:
    levels = mark.args or ("default",) * (not mark.kwargs)
    if len(levels) > 1 or any(level not in LEVELS for level in levels):
        msg = (
            f"@pytest.mark.fail_on{mark.args!r}: the only argument without a name is the level, "
            f"one of {', '.join(map(repr, LEVELS))}"
        )
        raise TypeError(msg)
    return [*map(_level, levels), validated(mark.kwargs)]
