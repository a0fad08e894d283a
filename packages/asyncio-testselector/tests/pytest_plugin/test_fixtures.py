"""The fixtures, in pytest runs of their own: with who runs coroutines, and without."""

import functools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

OWN = "_asyncio_testselector_pytest"
PLUGINS = {
    "asyncio": "pytest_asyncio.plugin",
    "anyio": "anyio.pytest_plugin",
}
HEAD = """
import asyncio, pytest, unittest
from asyncio_testselector import SocketMock, set_read_ready

async def shout(reader, writer):
    writer.write((await reader.readline()).upper())
    writer.close()

async def ask(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"hello\\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer

@pytest.fixture
def anyio_backend():
    return "asyncio"
"""
ASYNC = """
async def test_network(memory_network):
    async with await asyncio.start_server(shout, "echo.example", 7):
        assert await ask("echo.example", 7) == b"HELLO\\n"
    assert len(memory_network.log)

@pytest.mark.memory_network(hosts=["db.example"], latency=0.001)
async def test_marked():
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("db.example", 5432)

@fixture
async def server(memory_network):
    async with await asyncio.start_server(shout, "echo.example", 7):
        yield

async def test_server_of_a_fixture(server):
    assert await ask("echo.example", 7) == b"HELLO\\n"

async def test_script(socket_script):
    socket_script.expect(b"PING").reply(b"PONG")
    reader, writer = await socket_script.open_connection()
    writer.write(b"PING")
    assert await reader.read() == b"PONG"
    writer.close()

async def test_fails_unfinished_script(socket_script):
    socket_script.expect(b"PING").reply(b"PONG")
    reader, writer = await socket_script.open_connection()
    writer.close()

async def test_selector_is_on_the_loop(test_selector):
    sock, loop = SocketMock(), asyncio.get_running_loop()
    sock.recv.side_effect = [BlockingIOError, b"hello"]
    receiving = asyncio.ensure_future(loop.sock_recv(sock, 10))
    await asyncio.sleep(0)
    assert sock.fileno() in test_selector.get_map()
    set_read_ready(sock, loop)
    assert await receiving == b"hello"

async def test_both(test_selector, memory_network):
    async with await asyncio.start_server(shout, "echo.example", 7):
        assert await ask("echo.example", 7) == b"HELLO\\n"
        assert len(test_selector.get_map())

async def test_fails_with_log(memory_network):
    async with await asyncio.start_server(shout, "echo.example", 7):
        await ask("echo.example", 7)
    assert False, "its own"

async def test_without():
    with pytest.raises(OSError):
        await asyncio.open_connection("echo.example", 7)
"""
PLAIN = """
@pytest.mark.memory_network(hosts=["db.example"])
def test_marked(memory_network):
    async def main():
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("db.example", 5432)
    asyncio.run(main())
    asyncio.run(main())

def test_selector_of_the_loop_it_runs(test_selector):
    async def main():
        sock, loop = SocketMock(), asyncio.get_running_loop()
        sock.recv.side_effect = [BlockingIOError, b"hello"]
        receiving = asyncio.ensure_future(loop.sock_recv(sock, 10))
        await asyncio.sleep(0)
        assert sock.fileno() in test_selector.get_map()
        set_read_ready(sock, loop)
        assert await receiving == b"hello"
    asyncio.run(main())

def test_nothing_is_run(memory_network, test_selector):
    pass

@pytest.mark.memory_network(hosts=["db.example"])
class TestCase(unittest.IsolatedAsyncioTestCase):
    async def test_unittest(self):
        with self.assertRaises(ConnectionRefusedError):
            await asyncio.open_connection("db.example", 5432)
"""


@functools.cache
def output_of(source: str, runner: str = "", *options: str) -> str:
    plugins = [OWN, *([PLUGINS[runner]] if runner else [])]
    mark = f"pytestmark = pytest.mark.{runner}\n" if runner else ""
    fixture = (
        "from pytest_asyncio import fixture\n"
        if runner == "asyncio"
        else "from pytest import fixture\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pytest.ini").write_text("[pytest]\n")
        (Path(folder) / "test_suite.py").write_text(HEAD + mark + fixture + source)
        command = [sys.executable, "-W", "error", "-m", "pytest", "-rA", "-p", "no:cacheprovider"]
        if runner == "asyncio":
            command += ["-o", "asyncio_default_fixture_loop_scope=function"]
        done = subprocess.run(
            [*command, *(f"-p{each}" for each in plugins), *options],
            cwd=folder,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=600,
        )
    return done.stdout + done.stderr


def outcomes(output: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    line = r"^(PASSED|FAILED|ERROR) test_suite\.py::(?:\w+::)?(\w+)"
    for outcome, name in re.findall(line, output, re.MULTILINE):
        found.setdefault(name, set()).add(outcome)
    return found


@pytest.mark.parametrize("runner", PLUGINS)
def test_coroutine_tests(runner: str) -> None:
    output = output_of(ASYNC, runner)
    found = outcomes(output)
    assert found.pop("test_fails_unfinished_script") == {"PASSED", "ERROR"}, output
    assert found.pop("test_fails_with_log") == {"FAILED"}, output
    assert set(map(frozenset, found.values())) == {frozenset(["PASSED"])}, output
    assert len(found) == 7


def test_failing_test_shows_the_log_of_the_network_and_unfinished_scripts_what_is_missing() -> None:
    output = output_of(ASYNC, "asyncio")
    assert "- memory network -" in output
    assert "-> 10.0.0.1:7 connect" in output.partition("- memory network -")[2]
    assert "script 'test_fails_unfinished_script'" in output


def test_plain_functions_and_unittest() -> None:
    output = output_of(PLAIN)
    found = outcomes(output)
    assert set(map(frozenset, found.values())) == {frozenset(["PASSED"])}, output
    assert len(found) == 4


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("memory_network('db')", "options have names, as in memory_network(hosts='db')"),
        ("memory_network(latenzy=1)", "no option is named 'latenzy'; did you mean 'latency'?"),
        ("memory_network(latency=-1)", "latency"),
    ],
)
def test_wrong_marker_is_one_line(mark: str, text: str) -> None:
    output = output_of(f"@pytest.mark.{mark}\ndef test_it(): pass\n")
    assert f"@pytest.mark.{mark}: " in output
    assert text in output
    assert "Traceback" not in output
    assert "1 error in" in output


def test_marker_is_known() -> None:
    assert "@pytest.mark.memory_network(hosts=(), latency=0.0, ...): " in output_of(
        "", "", "--markers"
    )


def test_plugin_imports_nothing_of_the_package() -> None:
    program = (
        f"import sys, {OWN}\n"
        "print([name for name in sys.modules if name.startswith(('asyncio_', 'asyncmock'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
