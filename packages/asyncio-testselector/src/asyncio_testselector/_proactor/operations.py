"""
Operations that wait: from "tell me when it is ready" to "tell me when it is done".

Theory of operation. A proactor starts an operation at once and completes a future with its result.
Here an operation is an *attempt*, a function that raises ``BlockingIOError`` as long as there is
nothing to do. A `Channel` holds the attempts of one file that wait, in order, reads apart from
writes, and is registered with a `TestSelector` as long as there are any; when the selector reports
the file, the first attempt is made again.

Cancelling the future takes the attempt back at once, not by a callback in a later iteration: the
file may be closed, and its number used again, before that.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._cpython.transports import fail_transport, is_awaited
from asyncio_testselector._files.verdict import Verdict

if TYPE_CHECKING:
    from asyncio_testselector._selector.selector import TestSelector

Attempt = Callable[[], Any]


@final
class Operation(asyncio.Future[Any]):
    """
    The future of an attempt.

    Args:
        attempt: Does the work and returns the result; raises ``BlockingIOError`` to wait.
        what: The method and the file, for the error message of a mock that is badly configured.
        by_task: A task waits for it, and not one of asyncio's transports.
        loop: The event loop.
    """

    def __init__(
        self,
        attempt: Attempt,
        what: tuple[str, Any],
        *,
        by_task: bool,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(loop=loop)
        self._attempt: Attempt | None = attempt
        self._what = what
        self._by_task = by_task
        self._channel: Channel | None = None
        # What IOCP's futures have, and the self-pipe's is asked for.
        self._ov = None

    def try_now(self) -> bool:
        """Make the attempt; return whether the operation is done, with a result or an error."""
        assert self._attempt is not None
        try:
            result = self._attempt()
        except (BlockingIOError, InterruptedError):
            return False
        except (SystemExit, KeyboardInterrupt):
            self.cancel()
            raise
        except BaseException as exc:
            self._release()
            if isinstance(exc, OSError) or (self._by_task and not isinstance(exc, StopIteration)):
                self.set_exception(exc)
            else:  # by then it is known who waits
                self.get_loop().call_soon(self._fail, exc)
        else:
            self._release()
            self.set_result(result)
        return True

    def _release(self) -> None:
        self._attempt = self._channel = None

    def _fail(self, exc: BaseException) -> None:
        """
        Fail whoever waits with an error that is none of the operating system.

        The proactor's transports expect nothing else: they would wait for ever. So they are told to
        lose their connection by the error itself, as the selector's transports do. A loop that
        accepts gets an ``OSError``, and the error is reported.
        """
        if self.done():
            return
        name = "{}() of {!r}".format(*self._what)
        message = f"Fatal error in {name}"
        if fail_transport(self, exc, None if isinstance(exc, Verdict) else message):
            self.cancel()
        elif is_awaited(self) and not isinstance(exc, StopIteration):
            self.set_exception(exc)
        else:
            self.get_loop().call_exception_handler({"message": message, "exception": exc})
            error = OSError(f"{name} failed: {type(exc).__name__}: {exc}")
            error.__cause__ = exc
            self.set_exception(error)

    def wait(self, channel: Channel) -> None:
        """Wait in a channel from now on."""
        self._channel = channel

    def cancel(self, msg: Any = None) -> bool:
        """Take the attempt back."""
        channel, self._channel, self._attempt = self._channel, None, None
        if channel is not None:
            channel.withdraw(self)
        return super().cancel(msg)


@final
class Channel:
    """
    What waits for one file.

    Args:
        fileobj: The file as it is registered.
        selector: Reports the file.
        on_idle: Called when nothing waits any more.
    """

    __slots__ = ("_events", "_fileobj", "_on_idle", "_selector", "reads", "writes")

    def __init__(self, fileobj: Any, selector: TestSelector, on_idle: Callable[[], object]) -> None:
        self._fileobj = fileobj
        self._selector = selector
        self._on_idle = on_idle
        self._events = 0
        self.reads: deque[Operation] = deque()
        self.writes: deque[Operation] = deque()

    def waiting(self, event: int) -> bool:
        """Tell whether something waits for an event."""
        return bool(self.reads if event == EVENT_READ else self.writes)

    def add(self, operation: Operation, event: int) -> None:
        """Have an operation wait for an event."""
        (self.reads if event == EVENT_READ else self.writes).append(operation)
        operation.wait(self)
        self._watch()

    def withdraw(self, operation: Operation) -> None:
        """Forget an operation."""
        for queue in (self.reads, self.writes):
            if operation in queue:
                queue.remove(operation)
        self._watch()

    def ready(self, events: int) -> None:
        """Make the first attempt of each kind that is ready."""
        for event, queue in ((EVENT_READ, self.reads), (EVENT_WRITE, self.writes)):
            if events & event and queue and queue[0].try_now():
                queue.popleft()
        self._watch()

    def _watch(self) -> None:
        """Be registered for exactly what is waited for."""
        events = (EVENT_READ if self.reads else 0) | (EVENT_WRITE if self.writes else 0)
        if events == self._events:
            return
        known, self._events = self._events, events
        if not events:
            self._selector.unregister(self._fileobj)
            self._on_idle()
        elif known:
            self._selector.modify(self._fileobj, events, self)
        else:
            self._selector.register(self._fileobj, events, self)
