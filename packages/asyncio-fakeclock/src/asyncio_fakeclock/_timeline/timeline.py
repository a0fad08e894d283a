"""What ran at which instant, and who slept until when: a record to read, and to look at."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, final

from asyncio_fakeclock._errors import public
from asyncio_fakeclock._report import is_plumbing, seconds, timer_text
from asyncio_fakeclock._timeline.span import CALL, KINDS, SLEEP, TIMEOUT, Span
from asyncio_fakeclock._timeline.svg import html_page, picture

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle

__all__ = ["Timeline"]

# A record this long is no reading matter any more; what comes later counts more.
LONGEST = 2000


@final
@public
class Timeline:
    """
    What a clock has recorded: :meth:`FakeClock.timeline`.

    Only the last 2000 timers are kept. The text is what ``str()`` returns, too.

    Example:
        >>> import asyncio
        >>> from asyncio_fakeclock import FakeClock
        >>> async def main():
        ...     async with FakeClock(trace=True) as clock:
        ...         asyncio.current_task().set_name("main")
        ...         asyncio.get_running_loop().call_later(2, int)
        ...         await clock.advance(3)
        ...         return clock.timeline()
        >>> print(asyncio.run(main()).text(places=False))
        timeline of 1 timer
          0 s  main: int() is set for 2 s
          2 s  main: int(), set at 0 s, runs
    """

    __slots__ = ("_events", "_left_out", "_open", "_spans")

    def __init__(self) -> None:
        self._spans: deque[Span] = deque(maxlen=LONGEST)
        self._open: dict[int, tuple[TimerHandle, Span]] = {}
        self._left_out = 0
        self._events = 0

    @property
    def spans(self) -> list[Span]:
        """The timers, in the order of being set."""
        return list(self._spans)

    def text(self, *, places: bool = True) -> str:
        """
        Return a line for everything that happened, in order.

        Args:
            places: Whether to tell the source lines.
        """
        events: list[tuple[int, str, str]] = []
        for span in self._spans:
            where = f"  ({span.where})" if places and span.where else ""
            events.append((span.order[0], seconds(span.begin), span.begun() + where))
            if span.end is not None:
                events.append((span.order[1], seconds(span.end), span.ended()))
        events.sort()
        width = max((len(at) for _, at, _ in events), default=0)
        count = len(self._spans) + self._left_out
        lines = [f"timeline of {count} timer{'s' * (count != 1)}"]
        if self._left_out:
            lines.append(f"  (the first {self._left_out} are left out)")
        lines += [f"  {at:>{width}} s  {what}" for _, at, what in events]
        return "\n".join(lines)

    def svg(self) -> str:
        """Return the picture as SVG, complete in itself."""
        return picture(self.spans)

    def html(self) -> str:
        """Return a page with the picture and the text, complete in itself."""
        return html_page(self.svg(), self.text())

    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write the timeline to a file.

        Args:
            path: Its name; the suffix decides: ``.svg``, ``.html`` or ``.txt``.

        Raises:
            ValueError: the suffix is another one.
        """
        forms = {".svg": self.svg, ".html": self.html, ".txt": self.text}
        form = forms.get(Path(path).suffix.lower())
        if form is None:
            msg = f"cannot save a timeline as {os.fspath(path)!r}: use .svg, .html or .txt"
            raise ValueError(msg)
        Path(path).write_text(form(), "utf-8")

    def __str__(self) -> str:
        return self.text()

    def _timer_set(self, loop: AbstractEventLoop, handle: TimerHandle, now: float) -> None:
        task = asyncio.current_task(loop)
        what = timer_text(handle)
        kind = KINDS.get(what, CALL)
        what = {SLEEP: "the sleep", TIMEOUT: "the timeout"}.get(kind, what)
        lane = task.get_name() if task is not None else "callbacks"
        self._events += 1
        order = self._events, 0
        span = Span(lane, kind, what, _caller(), now, handle.when(), order=order)
        if len(self._spans) == LONGEST:
            self._left_out += 1
        self._spans.append(span)
        # The handle is kept, so that its id stays its own.
        self._open[id(handle)] = handle, span

    def _timer_ended(self, handle: TimerHandle, now: float, state: str) -> None:
        _, span = self._open.pop(id(handle), (None, None))
        if span is not None:
            self._events += 1
            span.end, span.state, span.order = now, state, (span.order[0], self._events)


def _caller() -> str:
    frame = sys._getframe(2)
    while frame.f_back is not None and is_plumbing(frame.f_code):
        frame = frame.f_back
    if is_plumbing(frame.f_code):
        return ""  # pragma: no cover - in a thread of `_thread`, which coverage does not see
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"
