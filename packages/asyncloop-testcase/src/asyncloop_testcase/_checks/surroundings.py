"""Checks of what all tests share: the environment, the working directory, signal handlers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._checks.base import Check
from asyncloop_testcase._cpython.surroundings import (
    SIGNALS,
    environment,
    handle_of_signal,
    signal_handlers,
)
from asyncloop_testcase._reports.report import Finding
from asyncloop_testcase._reports.words import callback_name, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

__unittest = __tracebackhide__ = True

# What the runner of the tests sets by itself, another value in each phase of a test.
OF_RUNNERS = ("PYTEST_",)


class ChangedEnvironment(Check):
    """
    The environment or the working directory is another than before the test.

    Values are not told: there are secrets among them, and reports are kept.
    """

    name = "changed_environment"
    summary = "the environment is another than before the test"
    of_loop = False

    def start(self) -> None:
        self._variables = environment()
        self._directory = _directory()

    def finish(self) -> Iterable[Finding]:
        found: list[Finding] = []
        before, now = self._variables, environment()
        if now != before:
            for key in sorted({*map(os.fsdecode, before), *map(os.fsdecode, now)}):
                if not key.startswith(OF_RUNNERS):
                    found += _change(key, _value(before, key), _value(now, key))
        directory = _directory()
        if directory != self._directory:
            what = f"the working directory is {directory!r}, it was {self._directory!r}"
            found.append(Finding(what, remains=lambda: _directory() == directory))
        return found

    def restore(self) -> None:
        self._variables = {}


def _directory() -> str | None:
    """Return the working directory, None if somebody has deleted it."""
    try:
        return os.getcwd()
    except OSError:
        return None


def _value(variables: Any, key: str) -> object:
    value = variables.get(key)
    return variables.get(os.fsencode(key)) if value is None else value


def _change(key: str, before: object, now: object) -> Iterable[Finding]:
    if before == now:
        return
    word = "was removed" if now is None else "was set" if before is None else "was changed"
    yield Finding(f"os.environ[{key!r}] {word}", remains=lambda: _value(environment(), key) == now)


class ChangedSignalHandlers(Check):
    """A signal has another handler than before the test, be it one of the loop."""

    name = "changed_signal_handlers"
    summary = "signals have other handlers than before the test"
    of_loop = False

    def start(self) -> None:
        self._before = signal_handlers()

    def finish(self) -> Iterable[Finding]:
        now = signal_handlers()
        if now == self._before:
            return ()
        return [
            self._finding(place, before, handler)
            for place, (before, handler) in enumerate(zip(self._before, now, strict=True))
            if handler != before
        ]

    def _finding(self, place: int, before: object, handler: object) -> Finding:
        number = SIGNALS[place]
        handle = handle_of_signal(self.loop, number)
        if handle is not None:
            what = f"{number.name} calls {callback_name(handle)}, by loop.add_signal_handler()"
        else:
            what = f"{number.name} {_does(handler)}; before, it {_did(before)}"
        return Finding(what, remains=lambda: signal_handlers()[place] == handler)

    def restore(self) -> None:
        self._before = []


DEFAULT, IGNORED = 0, 1


def _does(handler: Any) -> str:
    if handler == IGNORED:
        return "is ignored"
    return "does what it does by default" if handler == DEFAULT else f"calls {name_of(handler)}"


def _did(handler: Any) -> str:
    if handler is None:
        return "had a handler that Python did not know"
    if handler == IGNORED:
        return "was ignored"
    return "did what it does by default" if handler == DEFAULT else f"called {name_of(handler)}"
