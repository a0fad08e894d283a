"""amqtt, client and broker."""

from __future__ import annotations

import asyncio

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import on_both_loops, run

broker = pytest.importorskip("amqtt.broker")
client = pytest.importorskip("amqtt.client")


@on_both_loops
def test_client_meets_broker(loop_kind: str) -> None:
    settings = {
        "listeners": {"default": {"type": "tcp", "bind": "mqtt.example:1883"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }

    async def main() -> None:
        async with MemoryNetwork(latency=0.01, hosts=["mqtt.example"]):
            house = broker.Broker(settings)
            await house.start()
            listener, speaker = client.MQTTClient(), client.MQTTClient()
            for each in (listener, speaker):
                await each.connect("mqtt://mqtt.example:1883/")
            await listener.subscribe([("news/#", 1)])
            await speaker.publish("news/today", b"hello", qos=1)
            message = await listener.deliver_message(timeout_duration=60)
            assert (message.topic, bytes(message.data)) == ("news/today", b"hello")
            for each in (listener, speaker):
                await each.disconnect()
            await house.shutdown()
            await asyncio.sleep(1)

    run(main(), loop_kind)
