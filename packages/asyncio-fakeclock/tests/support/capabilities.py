"""What the system, or its default loop, is capable of."""

import asyncio
import os
import signal
import socket

import pytest
from asyncio_fakeclock._world.kernel import command_of, has_files

HAS_READERS = not hasattr(asyncio, "ProactorEventLoop")

with_readers = pytest.mark.skipif(
    not HAS_READERS, reason="the default loop has no add_reader(), nor pipes of os.pipe()"
)
with_unix_sockets = pytest.mark.skipif(
    not hasattr(socket, "AF_UNIX"), reason="there are no Unix sockets here"
)
with_files = pytest.mark.skipif(not has_files(), reason="sockets and pipes are no files here")
with_commands = pytest.mark.skipif(
    not command_of(os.getpid()), reason="the command lines of processes are not known here"
)
with_signals = pytest.mark.skipif(
    not hasattr(signal, "SIGUSR1"), reason="there are no signals of users here"
)
