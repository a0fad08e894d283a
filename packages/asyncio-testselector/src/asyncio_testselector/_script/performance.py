"""
Plays the steps of a script, whatever the client is.

Theory of operation. The script moves on whenever the client does something, within the client's
own call. Only a delay and the patience need the loop, for ``call_later``. A failure is kept for
the check at the end, and at once handed to `Performance.failed`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from asyncio_testselector._script.choices import turns
from asyncio_testselector._script.report import ScriptError, excerpt, reported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncio_testselector._script.steps import Step

__unittest = __tracebackhide__ = True


class Performance:
    """
    The state of a script that is being played.

    Args:
        title: What reports call the script.
        steps: Its steps.
        timeout: Seconds to wait for the client at one step, or None.
        keep_open: Whether more steps may come after the last.

    Attributes:
        pending: The steps that are not played yet; the first is the current one.
        received: What the client sent and no step took.
        matched: What the last step that waited has recognised.
        ended: Whether the client has ended its stream, or is gone.
        failure: Why the script failed, or None.
    """

    who = "the client"
    closed = "closed the connection"

    def __init__(
        self, title: str, steps: Sequence[Step], timeout: float | None, *, keep_open: bool = False
    ) -> None:
        self.title = title
        self.pending: deque[Step] = deque(steps)
        self.total: int = len(steps)
        self.received: bytearray = bytearray()
        self.matched: Any = None
        self.ended: bool = False
        self.failure: ScriptError | None = None
        self._keep_open = keep_open
        self._last: Step | None = None
        self._next: tuple[Step, ...] = ()
        self._timeout = timeout
        self._timer: asyncio.TimerHandle | None = None
        self._awake = False
        self._playing = False

    # -- what the kind of script does --------------------------------------------------------

    def conclude(self) -> None:
        """End: every step was played, and the client has nothing more to say."""
        raise NotImplementedError

    def failed(self, failure: ScriptError) -> None:
        """Tell the client of a failure."""
        raise NotImplementedError

    # -- the play ----------------------------------------------------------------------------

    def play(self) -> None:
        """Play the steps until one has to wait."""
        if self._playing or self.failure is not None:
            return
        self._playing = True
        try:
            while self.pending and self.pending[0].play(self):  # type: ignore[arg-type]
                self._last = self.pending.popleft()
                self.pending.extendleft(reversed(self._next))
                self._next = ()
                self._stop_timer()
        finally:
            self._playing = False
        if self.failure is None:
            self._after()

    def add(self, step: Step) -> None:
        """Play one step more."""
        self.pending.append(step)
        self.total += 1
        self.play()

    @property
    def position(self) -> int:
        """How many of the written steps were played."""
        return self.pending[0].number - 1 if self.pending else self.total

    @property
    def over(self) -> bool:
        """Whether no further step could be played."""
        return not self.pending and not self._keep_open

    @property
    def finished(self) -> bool:
        """Whether nothing more has to happen."""
        return not self.pending or (None in turns(tuple(self.pending)) and not self.received)

    def _after(self) -> None:
        """See to it that nobody waits for ever: for the client, or for the script."""
        if self.pending:
            if self.pending[0].waits and self._timer is None and not self.finished:
                self._be_patient()
        elif self._keep_open:
            return
        elif self.received:
            self._too_much()
        else:
            self.conclude()

    def _too_much(self) -> None:
        got = excerpt(bytes(self.received))
        what = f"{self.who} sent data after the end of the script"
        self.fail(what, f"  expected: nothing more\n  got:      {got}")

    def _be_patient(self) -> None:
        if self._timeout is not None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return  # no loop that could wait for ever
            self._timer = loop.call_later(self._timeout, self._lose_patience)

    def _lose_patience(self) -> None:
        got = bytes(self.received)
        what = f"{self.who} sent nothing more for {self._timeout!r} s (timeout=)"
        self.fail(what, self.pending[0].wanted(got))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- what the client does ----------------------------------------------------------------

    def arrived(self, chunk: bytes) -> None:
        """Take bytes of the client; each time starts the patience anew."""
        self.received += chunk
        if self.pending and self.pending[0].waits:
            self._stop_timer()
        self.play()

    def client_ended(self) -> None:
        """Take note that the client sends nothing more."""
        self.ended = True
        self.play()

    # -- what the steps do -------------------------------------------------------------------

    def take(self, size: int, matched: Any) -> None:
        """Remove what a step has recognised, and keep what it was for a computed reply."""
        del self.received[:size]
        self.matched = matched

    def go_on_with(self, steps: tuple[Step, ...]) -> None:
        """Play these steps after the current one, before all others."""
        self._next = steps

    def next_turns(self) -> list[Step | None]:
        """Return what may be the client's next step after the current one; None is the end."""
        return turns(tuple(self.pending)[1:])

    def slept(self, seconds: float) -> bool:
        """Start the timer of a delay, or say that it has fired."""
        if self._awake:
            self._awake = False
            return True
        if self._timer is None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                self.fail("a delay needs a running event loop", "  connect inside of a coroutine")
                return False
            self._timer = loop.call_later(seconds, self._wake)
        return False

    def _wake(self) -> None:
        self._awake = True
        self._timer = None
        self.play()

    def fail(self, what: str, details: str, cause: BaseException | None = None) -> None:
        """Keep a failure of the current step, and pass it to the client."""
        self._stop_timer()
        self.failure = ScriptError(f"{self.title}, {self.where()}: {what}\n{details}")
        self.failure.__cause__ = cause
        self.failed(self.failure)

    # -- what reports say --------------------------------------------------------------------

    def where(self) -> str:
        """Return the current step, in words: its number, its call, its line."""
        if self.pending:
            step = self.pending[0]
            number = f"step {step.number} of {self.total}"
            return f"{number}, {step.text}, written at {step.place}"
        if self._last is None:
            return "which has no steps"
        return f"after its last step {self._last.text}, written at {self._last.place}"

    def unfinished(self) -> ScriptError | None:
        """Return what is wrong with a script that nothing more will happen to, or None."""
        self._stop_timer()
        if self.failure is None and not self.pending and self.received:
            self._too_much()
        if self.failure is not None:
            if reported(self.failure):
                return None
            failure = ScriptError(*self.failure.args)
            failure.__cause__ = self.failure.__cause__
            return failure
        if not self.finished:
            step = self.pending[0]
            got = bytes(self.received)
            details = step.wanted(got) if step.waits else "  it had not ended when the test did"
            head = f"{self.title} is unfinished, it stopped at {self.where()}"
            return ScriptError(f"{head}\n{details}")
        return None
