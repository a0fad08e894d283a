"""What the ini-file and the command line switch on for a whole suite."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncloop_testcase._checks.base import KNOWN
from asyncloop_testcase._checks.block import LEVELS
from asyncloop_testcase._checks.fail_on import ALL, Layer, validated
from asyncloop_testcase._reports.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

__unittest = __tracebackhide__ = True

# Findings are told as warnings. Alone it means the strict checks.
WARN = "warn"
WORDS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


@dataclass(frozen=True)
class Said:
    """What somebody said of checks: which ones, and whether they are to warn only."""

    layers: tuple[Layer, ...] = ()
    warn: bool | None = None


@dataclass(frozen=True)
class Options:
    """
    What holds for the whole suite.

    Attributes:
        said: The checks that are switched on.
        ignore: The creators whose findings are nobody's business.
        baseline: The file of known findings.
        update: Whether that file is to be written.
    """

    said: Said
    ignore: tuple[str, ...]
    baseline: Path | None
    update: bool


def options_of(config: pytest.Config) -> Options:
    """
    Return what the ini-file and the command line say; the command line wins.

    Raises:
        TypeError: A check is not known, or a value is of the wrong type.
        ValueError: A value is out of range, cannot be read, or an option needs another one.
    """
    asked = [*_split(config.getini("asyncloop_fail_on"))]
    given = [*_split(config.getoption("asyncloop_fail_on") or ())]
    path = config.getoption("asyncloop_baseline") or config.getini("asyncloop_fail_on_baseline")
    update = bool(config.getoption("asyncloop_update"))
    if update and not path:
        msg = "--fail-on-update writes the baseline: name its file with --fail-on-baseline=FILE"
        raise ValueError(msg)
    return Options(
        said=said_by_lines([*asked, *given]),
        ignore=tuple(_split(config.getini("asyncloop_ignore"))),
        baseline=config.rootpath / path if path else None,
        update=update,
    )


def _split(lines: Sequence[str]) -> list[str]:
    return [word for line in lines for part in line.split(",") if (word := part.strip())]


def said_by_lines(lines: Sequence[str]) -> Said:
    """
    Return what lines such as ``strict`` and ``slow_callbacks = 0.5`` say.

    Raises:
        TypeError: A check is not known, or a value is of the wrong type.
        ValueError: A value is out of range, or cannot be read.
    """
    layers: list[Layer] = []
    for line in lines:
        name, equals, value = (part.strip() for part in line.partition("="))
        if not equals and name in LEVELS:
            layers.append({ALL: name})
        elif name not in KNOWN and name != WARN:
            hint = did_you_mean(name, [*LEVELS, WARN, *KNOWN])
            msg = f"no level or check is named {name!r}{hint}"
            raise TypeError(msg)
        elif name != WARN:
            layers.append(validated({name: _value(value) if equals else True}))
    warn = WARN in lines
    if warn and not layers:
        layers.append({ALL: "strict"})
    return Said(tuple(layers), warn)


def _value(text: str) -> object:
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        msg = f"cannot read the value {text!r}: write true, false or a number"
        raise ValueError(msg) from None
