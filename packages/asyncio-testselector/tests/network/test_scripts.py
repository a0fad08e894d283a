"""Scripts that serve a port of a memory network."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from typing import Any

import pytest
from asyncio_testselector import (
    MemoryNetwork,
    ScriptError,
    SocketScript,
)
from capabilities import RESOLUTION
from streams import ask, close


def test_scripts_play_one_connection_after_the_other(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        scripts = [SocketScript(f"db {n}").expect(b"x\n").reply(b"%d\n" % n) for n in range(2)]
        async with network:
            with network.play("db", 80, *scripts):
                assert [await ask(b"x\n") for _ in scripts] == [b"0\n", b"1\n"]
                with pytest.raises(ConnectionRefusedError):
                    await ask(b"x\n")
        for script in scripts:
            script.check()
        assert "49152 data 2 bytes b'0\\n'" in str(network.log)

    run(main())


def test_script_played_with_latency_takes_its_time() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        script = SocketScript().reply(b"hi\n").expect(b"x")
        async with MemoryNetwork(latency=0.01) as network:
            with network.play("db", 80, script):
                start = loop.time()
                reader, writer = await asyncio.open_connection("db", 80)
                assert await reader.readline() == b"hi\n"
                passed = loop.time() - start
                writer.write(b"y")
                with pytest.raises(ScriptError, match="got:      b'y'"):
                    await reader.readline()
                await close(writer)
        return passed

    loop = asyncio.SelectorEventLoop()
    loop.set_exception_handler(lambda loop, context: None)
    try:
        assert loop.run_until_complete(main()) >= 0.035 - 4 * RESOLUTION
    finally:
        loop.close()


def test_network_holds_who_plays(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network:
            network.play("db", 80, SocketScript().expect(b"x\n").reply(b"1\n"))
            gc.collect()
            assert await ask(b"x\n") == b"1\n"

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        run(main())
        gc.collect()
    assert not [each for each in caught if "NetworkSocket" in str(each.message)]


def test_who_plays_goes_with_the_network_that_is_left_by_with(run: Any) -> None:
    async def main() -> Any:
        with MemoryNetwork() as network:
            first = network.play("db", 80, SocketScript())
            first.close()
            second = network.play("db", 80, SocketScript())
        return first.fileno(), second.fileno()

    assert run(main()) == (-1, -1)


def test_client_that_comes_again_and_again_is_a_remark_on_the_tests_own_error(run: Any) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            network.play("db", 80, SocketScript("db").expect(b"x\n").reply(b"1\n"))
            assert await ask(b"x\n") == b"1\n"
            for _ in range(3):
                with pytest.raises(ConnectionRefusedError):
                    await ask(b"x\n")
            msg = "the test's own"
            raise LookupError(msg)

    with pytest.raises(LookupError, match="^the test's own") as caught:
        run(main())

    if sys.version_info >= (3, 11):
        (note,) = caught.value.__notes__
        assert "10.0.0.1:80 was asked for 3 more connections than it has scripts" in note
        assert "<SocketScript 'db': 2 of 2 steps played>" in note
