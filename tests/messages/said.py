"""A test of one message: what is said, and beside it who says it when."""

import asyncio
import functools
import inspect
import re
import textwrap
import unittest
import warnings
from collections.abc import Callable
from typing import Any

# What differs between runs, versions of Python and machines, and what stands for it.
_VOLATILE = (
    (r"\b0x[0-9a-fA-F]+", "0x..."),
    (r"\bid='\d+'", "id='...'"),
    (r"\bTask-\d+\b", "Task-N"),
    (r"\bThread-\d+\b", "Thread-N"),
    (r"\b21474[89]\d{4}\b", "FD"),
    (r"(?i)\[errno -?\d+\]", "[Errno N]"),
    (r'(?:\b[A-Z]:)?(?:[^\s"\'(<:]*[/\\])+(\w+\.py)\b', r"\1"),
    (r"(\.py(?:\"|')?(?:, line |:))\d+", r"\1N"),
    (r"\bcb=\[[^]]*\]", "cb=[...]"),
    (r"\b(?:tests\.)?messages\.test_", "test_"),
    (r"\('127\.0\.0\.1', \d+\)", "('127.0.0.1', PORT)"),
    (
        r"(?:asyncio\.\w+\.)?\b(?:_UnixSelector|_WindowsSelector|Proactor)EventLoop\b",
        "SelectorEventLoop",
    ),
    # Python 3.10 knows no qualified name of a frame, and has other words here and there.
    (r"\b(?:\w+\.<locals>\.)+(?:Case\.)?", ""),
    (r"(line N, in )Event\.wait\b", r"\1wait"),
    (r"(?m)^  Actual:", "Actual:"),
    (r"\): \[Errno N\] address", "): address"),
    # Python 3.14 and 3.15 tell more, in reports that pass on what they tell.
    (r"\n +awaited by task '[^']*'", ""),
    (r"self\._context\.run\(self\.run\)", "self.run()"),
    (r"\bfamily=AddressFamily\.AF_INET\b", "family=2"),
    (r"\bfamily=AddressFamily\.AF_UNIX\b", "family=1"),
    (r"\btype=SocketKind\.SOCK_STREAM\b", "type=1"),
)


def normalized(text: str) -> str:
    """Return a message without what nobody can foretell."""
    for pattern, stand_in in _VOLATILE:
        text = re.sub(pattern, stand_in, text)
    return text


def says(expected: str) -> Callable[[Callable[[], Any]], Callable[[], None]]:
    """
    Make a test: the function raises this, as a traceback's last lines show it, or returns it.

    Coroutine functions run on a loop of their own.
    """

    def decorate(function: Callable[[], Any]) -> Callable[[], None]:
        @functools.wraps(function)
        def test() -> None:
            assert message_of(function) == textwrap.dedent(expected).strip()

        return test

    return decorate


def message_of(function: Callable[[], Any]) -> str:
    """Return what the function raises, or what it returns."""
    try:
        said = function()
        if inspect.iscoroutine(said):
            said = asyncio.run(said)
    except BaseException as error:
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
    return normalized(said)


def warned(call: Callable[[], Any]) -> str:
    """Return the one warning that a call gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert len(caught) == 1
    return f"{caught[0].category.__name__}: {caught[0].message}"


def outcome_of(case: type[unittest.TestCase], name: str = "test") -> str:
    """Return the exceptions of a test that fails, without their tracebacks."""
    result = _Result()
    case(name).run(result)
    assert result.errors_seen
    return "\n".join(result.errors_seen)


class _Result(unittest.TestResult):
    def __init__(self) -> None:
        super().__init__()
        self.errors_seen: list[str] = []

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        self._add(err)

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        self._add(err)

    def _add(self, err: Any) -> None:
        self.errors_seen.append(f"{err[0].__name__}: {err[1]}")
