"""Scripts that are played more than once, and scripts that grow while they are played."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork, ScriptError, SocketScript, TestSelector


def run(main: Any) -> None:
    loop = asyncio.SelectorEventLoop(TestSelector())
    try:
        loop.run_until_complete(asyncio.wait_for(main, 20))
    finally:
        loop.close()


# -- on every connection ---------------------------------------------------------------------


def test_reusable_script_plays_on_every_connection() -> None:
    script = SocketScript(reusable=True).expect(b"x").reply(b"1")

    for _ in range(3):
        with script.socket() as sock:
            sock.send(b"x")
            assert sock.recv(9) == b"1"

    script.check()
    assert repr(script) == "<SocketScript 'script': 2 steps, 3 connections>"


def test_failure_of_a_reusable_script_names_the_connection() -> None:
    script = SocketScript("db", reusable=True).expect(b"x")
    for sent in (b"x", b"y", b"x"):
        with script.socket() as sock:
            sock.send(sent)

    with pytest.raises(ScriptError, match="^script 'db' on connection 2, step 1 of 1, expect"):
        script.check()


def test_reusable_script_nobody_connected_to_fails() -> None:
    with pytest.raises(ScriptError, match="was never played"):
        SocketScript(reusable=True).check()


def test_network_serves_a_port_by_a_reusable_script() -> None:
    first = SocketScript("first").reply(b"1")
    others = SocketScript("others", reusable=True).reply(b"2")

    async def main() -> None:
        async with MemoryNetwork() as network:
            with network.play("db.example", 1, first, others):
                got = []
                for _ in range(300):
                    reader, writer = await asyncio.open_connection("db.example", 1)
                    got.append(await reader.read())
                    writer.close()
        assert got == [b"1"] + [b"2"] * 299

    run(main())
    first.check()
    others.check()


def test_script_behind_a_reusable_one_is_refused() -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            scripts = SocketScript(reusable=True).reply(b"x"), SocketScript("lost").reply(b"x")
            with pytest.raises(ValueError, match=r"never comes to the scripts behind a reusable"):
                network.play("db.example", 1, *scripts)
            assert repr(network) == "<MemoryNetwork: 0 open sockets>"

    run(main())


# -- steps that come later -------------------------------------------------------------------


def test_step_added_while_the_script_waits_is_played_in_its_turn() -> None:
    script = SocketScript().expect(b"a")
    with script.socket() as sock:
        script.reply(b"1")
        sock.send(b"a")
        assert (sock.recv(9), sock.recv(9)) == (b"1", b"")

    script.check()


def test_script_that_is_kept_open_plays_added_steps_at_once() -> None:
    script = SocketScript(keep_open=True).expect(b"a")
    with script.socket() as sock:
        sock.send(b"a")
        with pytest.raises(BlockingIOError):
            sock.recv(9)
        script.reply(b"1")
        assert sock.recv(9) == b"1"
        sock.send(b"b")
        script.expect(b"b").reply(b"2").eof()
        assert (sock.recv(9), sock.recv(9)) == (b"2", b"")

    script.check()


def test_added_steps_are_numbered_and_placed() -> None:
    script = SocketScript("db", keep_open=True)
    with script.socket() as sock:
        script.reply(b"x").expect(b"a")
        sock.send(b"b")

    with pytest.raises(
        ScriptError, match=r"^script 'db', step 2 of 2, expect\(b'a'\), .*test_reuse"
    ):
        script.check()


def test_what_no_step_took_from_a_script_that_was_kept_open_fails() -> None:
    script = SocketScript("db", keep_open=True).expect(b"a")
    with script.socket() as sock:
        sock.send(b"ab")

    with pytest.raises(ScriptError, match="the client sent data after the end of the script"):
        script.check()


def test_step_added_to_a_failed_script_is_not_played() -> None:
    script = SocketScript("db", keep_open=True).expect(b"a")
    with script.socket() as sock:
        sock.send(b"b")
        script.reply(b"x")
        with pytest.raises(ScriptError, match=r"expect\(b'a'\)"):
            sock.recv(9)


def test_step_for_a_script_that_has_ended_is_refused_with_the_way_out() -> None:
    script = SocketScript("db").expect(b"a")
    with script.socket() as sock:
        sock.send(b"a")
        with pytest.raises(RuntimeError, match=r"or make it SocketScript\(keep_open=True\)$"):
            script.reply(b"x")
