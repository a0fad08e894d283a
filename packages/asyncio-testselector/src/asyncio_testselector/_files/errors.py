"""The errors of sockets, with the numbers and the words that they have on the running system."""

from __future__ import annotations

import errno
import os


def os_error(code: int, text: str | None = None) -> OSError:
    """Return the kernel's error for *code*, of the subclass, with the number and words it has."""
    if WINSOCK:  # pragma: no cover - Windows
        number = WINSOCK.get(code, code)
        return OSError(0, text or words_of(number), None, number)
    return OSError(code, text or os.strerror(code))


def words_of(number: int) -> str:  # pragma: no cover - Windows
    """Return what CPython says of an error of Windows: without the full stop of the system's."""
    words: str = ctypes.FormatError(number)  # type: ignore[attr-defined, unused-ignore]
    unknown = words == NO_WORDS
    return f"Windows Error {number:#x}" if unknown else words.rstrip(" .\r\n")


WINSOCK: dict[int, int] = {
    getattr(errno, name): getattr(errno, other)
    for name, other in (
        ("EAGAIN", "WSAEWOULDBLOCK"),
        ("EINPROGRESS", "WSAEWOULDBLOCK"),
        ("EBADF", "WSAENOTSOCK"),
        ("EINVAL", "WSAEINVAL"),
        ("EPIPE", "WSAESHUTDOWN"),
    )
    if hasattr(errno, other)
}
"""What Windows' sockets say instead; the other numbers of ``errno`` are theirs there."""

NO_WORDS = "<no description>"  # of ctypes, for a number that the system has no words for

if WINSOCK:  # pragma: no cover - Windows
    import ctypes
