"""The error numbers that sockets of the running system have."""

from __future__ import annotations

from asyncio_testselector._files.errors import os_error


def number(code: int) -> int | None:
    """Return what a socket says for a number of ``errno``; in Windows some have their own."""
    return os_error(code).errno
