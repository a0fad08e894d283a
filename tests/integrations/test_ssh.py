"""AsyncSSH, client and server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import on_both_loops, run

asyncssh = pytest.importorskip("asyncssh")


@on_both_loops
def test_client_meets_server(loop_kind: str) -> None:
    class Server(asyncssh.SSHServer):  # type: ignore[misc]
        def begin_auth(self, username: str) -> bool:
            return False

    async def handle(process: Any) -> None:
        await asyncio.sleep(60)
        process.stdout.write((await process.stdin.read()).upper())
        process.exit(3)

    async def main() -> None:
        key = asyncssh.generate_private_key("ssh-ed25519")
        async with MemoryNetwork(latency=0.01):
            server = await asyncssh.create_server(
                Server, "shell.example", 22, server_host_keys=[key], process_factory=handle
            )
            async with asyncssh.connect(
                "shell.example", 22, known_hosts=None, username="me", client_keys=None, config=None
            ) as connection:
                done = await connection.run("anything", input="hello")
                assert (done.stdout, done.exit_status) == ("HELLO", 3)
            server.close()
            await server.wait_closed()

    assert 60 <= run(main(), loop_kind) < 65
