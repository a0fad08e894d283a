"""pymodbus, client and server."""

from __future__ import annotations

import asyncio

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import on_both_loops, run

client = pytest.importorskip("pymodbus.client")
server = pytest.importorskip("pymodbus.server")
datastore = pytest.importorskip("pymodbus.datastore")


@on_both_loops
def test_client_meets_server(loop_kind: str) -> None:
    async def main() -> None:
        block = datastore.ModbusSequentialDataBlock(1, [17] * 10)
        context = datastore.ModbusServerContext(
            datastore.ModbusDeviceContext(hr=block), single=True
        )
        async with MemoryNetwork(latency=0.01):
            plant = server.ModbusTcpServer(context, address=("plc.example", 502))
            await plant.serve_forever(background=True)
            plc = client.AsyncModbusTcpClient("plc.example", port=502)
            assert await plc.connect()
            await plc.write_register(3, 42)
            answer = await plc.read_holding_registers(2, count=3)
            assert answer.registers == [17, 42, 17]
            plc.close()
            await plant.shutdown()
            await asyncio.sleep(1)

    assert run(main(), loop_kind) < 10
