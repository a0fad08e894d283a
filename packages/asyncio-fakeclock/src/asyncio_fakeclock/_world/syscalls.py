"""
What a task of Linux, a thread of this process or of a child, is blocked in.

``/proc/<pid>/task/<tid>/syscall`` tells the number of the system call and its arguments, or
"running"; what ``poll()`` and ``select()`` were given is read from the memory of the task. A call
that ends by itself after some time is no call here: the task will run on, whoever else does not.
Where nothing is told (other systems and machines, no permission) a task is blocked in nothing.

The numbers were read from Linux's tables of system calls; they never change.
"""

from __future__ import annotations

import os
import re
import struct
from typing import Final, NamedTuple

from asyncio_fakeclock._world.kernel import System, text_of

__all__ = ["READ", "WRITE", "Call", "call_of", "is_known", "switches_of"]

READ, WRITE = 1, 4  # as poll() has them

_GENERIC: Final = {
    63: "read", 65: "read", 207: "read", 212: "read", 202: "read", 242: "read",
    64: "write", 66: "write", 206: "write", 211: "write",
    73: "ppoll", 72: "select", 22: "epoll",
    260: "wait4", 95: "waitid", 98: "futex",
}  # fmt: skip
_NAMES: Final = {
    "x86_64": {
        0: "read", 19: "read", 45: "read", 47: "read", 43: "read", 288: "read",
        1: "write", 20: "write", 44: "write", 46: "write",
        7: "poll", 271: "ppoll", 23: "select", 270: "select", 232: "epoll", 281: "epoll",
        61: "wait4", 247: "waitid", 202: "futex",
    },
    "aarch64": _GENERIC,
    "riscv64": _GENERIC,
    "i686": {240: "futex"},
}.get(os.uname().machine if hasattr(os, "uname") else "", {})  # fmt: skip

_NO_LIMIT: Final = 0xFFFFFFFF
_LONGEST: Final = 4096  # descriptors that one call asks for
_P_PID: Final = 1


class Call(NamedTuple):
    """
    A system call that a task is blocked in until somebody else does something.

    Attributes:
        words: What the system says of it; the same as long as it is this call.
        files: The descriptors that it waits for, each with READ, WRITE, or both.
        child: The process that it waits for, -1 for any child; None if for none.
        is_lock: Whether it waits for a lock.
    """

    words: str
    files: tuple[tuple[int, int], ...] = ()
    child: int | None = None
    is_lock: bool = False


def is_known() -> bool:
    """Whether the system calls of this machine are known."""
    return bool(_NAMES)


def call_of(pid: int | str, tid: int | str) -> Call | None:
    """Return what a task is blocked in, None if it may run on by itself."""
    # First of all: a task that was just woken may go to sleep again between the two looks.
    if not _status_of(pid, tid):
        return None
    text = text_of(f"/proc/{pid}/task/{tid}/syscall").strip()
    words = text.split()
    if len(words) < 7 or not words[0].isdigit():
        return None
    name = _NAMES.get(int(words[0]))
    if name is None:
        return None
    arguments = [int(word, 16) for word in words[1:7]]
    try:
        return _call(name, text, arguments, f"/proc/{pid}")
    except (OSError, ValueError, struct.error):
        return None


def _call(name: str, text: str, arguments: list[int], process: str) -> Call | None:
    first = arguments[0]
    if name in ("read", "write"):
        return Call(text, ((first & _NO_LIMIT, READ if name == "read" else WRITE),))
    if name == "futex":
        return Call(text, is_lock=True) if arguments[3] == 0 else None
    if name == "wait4":
        return Call(text, child=_signed(first))
    if name == "waitid":
        return Call(text, child=_signed(arguments[1]) if first == _P_PID else -1)
    return _call_of_many(name, text, arguments, process)


def _call_of_many(name: str, text: str, arguments: list[int], process: str) -> Call | None:
    first = arguments[0]
    if name == "epoll":
        has_limit = arguments[3] & _NO_LIMIT != _NO_LIMIT
        return None if has_limit else Call(text, _files_of_epoll(process, first))
    if name in ("poll", "ppoll"):
        has_limit = arguments[2] != 0 if name == "ppoll" else _signed(arguments[2]) >= 0
        return None if has_limit else Call(text, _files_of_poll(process, first, arguments[1]))
    return None if arguments[4] else Call(text, _files_of_select(process, arguments))


def _signed(word: int) -> int:
    value = word & _NO_LIMIT
    return value - (1 << 32) if value >> 31 else value


def _memory(process: str, address: int, size: int) -> bytes:
    fd = System.open(f"{process}/mem", os.O_RDONLY)
    try:
        found = System.pread(fd, size, address)
    finally:
        System.close(fd)
    if len(found) != size:
        msg = "the memory of the task ends there"
        raise ValueError(msg)
    return bytes(found)


def _files_of_epoll(process: str, fd: int) -> tuple[tuple[int, int], ...]:
    text = text_of(f"{process}/fdinfo/{fd}")
    found = re.findall(r"^tfd:\s*(\d+)\s+events:\s*([0-9a-f]+)", text, re.MULTILINE)
    if not found:
        msg = "it waits for nothing that is known"
        raise ValueError(msg)
    return tuple((int(number), int(events, 16) & (READ | WRITE)) for number, events in found)


def _files_of_poll(process: str, address: int, count: int) -> tuple[tuple[int, int], ...]:
    if not 0 < count <= _LONGEST:
        msg = f"poll() of {count} files"
        raise ValueError(msg)
    files = struct.iter_unpack("=ihh", _memory(process, address, count * 8))
    return tuple((fd, events & (READ | WRITE)) for fd, events, _ in files if fd >= 0)


def _files_of_select(process: str, arguments: list[int]) -> tuple[tuple[int, int], ...]:
    count = arguments[0]
    if not 0 < count <= _LONGEST:
        msg = f"select() of {count} files"
        raise ValueError(msg)
    events: dict[int, int] = {}
    for address, kind in zip(arguments[1:4], (READ, WRITE, READ), strict=True):
        if address:
            bits = int.from_bytes(_memory(process, address, -(-count // 64) * 8), "little")
            for fd in range(count):
                if bits >> fd & 1:
                    events[fd] = events.get(fd, 0) | kind
    return tuple(events.items())


def _status_of(pid: int | str, tid: int | str) -> list[str]:
    """
    Return the lines of a task's status, none unless it sleeps.

    A task that is woken by another processor is not running yet: it is on its way there, and
    ``syscall`` tells of it as if it were still blocked. Its state tells.
    """
    lines = text_of(f"/proc/{pid}/task/{tid}/status").splitlines()
    asleep = any(line.startswith(("State:\tS", "State:\tD")) for line in lines)
    return lines if asleep else []


def switches_of(pid: int | str, tid: int | str) -> str | None:
    """Return how often a task that sleeps has gone to sleep by now, None if that is not told."""
    lines = _status_of(pid, tid)
    return next((line for line in lines if line.startswith("voluntary_ctxt_switches")), None)
