"""
What an empty asynchronous test costs: our test case, others, and a floor.

``python packages/asyncloop-testcase/benchmarks/bench_case.py`` prints the tables; times are of one
test. The floor is a plain ``unittest.TestCase`` whose method makes, runs and closes a loop itself.
asynctest needs an older Python: ``ASYNCTEST_PYTHON`` is the path of one that has it installed.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from asyncloop_testcase import TestCase, _selector, lenient, strict

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
from _compare import Row, Table, main

try:
    import aiounittest
except ImportError:
    aiounittest = None

FLOOR = """
class Floor(unittest.TestCase):
    def test(self):
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(self.body())
        finally:
            loop.close()

    async def body(self):
        pass
"""
namespace = {"unittest": unittest, "asyncio": asyncio}
exec(FLOOR, namespace)
Floor = namespace["Floor"]


class Default(TestCase):
    async def test(self):
        pass


@lenient
class Unchecked(TestCase):
    async def test(self):
        pass


@strict
class Strict(TestCase):
    async def test(self):
        pass


class Isolated(unittest.IsolatedAsyncioTestCase):
    async def test(self):
        pass


class IsolatedWithoutDebug(unittest.IsolatedAsyncioTestCase):
    if sys.version_info >= (3, 11):

        def _setupAsyncioRunner(self):  # noqa: N802
            self._asyncioRunner = asyncio.Runner(debug=False)

    else:

        def _setupAsyncioLoop(self):  # noqa: N802
            super()._setupAsyncioLoop()
            self._asyncioTestLoop.set_debug(False)

    async def test(self):
        pass


def runs(case, method="test", *, file_mocks=False):
    """Return a function that runs the test of *case* once."""

    def run():
        installed = _selector._install
        if not file_mocks:
            _selector._install = None
        result = unittest.TestResult()
        case(method).run(result)
        _selector._install = installed
        assert result.wasSuccessful(), result.errors + result.failures

    return run


OURS = {"ours": runs(Default), "without checks": runs(Unchecked), "strict": runs(Strict)}
WITHOUT_DEBUG = "without its debug mode"


def against_isolated() -> Table:
    """Everybody who runs in this process, against IsolatedAsyncioTestCase as it is."""
    table = Table("an empty asynchronous test", baseline="IsolatedAsyncioTestCase")
    everybody = {
        "IsolatedAsyncioTestCase": runs(Isolated),
        WITHOUT_DEBUG: runs(IsolatedWithoutDebug),
        "floor": runs(Floor),
        **OURS,
    }
    if aiounittest is None:
        table.note("aiounittest is not installed.")
    else:
        everybody["aiounittest"] = runs(_aiounittest_case(), "test_it")
    if _selector._find_install() is None:
        table.note("asyncio-testselector is not installed.")
    else:
        everybody["ours with file mocks"] = runs(Default, file_mocks=True)
    table.row("one test", everybody, rounds=25, target=1 / 0.15)
    return table


def _aiounittest_case():
    class Case(aiounittest.AsyncTestCase):
        async def test_it(self):
            pass

    return Case


def against_isolated_without_debug() -> Table:
    """The checks cost less than what the standard library's runner costs."""
    table = Table("an empty asynchronous test", baseline=WITHOUT_DEBUG)
    row = {WITHOUT_DEBUG: runs(IsolatedWithoutDebug), **OURS}
    table.row("one test", row, rounds=25, target=1 / 0.9)
    return table


def against_the_floor() -> Table:
    """What is left to gain."""
    table = Table("an empty asynchronous test", baseline="floor")
    table.row("one test", {"floor": runs(Floor), **OURS}, rounds=25, target=1 / 1.4)
    return table


def checks() -> Table:
    """The default and strict checks, with few and with a million live objects."""
    table = Table("the checks", baseline="without checks")
    table.row("one test", {"floor": runs(Floor), **OURS}, rounds=25)
    alive = [[number] for number in range(1_000_000)]
    table.row("with a million live objects", {"floor": runs(Floor), **OURS}, rounds=5, number=300)
    assert len(alive) == 1_000_000
    for row in table.rows:
        base = row.minimum("without checks")
        costs = [f"{who} {(row.minimum(who) - base) * 1e6:.1f} us" for who in ("ours", "strict")]
        table.note(f"{row.name}: the checks cost {', '.join(costs)} (targets: 20 and 60).")
    return table


# The head of a test module, and one test: what pytest itself costs is the same for all.
MODULES = {
    "ours": (
        "from asyncloop_testcase import TestCase\nclass Tests(TestCase):\n",
        "    async def test_{n}(self): pass\n",
    ),
    "plain unittest.TestCase": (
        "from unittest import TestCase\nclass Tests(TestCase):\n",
        "    def test_{n}(self): pass\n",
    ),
    "IsolatedAsyncioTestCase": (
        "from unittest import IsolatedAsyncioTestCase as Base\nclass Tests(Base):\n",
        "    async def test_{n}(self): pass\n",
    ),
    "pytest-asyncio": (
        "import pytest\n",
        "@pytest.mark.asyncio\nasync def test_{n}(): pass\n",
    ),
    "anyio": (
        "import pytest\n@pytest.fixture\ndef anyio_backend(): return 'asyncio'\n",
        "@pytest.mark.anyio\nasync def test_{n}(): pass\n",
    ),
}
PLUGINS = {"pytest-asyncio": "pytest_asyncio.plugin", "anyio": "anyio.pytest_plugin"}
TESTS = 300


def under_pytest() -> Table:
    """An empty test run by pytest, in processes of its own; their start is not counted."""
    table = Table("an empty test in pytest", baseline="pytest-asyncio")
    with tempfile.TemporaryDirectory() as folder:
        contestants = {who: _pytest_runs(Path(folder), who) for who in MODULES}
        absent = [who for who, run in contestants.items() if run is None]
        for who in absent:
            table.note(f"{who} is not installed.")
        samples = {who: [] for who in contestants if who not in absent}
        for _ in range(5):
            for who, taken in samples.items():
                taken.append(contestants[who]())
    table.rows.append(Row("one test", samples))
    return table


# Times what pytest does for one item; the first ones import and fill caches.
STOPWATCH = """
import time
import pytest

taken = []

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    start = time.perf_counter()
    result = yield
    taken.append(time.perf_counter() - start)
    return result

def pytest_unconfigure():
    with open("taken", "w") as file:
        file.write(str(sorted(taken)[len(taken) // 2]))
"""


def _pytest_runs(folder, who):
    """Return a function that tells the seconds of one test of *who* (the median), or None."""
    head, body = MODULES[who]
    path = folder / f"test_{who.replace('-', '_').replace('.', '_')}.py"
    path.write_text(head + "".join(body.format(n=n) for n in range(TESTS)))
    (folder / "stopwatch.py").write_text(STOPWATCH)
    options = ["-p", PLUGINS[who]] if who in PLUGINS else []
    if options and importlib.util.find_spec(options[1].partition(".")[0]) is None:
        return None
    command = [sys.executable, "-m", "pytest", "-q", "-p", "stopwatch", *options, str(path)]
    environment = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]),
    }

    def run():
        subprocess.run(command, env=environment, check=True, capture_output=True, cwd=folder)
        return float((folder / "taken").read_text())

    return run


ASYNCTEST = """
import asyncio, sys, time, unittest
import asynctest
%s
class Case(asynctest.TestCase):
    async def test(self):
        pass

def take(case, number=300):
    start = time.perf_counter()
    for _ in range(number):
        result = unittest.TestResult()
        case("test").run(result)
        assert result.wasSuccessful(), result.errors
    return (time.perf_counter() - start) / number

best = {Case: 9, Floor: 9}
for _ in range(15):
    for case in best:
        best[case] = min(best[case], take(case))
print(best[Case] / best[Floor])
"""


def against_asynctest() -> Table:
    """How far we and asynctest are from the floor, each on a Python of its own."""
    table = Table("an empty asynchronous test", baseline="floor")
    table.row("one test", {"floor": runs(Floor), **OURS}, rounds=25)
    python = os.environ.get("ASYNCTEST_PYTHON")
    if python is None:
        table.note("asynctest: ASYNCTEST_PYTHON is not set.")
    else:
        program = ASYNCTEST % FLOOR
        command = [python, "-W", "ignore", "-c", program]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        theirs = float(done.stdout)
        ours = table.rows[0].minimum("ours") / table.rows[0].minimum("floor")
        table.note(f"asynctest takes {theirs:.2f} times its floor, ours {ours:.2f} times.")
    return table


if __name__ == "__main__":
    main(
        against_isolated,
        against_isolated_without_debug,
        against_the_floor,
        checks,
        against_asynctest,
        under_pytest,
    )
