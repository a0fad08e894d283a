"""What sockets and event loops are capable of on the running system."""

from __future__ import annotations

import asyncio
import ctypes
import socket
import sys
import time
from typing import Any

import pytest

RESOLUTION = time.get_clock_info("monotonic").resolution
"""Seconds that a timer of asyncio may be early."""

HAS_UNIX_SOCKETS = hasattr(socket, "AF_UNIX")

HAS_PIPES = (
    getattr(asyncio.SelectorEventLoop, "_make_read_pipe_transport", None)
    is not asyncio.BaseEventLoop._make_read_pipe_transport
)
"""Whether selector loops have pipes, which then can be watched."""

libraries: Any = getattr(ctypes, "windll", None)
IS_WINE = libraries is not None and hasattr(libraries.ntdll, "wine_get_version")

with_resets = pytest.mark.skipif(
    IS_WINE, reason="Wine ends the stream where Windows, told to linger for no time, resets"
)
with_sendmsg = pytest.mark.skipif(
    not hasattr(socket.socket, "sendmsg"), reason="sockets have no sendmsg() here"
)
with_second_refusals = pytest.mark.skipif(
    not hasattr(socket.socket, "sendmsg") and sys.version_info >= (3, 12),
    reason="where sockets have no sendmsg() asyncio loses what send() refuses twice",
)
