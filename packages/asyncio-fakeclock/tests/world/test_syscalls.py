"""What a task is blocked in, as the system tells it."""

import os
import threading
from collections.abc import Iterator

import pytest
from asyncio_fakeclock._world import syscalls
from asyncio_fakeclock._world.kernel import text_of

pytestmark = pytest.mark.skipif(
    not syscalls.is_known() or not text_of("/proc/self/syscall"),
    reason="the system does not tell what a task is blocked in",
)


@pytest.fixture
def waiting() -> Iterator[int]:
    """Return the native identity of a thread that waits for a lock."""
    lock = threading.Lock()
    lock.acquire()
    thread = threading.Thread(target=lock.acquire)
    thread.start()
    native = thread.native_id
    assert native is not None
    while syscalls.call_of("self", native) is None:
        os.sched_yield()
    yield native
    lock.release()
    thread.join()


def test_thread_that_waits_for_a_lock_is_blocked_and_has_gone_to_sleep(waiting: int) -> None:
    call = syscalls.call_of("self", waiting)

    assert call is not None
    assert call.is_lock
    assert syscalls.switches_of("self", waiting) is not None


def test_thread_that_is_on_its_way_to_run_is_not_blocked(
    waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Woken by another processor, it has state R, and the call that it was blocked in."""

    def text_of_a_woken_task(path: str) -> str:
        text = text_of(path)
        return text.replace("State:\tS", "State:\tR") if path.endswith("/status") else text

    monkeypatch.setattr(syscalls, "text_of", text_of_a_woken_task)

    assert syscalls.call_of("self", waiting) is None
    assert syscalls.switches_of("self", waiting) is None
