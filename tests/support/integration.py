"""
What the tests of other people's libraries have in common.

They run unmodified in a memory network, under an automatic fake clock, on a selector loop and on a
proactor loop: hours of their time take no real second, and no socket of the operating system is
opened for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock
from asyncio_testselector import TestProactorEventLoop

CERTIFICATE = Path(__file__).with_name("certificate.pem")
HOUR = 3600.0
CPU_SECONDS = 30.0  # however busy the machine is; what is slept through is minutes and hours

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "selector": asyncio.SelectorEventLoop,
    "proactor": TestProactorEventLoop,
}

on_both_loops = pytest.mark.parametrize("loop_kind", LOOPS)


def kernel_sockets() -> int:
    """Return how many sockets of the kernel this process has open."""
    count = 0
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            count += os.readlink(Path("/proc/self/fd") / number).startswith("socket:")
    return count


@contextlib.contextmanager
def no_kernel_sockets() -> Iterator[Callable[[], None]]:
    """Give a function that fails if there are more sockets of the kernel than before."""
    if sys.platform != "linux":
        yield lambda: None
        return
    before = kernel_sockets()

    def check() -> None:
        assert kernel_sockets() == before

    yield check
    check()


def run(main: Coroutine[Any, Any, None], loop_kind: str = "selector") -> float:
    """Run a coroutine, and return how many virtual seconds it took."""
    loop = LOOPS[loop_kind]()
    asyncio.set_event_loop(loop)
    try:
        with FakeClock(loop, auto=True) as clock:
            cpu, virtual = time.process_time(), clock.time()
            with no_kernel_sockets():
                loop.run_until_complete(main)
                loop.run_until_complete(loop.shutdown_asyncgens())
            assert time.process_time() - cpu < CPU_SECONDS
            return clock.time() - virtual
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def server_context() -> ssl.SSLContext:
    """Return a server's context, with a certificate that nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context
