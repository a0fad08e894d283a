"""
Steps that leave something to the client: how often, and in which order.

Theory of operation. Such a step has parts, each a few steps that begin with the client's turn. It
asks the first step of each part whether what came so far is for it (yes, no, or not to be told
yet), and has the part played by putting its steps, and itself behind them, in front of what is left
of the script. Where it can end, it asks what comes behind it, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asyncio_testselector._script.report import excerpt
from asyncio_testselector._script.steps import ExpectEof, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncio_testselector._script.steps import Stage

Part = tuple[Step, ...]


@dataclass(frozen=True)
class AnyNumber(Step):
    """The client does the part as often as it likes, and then what comes next, or nothing."""

    part: Part = ()
    waits = True

    def play(self, stage: Stage) -> bool:
        """Play the part once more if that is what came; be done if it is something else."""
        first = self.part[0].begins(stage)
        if first:
            stage.go_on_with((*self.part, self))
            return True
        others = [begins(step, stage) for step in stage.next_turns()]
        if any(others) or (stage.ended and not stage.received):
            return True
        if None in (first, *others):
            return False
        stage.fail(f"{stage.who} {failing(stage)}", self.wanted(bytes(stage.received), stage))
        return False

    def wanted(self, got: bytes, stage: Stage | None = None) -> str:
        """Return the first steps of all that could come beside what came."""
        after = stage.next_turns() if stage is not None else []
        return alternatives([self.part[0], *after], got)

    def begins(self, stage: Stage) -> bool | None:
        """Tell by the part; what comes behind it is asked by itself."""
        return self.part[0].begins(stage)


@dataclass(frozen=True)
class InAnyOrder(Step):
    """The client does all of the parts, each once, in whatever order."""

    parts: tuple[Part, ...] = ()
    waits = True

    def play(self, stage: Stage) -> bool:
        """Play the part that has come, and the others afterwards."""
        told = [part[0].begins(stage) for part in self.parts]
        if True in told:
            index = told.index(True)
            left = (*self.parts[:index], *self.parts[index + 1 :])
            rest = (replace(self, parts=left),) if left else ()
            stage.go_on_with((*self.parts[index], *rest))
            return True
        if None in told:
            return False
        stage.fail(f"{stage.who} {failing(stage)}", self.wanted(bytes(stage.received)))
        return False

    def wanted(self, got: bytes) -> str:
        """Return the first steps of the parts that are left beside what came."""
        return alternatives([part[0] for part in self.parts], got)

    def begins(self, stage: Stage) -> bool | None:
        """Tell by the first steps of the parts."""
        told = [part[0].begins(stage) for part in self.parts]
        return True if True in told else (None if None in told else False)

    @property
    def firsts(self) -> tuple[Step, ...]:
        """The first steps of the parts."""
        return tuple(part[0] for part in self.parts)


def failing(stage: Stage) -> str:
    """Return what the client does when nothing it could do has come."""
    return f"{stage.closed} too early" if stage.ended else "sent something else"


def begins(step: Step | None, stage: Stage) -> bool | None:
    """Tell whether a step, or the end of the script, is what came."""
    if step is None:
        return ExpectEof.begins(END, stage)
    return step.begins(stage)


def turns(steps: Part) -> list[Step | None]:
    """Return the steps of the client that may come first; None is the end of the script."""
    found: list[Step | None] = []
    for step in steps:
        found += [step.part[0]] if isinstance(step, AnyNumber) else step.firsts
        if not isinstance(step, AnyNumber):
            return found
    return [*found, None]


def open_ended(steps: Sequence[Step]) -> bool:
    """Tell whether only the next turn of the client can end the last of these steps."""
    last = steps[-1] if steps else None
    if isinstance(last, InAnyOrder):
        return any(open_ended(part) for part in last.parts)
    return isinstance(last, AnyNumber)


def alternatives(steps: list[Step | None], got: bytes) -> str:
    """Return what could have come beside what came."""
    names = [
        "the end of the stream" if step is None else f"{step.text}, written at {step.place}"
        for step in steps
    ]
    lines = [f"  expected: {names[0]}", *(f"        or: {name}" for name in names[1:])]
    return "\n".join([*lines, f"  got:      {excerpt(got)}"])


END = ExpectEof(text="", place=None)  # type: ignore[arg-type]
