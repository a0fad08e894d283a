"""
Counts which leaks each tool finds: the same tests, each in a process of its own, under each runner.

``python benchmarks/leaks_found.py`` prints the table of docs/comparison.md, ``--write`` puts it
there. A leak is found if the test fails. Every runner is at its strictest: warnings are errors,
debug mode is on where the runner does not switch it on itself, pyleak has all its checks.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from importlib import metadata
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "comparison.md"
BEGIN, END = "<!-- leaks found: begin -->", "<!-- leaks found: end -->"

# What a test leaves behind, and the body of a coroutine test that leaves it.
LEAKS = {
    "a task, still referenced": "KEPT.append(asyncio.create_task(asyncio.sleep(3600)))",
    "a task that nobody has": "asyncio.create_task(asyncio.sleep(3600))",
    "a task that waits for a lock": """
        lock = asyncio.Lock()
        await lock.acquire()
        KEPT.append(asyncio.create_task(lock.acquire()))
        await asyncio.sleep(0)""",
    "a timer": "asyncio.get_running_loop().call_later(3600, print)",
    "a reader": """
        ours, theirs = socket.socketpair()
        KEPT.extend([ours, theirs])
        asyncio.get_running_loop().add_reader(ours, print)""",
    "a writer": """
        ours, theirs = socket.socketpair()
        KEPT.extend([ours, theirs])
        asyncio.get_running_loop().add_writer(ours, int)""",
    "an exception of a callback": """
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(0)""",
    "an exception of a task, still referenced": """
        async def fail(): raise KeyError
        KEPT.append(asyncio.create_task(fail()))
        await asyncio.sleep(0.01)""",
    "an exception of a task that is gone": """
        async def fail(): raise KeyError
        asyncio.create_task(fail())
        await asyncio.sleep(0.01)""",
    "an exception of a future, still referenced": """
        KEPT.append(asyncio.get_running_loop().create_future())
        KEPT[-1].set_exception(KeyError())""",
    "a coroutine that nobody awaited": "asyncio.sleep(1)",
    "a coroutine that nobody awaited, in a cycle": """
        class Node: pass
        node = Node()
        node.itself, node.coroutine = node, asyncio.sleep(1)""",
    "a coroutine that nobody awaited, of a failed call": """
        def call(coroutine): raise LookupError
        try: call(asyncio.sleep(1))
        except LookupError as error: KEPT.append(error)""",
    "a call of a mock that nobody awaited": "AsyncMock()()",
    "an asynchronous generator": """
        async def numbers():
            while True: yield 1
        KEPT.append(numbers())
        await KEPT[-1].__anext__()""",
    "a server": """
        KEPT.append(await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0))""",
    "a connection": """
        server = await asyncio.start_server(lambda r, w: KEPT.append(w), "127.0.0.1", 0)
        KEPT.append(await asyncio.open_connection(*server.sockets[0].getsockname()))
        server.close()""",
    "a datagram endpoint": """
        KEPT.append(await asyncio.get_running_loop().create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)))""",
    "a thread": """
        stop = threading.Event()
        KEPT.append(stop)
        threading.Thread(target=stop.wait, args=(3,)).start()""",
    "a process": """
        KEPT.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))""",
    "a loop that was blocked": "time.sleep(0.3)",
}

HEAD = """
import asyncio, socket, subprocess, sys, threading, time, unittest
from unittest.mock import AsyncMock
KEPT = []
"""
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")

# How the test is written for each runner, and run.
RUNNERS = {
    "asyncloop-testcase": (
        (
            "from asyncloop_testcase import TestCase, fail_on, strict\n"
            "@strict\n@fail_on(slow_callbacks=0.1)\n"
            "class Case(TestCase):\n    async def test(self):\n{body}\n"
        ),
        ("-m", "unittest", "-q", "test_leak"),
        8,
    ),
    "IsolatedAsyncioTestCase": (
        "class Case(unittest.IsolatedAsyncioTestCase):\n    async def test(self):\n{body}\n",
        ("-m", "unittest", "-q", "test_leak"),
        8,
    ),
    "pytest-asyncio": (
        "import pytest\n@pytest.mark.asyncio\nasync def test():\n{body}\n",
        (*PYTEST, "--asyncio-debug", "test_leak.py"),
        4,
    ),
    "anyio": (
        (
            "import pytest\n@pytest.fixture\n"
            "def anyio_backend(): return 'asyncio', {{'debug': True}}\n"
            "@pytest.mark.anyio\nasync def test():\n{body}\n"
        ),
        (*PYTEST, "test_leak.py"),
        4,
    ),
    "pyleak": (
        "import pytest\n@pytest.mark.no_leaks\n@pytest.mark.asyncio\nasync def test():\n{body}\n",
        (*PYTEST, "test_leak.py"),
        4,
    ),
}


def finds(runner: str, body: str) -> bool:
    """Whether the test fails when this runner runs it."""
    form, command, indent = RUNNERS[runner]
    code = textwrap.indent(textwrap.dedent(body).strip(), " " * indent)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_leak.py").write_text(HEAD + form.format(body=code), "utf-8")
        config = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
        config += "filterwarnings = error\nmarkers = no_leaks\n"
        Path(folder, "pytest.ini").write_text(config, "utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "error", *command],
            cwd=folder,
            env={**os.environ, "PYTHONASYNCIODEBUG": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    output = done.stdout + done.stderr
    if not re.search(r"\b1 (passed|failed|error)|Ran 1 test|1 passed, 1 error", output):
        sys.exit(f"{runner} did not run the test:\n{output}")
    return done.returncode != 0


def table() -> str:
    """Return the table: a row a leak, a column a runner."""
    names = list(RUNNERS)
    found = {leak: [finds(name, body) for name in names] for leak, body in LEAKS.items()}
    rows = ["| a test leaves | " + " | ".join(names) + " |", "| --- " * (len(names) + 1) + "|"]
    rows += [
        f"| {leak} | " + " | ".join("found" if each else "-" for each in row) + " |"
        for leak, row in found.items()
    ]
    sums = [sum(row[place] for row in found.values()) for place in range(len(names))]
    rows.append(f"| **of {len(LEAKS)}** | " + " | ".join(f"**{each}**" for each in sums) + " |")
    return "\n".join(rows)


def versions() -> str:
    """Return what was compared."""
    python = ".".join(map(str, sys.version_info[:2]))
    peers = ["pytest-asyncio", "anyio", "pyleak"]
    return f"CPython {python}, " + ", ".join(f"{name} {metadata.version(name)}" for name in peers)


def main() -> None:
    """Print the table, and put it on the page if that is asked for."""
    parser = argparse.ArgumentParser(description="Counts which leaks each tool finds.")
    parser.add_argument("--write", action="store_true", help="put the table on the page")
    options = parser.parse_args()
    text = f"{table()}\n\nMade by `benchmarks/leaks_found.py` with {versions()}."
    print(text)
    if options.write:
        page = PAGE.read_text("utf-8")
        before, _, rest = page.partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
