"""Processes and their transports."""

from __future__ import annotations

import asyncio


class WaitedFor(asyncio.SubprocessTransport):
    """
    A transport of a subprocess that ``asyncio.subprocess.Process.wait()`` can wait for.

    It awaits the transport's ``_wait()``, which no documented class has. Read on 3.10-3.15.
    """

    async def _wait(self) -> int:
        return await self.wait()

    async def wait(self) -> int:
        """Return the exit code, as soon as there is one."""
        raise NotImplementedError
