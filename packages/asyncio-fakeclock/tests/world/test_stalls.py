"""What the clock says when something real does not answer."""

import asyncio
import socket
import threading
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock, StalledError
from asyncio_fakeclock._time import pacer as _pacer
from clocked import clocked_loop, run
from gate import Gate


def stalling(leave: Gate, **options: Any) -> tuple[BaseException | None, float]:
    """Sleep beside a thread that never ends; return the error, and the time after a second try."""
    with clocked_loop(**options) as (loop, clock):
        thread = threading.Thread(target=leave.wait, name="never-ending")

        async def main() -> None:
            thread.start()
            await asyncio.sleep(3600)

        error = None
        try:
            try:
                loop.run_until_complete(main())
            except StalledError as stalled:
                error = stalled
            loop.run_until_complete(asyncio.sleep(10))
            return error, clock.time()
        finally:
            leave.set()
            thread.join()


def test_thread_that_never_ends_is_named_after_the_stall_timeout() -> None:
    error, _ = stalling(Gate(), stall_timeout=0.02)

    text = str(error)
    assert text.startswith("time has stood still at 0 s for 0.02 real seconds, since something")
    assert "\n    thread 'never-ending' at " in text
    assert "self.set()" not in text
    assert "self._reading.recv(1)" in text
    assert "clock.ignore(...)" in text
    assert "await asyncio.sleep(3600)" in text


def test_stall_timeout_is_counted_from_where_time_stood_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = iter(range(2, 1000))
    monkeypatch.setattr(_pacer.RealTime, "now", staticmethod(lambda: next(seconds)))
    raised_at = []
    monkeypatch.setattr(
        _pacer, "StalledError", lambda text: raised_at.append(next(seconds)) or StalledError(text)
    )

    error, _ = stalling(Gate(), stall_timeout=5)

    assert isinstance(error, StalledError)
    assert raised_at == [8]


def test_what_has_stalled_does_not_hold_time_back_any_more() -> None:
    error, now = stalling(Gate(), stall_timeout=0.02)

    assert error is not None
    assert now == 10.0


def test_socket_with_a_silent_peer_is_named_when_it_stalls() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    async def main(clock: FakeClock) -> None:
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        try:
            await asyncio.wait_for(reader.read(), 5)
        finally:
            writer.close()

    leave = Gate()
    foreign = threading.Thread(target=leave.wait)
    foreign.start()
    with listener, pytest.raises(StalledError) as caught:
        run(main, stall_timeout=0.02)
    leave.set()
    foreign.join()

    assert "socket ('127.0.0.1', " in str(caught.value)
