"""aiocoap, client and server, by datagrams."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import HOUR, on_both_loops, run

aiocoap = pytest.importorskip("aiocoap")
resource = pytest.importorskip("aiocoap.resource")


@on_both_loops
def test_client_meets_server_though_datagrams_are_lost(loop_kind: str) -> None:
    class Shout(resource.Resource):
        async def render_post(self, request: Any) -> Any:
            return aiocoap.Message(payload=request.payload.upper())

    async def main() -> None:
        async with MemoryNetwork(latency=0.05, hosts={"coap.example": "10.0.0.9"}) as network:
            site = resource.Site()
            site.add_resource(["shout"], Shout())
            with network.on("coap.example"):
                server = await aiocoap.Context.create_server_context(
                    site,
                    bind=("10.0.0.9", 5683),
                    transports=["simplesocketserver"],
                )
            client = await aiocoap.Context.create_client_context(transports=["simple6"])
            network.partition("coap.example")
            asyncio.get_running_loop().call_later(3, network.heal)
            request = aiocoap.Message(
                code=aiocoap.POST, uri="coap://coap.example/shout", payload=b"hello"
            )
            response = await client.request(request).response
            assert response.payload == b"HELLO"
            await client.shutdown()
            await server.shutdown()
            await asyncio.sleep(1)

    assert 3 <= run(main(), loop_kind) < HOUR
