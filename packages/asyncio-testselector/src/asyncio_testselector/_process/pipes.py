"""
The transports of a scripted process's pipes.

They call the protocol as asyncio's own do, and each piece of output in a turn of the loop of its
own, so that who reads it sees the pieces.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Protocol, final

STDIN, STDOUT, STDERR = range(3)


class Process(Protocol):
    """What a transport makes known to the process that plays."""

    def written(self, data: bytes) -> None:
        """Take what was written to stdin."""

    def closed_stdin(self) -> None:
        """Take note that nothing more will be."""

    def signalled(self, number: int) -> None:
        """Take a signal."""


class Owner(Protocol):
    """The transport of the process that a pipe belongs to."""

    loop: asyncio.AbstractEventLoop
    protocol: asyncio.SubprocessProtocol
    process: Process

    def lost(self, fd: int, error: BaseException | None) -> None:
        """Take note that a pipe is closed."""


@final
class OutputPipe(asyncio.ReadTransport):
    """
    The pipe of stdout or stderr.

    Args:
        owner: The transport of the process.
        fd: 1 or 2.
    """

    def __init__(self, owner: Owner, fd: int) -> None:
        super().__init__()
        self._owner = owner
        self._fd = fd
        self._queue: deque[bytes] = deque()
        self._ended = False
        self._error: BaseException | None = None
        self._paused = False
        self._closed = False
        self._scheduled = False

    def feed(self, chunk: bytes) -> None:
        """Write a piece."""
        self._queue.append(chunk)
        self._schedule()

    def end(self, error: BaseException | None) -> None:
        """End the stream, behind everything that was written."""
        if not self._ended:
            self._ended, self._error = True, error
            self._schedule()

    def _schedule(self) -> None:
        waits = (self._queue or self._ended) and not self._paused
        if waits and not self._scheduled and not self._closed:
            self._scheduled = True
            self._owner.loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        if self._paused or self._closed:
            return
        if self._queue:
            self._owner.protocol.pipe_data_received(self._fd, self._queue.popleft())
            self._schedule()
        else:
            self._close(self._error)

    def _close(self, error: BaseException | None) -> None:
        self._closed = True
        self._owner.lost(self._fd, error)

    def pause_reading(self) -> None:
        """Deliver nothing for now."""
        self._paused = True

    def resume_reading(self) -> None:
        """Deliver again."""
        self._paused = False
        self._schedule()

    def is_reading(self) -> bool:
        """Tell whether output is delivered."""
        return not self._paused and not self._closed

    def is_closing(self) -> bool:
        """Tell whether nothing more will be delivered."""
        return self._closed

    def close(self) -> None:
        """Read nothing any more."""
        if not self._closed:
            self._closed = True
            self._owner.loop.call_soon(self._owner.lost, self._fd, None)


@final
class InputPipe(asyncio.WriteTransport):
    """
    The pipe of stdin, which always takes everything.

    Args:
        owner: The transport of the process.
    """

    def __init__(self, owner: Owner) -> None:
        super().__init__()
        self._owner = owner
        self._closed = False

    def write(self, data: Any) -> None:
        """Write; a process that is gone gets nothing."""
        if data and not self._closed:
            self._owner.process.written(bytes(data))

    def write_eof(self) -> None:
        """End the stream."""
        self.close()

    def can_write_eof(self) -> bool:
        """Tell that the stream can be ended."""
        return True

    def get_write_buffer_size(self) -> int:
        """Return 0: nothing waits to be written."""
        return 0

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return that there are none."""
        return 0, 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Do nothing: nothing ever waits to be written."""

    def is_closing(self) -> bool:
        """Tell whether nothing more can be written."""
        return self._closed

    def close(self) -> None:
        """End the stream."""
        if not self._closed:
            self._closed = True
            self._owner.process.closed_stdin()
            self._owner.loop.call_soon(self._owner.lost, STDIN, None)

    abort = close

    def end(self) -> None:
        """Take note that the process is gone."""
        if not self._closed:
            self._closed = True
            self._owner.loop.call_soon(self._owner.lost, STDIN, None)
