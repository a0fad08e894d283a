"""Tornado, client and server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import run

pytest.importorskip("tornado")
from tornado import httpclient, httpserver, ioloop, web


class Hello(web.RequestHandler):
    async def get(self, name: str) -> None:
        await asyncio.sleep(15)
        self.write({"hello": name})


def test_client_meets_server() -> None:
    """On a selector loop: on a proactor loop Tornado starts a thread with a selector of its own."""

    async def main() -> None:
        async with MemoryNetwork(latency=0.01, hosts=["web.example"]):
            server = httpserver.HTTPServer(web.Application([(r"/hello/(\w+)", Hello)]))
            server.listen(8000, "web.example")
            client = httpclient.AsyncHTTPClient(force_instance=True)
            response: Any = await client.fetch("http://web.example:8000/hello/you")
            assert response.body == b'{"hello": "you"}'
            client.close()
            server.stop()
            await server.close_all_connections()
            loop = ioloop.IOLoop.current()
            loop.asyncio_loop.call_soon(lambda: None)
            await asyncio.sleep(1)
            ioloop.IOLoop._ioloop_for_asyncio.pop(asyncio.get_running_loop(), None)

    assert 15 <= run(main()) < 30
