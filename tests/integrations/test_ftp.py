"""aioftp, client and server."""

from __future__ import annotations

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import on_both_loops, run

aioftp = pytest.importorskip("aioftp")


@on_both_loops
def test_client_meets_server(loop_kind: str) -> None:
    async def main() -> None:
        async with MemoryNetwork(latency=0.01):
            user = aioftp.User(permissions=[aioftp.Permission("/")])
            server = aioftp.Server([user], path_io_factory=aioftp.MemoryPathIO)
            await server.start("ftp.example", 21)
            async with aioftp.Client.context("ftp.example", 21) as client:
                async with client.upload_stream("hello.txt") as stream:
                    await stream.write(b"hello\n" * 10_000)
                async with client.download_stream("hello.txt") as stream:
                    assert await stream.read() == b"hello\n" * 10_000
                assert [str(path) for path, _ in await client.list()] == ["hello.txt"]
            await server.close()

    assert run(main(), loop_kind) < 5
