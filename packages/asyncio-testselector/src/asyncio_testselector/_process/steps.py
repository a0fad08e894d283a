"""The steps that only a scripted process has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncio_testselector._script.steps import Step
from asyncio_testselector._script.texts import Box

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Output(Step):
    """The process writes to its stdout or stderr, in these pieces."""

    fd: int = 1
    chunks: tuple[bytes, ...] = ()

    def play(self, stage: Any) -> bool:
        """Write the pieces."""
        for chunk in self.chunks:
            stage.write(self.fd, chunk)
        return True


@dataclass(frozen=True)
class ComputedOutput(Step):
    """The process writes what a function makes of its input."""

    fd: int = 1
    function: Callable[[Any], Any] = bytes
    encode: Callable[[Any], tuple[bytes, ...]] = tuple

    def play(self, stage: Any) -> bool:
        """Call the function, and write what it returns."""
        matched = stage.matched.value if isinstance(stage.matched, Box) else stage.matched
        try:
            chunks = self.encode(self.function(matched))
        except Exception as exc:
            stage.fail("the output could not be computed", f"  {exc!r}", exc)
            return False
        for chunk in chunks:
            stage.write(self.fd, chunk)
        return True


@dataclass(frozen=True)
class Exit(Step):
    """The process ends."""

    code: int = 0

    def play(self, stage: Any) -> bool:
        """End with the code."""
        stage.exit(self.code)
        return True


@dataclass(frozen=True)
class Forever(Step):
    """The process runs until it is killed."""

    def play(self, stage: Any) -> bool:
        """Do nothing, and never be done."""
        return False
