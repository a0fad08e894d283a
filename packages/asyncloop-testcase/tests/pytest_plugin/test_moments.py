"""When the checks look: after the fixtures of the test, before its loop closes."""

import sys
from pathlib import Path

import pytest
from pytest_runs import ANYIO, ASYNCIO, OWN, run, verdicts

HEAD = """
import asyncio
import threading

import pytest
import pytest_asyncio

def nap(name="nap"):
    return asyncio.create_task(asyncio.sleep(60), name=name)
"""
STRICT = "asyncloop_fail_on = strict\n"


def told(tmp_path: Path, source: str, *options: str, ini: str = STRICT, plugins=(OWN, ASYNCIO)):
    (tmp_path / "test_it.py").write_text(HEAD + source)
    done = run(tmp_path, ini, *options, plugins=plugins)
    return done.stdout + done.stderr


TIDY = """
@pytest_asyncio.fixture{scope}
async def factory():
    made = []
    def make():
        made.append(nap())
        return made[-1]
    yield make
    for task in made:
        task.cancel()

@pytest.fixture
def other():
    yield

@pytest_asyncio.fixture
async def third(factory):
    yield factory()

async def test_first(factory, other):
    factory()

async def test_last(other, factory):
    factory()

async def test_both(third, other, factory):
    factory()

async def test_dependent(other, third):
    await asyncio.sleep(0)

async def test_leaks(factory, other):
    nap()
"""
EXPECTED = {
    "test_first": "PASSED",
    "test_last": "PASSED",
    "test_both": "PASSED",
    "test_dependent": "PASSED",
    "test_leaks": "FAILED",
}


SCOPES = ("function", "class", "module", "package", "session")


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_pytest_asyncio_in_every_loop_scope(tmp_path: Path, mode: str) -> None:
    for scope in SCOPES:
        source = TIDY.format(scope=f"(loop_scope={scope!r})")
        source = source.replace("_asyncio.fixture\n", f"_asyncio.fixture(loop_scope={scope!r})\n")
        marker = f"pytestmark = pytest.mark.asyncio(loop_scope={scope!r})\n"
        (tmp_path / f"test_{scope}.py").write_text(HEAD + marker + source)
    done = run(tmp_path, STRICT, f"--asyncio-mode={mode}")
    for scope in SCOPES:
        assert verdicts(done.stdout, f"test_{scope}.py") == EXPECTED, scope


@pytest.mark.parametrize("order", ["-p no:randomly", "-p randomly -p no:cacheprovider"])
def test_anyio(tmp_path: Path, order: str) -> None:
    source = (
        TIDY.format(scope="").replace("pytest_asyncio", "pytest").replace("import pytest\n", "", 1)
    )
    source = (
        source
        + """
@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.fixture(scope="module")
def lasting():
    yield

async def test_without_fixtures():
    nap()
"""
    )
    marker = "pytestmark = pytest.mark.anyio\n"
    found = verdicts(told(tmp_path, marker + source, *order.split(), plugins=(OWN, ANYIO)))
    assert found == EXPECTED | {"test_without_fixtures": "FAILED"}


LASTING = """
@{fixture}(scope="module"{loop})
async def server():
    async def serve():
        while True:
            asyncio.get_running_loop().call_later(60, print)
            connection = nap("connection")
            await asyncio.sleep(0.001)
    task = nap("server"), asyncio.create_task(serve())
    yield
    for each in asyncio.all_tasks() - {{asyncio.current_task()}}:
        if each.get_name() != "Task-1":
            each.cancel()

async def test_passes(server):
    await asyncio.sleep(0.01)

async def test_passes_again(server):
    await asyncio.sleep(0.01)

async def test_leaks(server):
    nap()
"""


def test_lasting_fixture_of_pytest_asyncio_owns_what_it_makes_in_the_background(
    tmp_path: Path,
) -> None:
    source = LASTING.format(fixture="pytest_asyncio.fixture", loop=", loop_scope='module'")
    marker = "pytestmark = pytest.mark.asyncio(loop_scope='module')\n"
    output = told(tmp_path, marker + source)
    assert verdicts(output) == {
        "test_passes": "PASSED",
        "test_passes_again": "PASSED",
        "test_leaks": "FAILED",
    }
    assert "connection" not in output
    assert "Task 'nap', coroutine sleep()" in output


def test_lasting_fixture_of_anyio_owns_what_it_makes_in_the_background(tmp_path: Path) -> None:
    source = LASTING.format(fixture="pytest.fixture", loop="").replace(
        "all_tasks() -", "all_tasks() and"
    )
    source = """
@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"
""" + source.replace("    for each", "    for each").replace(
        "asyncio.all_tasks() and {asyncio.current_task()}", "task"
    )
    output = told(tmp_path, "pytestmark = pytest.mark.anyio\n" + source, plugins=(OWN, ANYIO))
    assert verdicts(output) == {
        "test_passes": "PASSED",
        "test_passes_again": "PASSED",
        "test_leaks": "FAILED",
    }
    assert "connection" not in output


@pytest.mark.parametrize(
    ("plugin", "decorator", "marker"),
    [
        (ASYNCIO, "pytest_asyncio.fixture", "pytest.mark.asyncio"),
        (ANYIO, "pytest.fixture", "pytest.mark.anyio"),
    ],
)
def test_leak_of_a_fixture_is_named_as_its_own(
    tmp_path: Path, plugin: str, decorator: str, marker: str
) -> None:
    source = f"""
pytestmark = {marker}

@pytest.fixture
def anyio_backend():
    return "asyncio"

@{decorator}
async def leaky():
    nap()
    yield
    asyncio.get_running_loop().call_later(60, print)

@{decorator}
async def client():
    nap()

@pytest.fixture
def thread():
    event = threading.Event()
    threading.Thread(target=event.wait, args=(5,), name="worker").start()

async def test_one(leaky):
    await asyncio.sleep(0)

async def test_two(client):
    await asyncio.sleep(0)

async def test_three(thread):
    await asyncio.sleep(0)
"""
    output = told(tmp_path, source, plugins=(OWN, plugin))
    assert set(verdicts(output).values()) == {"FAILED"}
    assert "Task 'nap', coroutine sleep(), left by the fixture 'leaky'" in output
    assert "print(), left by the fixture 'leaky'" in output
    assert "Task 'nap', coroutine sleep(), left by the fixture 'client'" in output
    assert "thread 'worker', target threading.Event.wait(), left by the fixture 'thread'" in output


def test_what_a_synchronous_fixture_tidies_up_after_the_loop_has_closed_is_no_leak(
    tmp_path: Path,
) -> None:
    output = told(
        tmp_path,
        """
@pytest.fixture
def start():
    stop, threads = threading.Event(), []
    def start():
        threads.append(threading.Thread(target=stop.wait))
        threads[-1].start()
    yield start
    stop.set()
    for thread in threads:
        thread.join()

@pytest.fixture
def timers():
    made = []
    yield made
    for timer in made:
        timer.cancel()

async def test_thread(start):
    start()

async def test_timer(timers):
    timers.append(asyncio.get_running_loop().call_later(60, print))
""",
    )
    assert set(verdicts(output).values()) == {"PASSED"}


PLAIN = """
def test_runs():
    async def main():
        nap()
    asyncio.run(main())

def test_healthy():
    async def main():
        await asyncio.sleep(0)
    asyncio.run(main())

def test_own_loop():
    loop = asyncio.new_event_loop()
    async def main():
        loop.call_later(60, print)
    loop.run_until_complete(main())
    loop.close()

def test_open_loop(loops):
    loop = asyncio.new_event_loop()
    loops.append(loop)
    async def main():
        loop.call_later(60, print)
    loop.run_until_complete(main())

def test_thread():
    event = threading.Event()
    threading.Thread(target=event.wait, args=(5,)).start()

def test_nothing():
    pass

@pytest.fixture
def loops():
    made = []
    yield made
    for loop in made:
        loop.close()
"""


@pytest.mark.parametrize("ini", ["", STRICT])
def test_plain_functions_are_checked_on_the_loops_they_run(tmp_path: Path, ini: str) -> None:
    marker = "" if ini else "pytestmark = pytest.mark.fail_on('strict')\n"
    output = told(tmp_path, marker + PLAIN, ini=ini, plugins=(OWN,))
    assert verdicts(output) == {
        "test_runs": "FAILED",
        "test_healthy": "PASSED",
        "test_own_loop": "FAILED",
        "test_open_loop": "FAILED",
        "test_thread": "FAILED",
        "test_nothing": "PASSED",
    }


def test_runner_of_somebody_else_with_a_loop_in_a_fixture(tmp_path: Path) -> None:
    """As pytest-tornasync does, and pytest-aiohttp did."""
    (tmp_path / "conftest.py").write_text(
        """
import asyncio, inspect, pytest

@pytest.fixture
def io_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()

@pytest.fixture
def client(io_loop):
    made = []
    yield made
    for task in made:
        task.cancel()
    io_loop.run_until_complete(asyncio.sleep(0))

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    names = pyfuncitem._fixtureinfo.argnames
    args = {name: pyfuncitem.funcargs[name] for name in names}
    pyfuncitem.funcargs["io_loop"].run_until_complete(pyfuncitem.obj(**args))
    return True
"""
    )
    output = told(
        tmp_path,
        """
async def test_leaks(io_loop):
    nap()

async def test_tidy(io_loop, client):
    client.append(nap())
""",
        plugins=(OWN,),
    )
    assert verdicts(output) == {"test_leaks": "FAILED", "test_tidy": "PASSED"}


LEAKS = """
async def test_leaks():
    nap()

async def test_passes():
    await asyncio.sleep(0)
"""


def test_workers_of_xdist_tell_the_same(tmp_path: Path) -> None:
    output = told(tmp_path, LEAKS, "-n2", plugins=(OWN, ASYNCIO, "xdist"))
    assert "1 failed, 1 passed" in output
    assert "asyncloop: pending_tasks in 1 test; 2 tests checked" in output


def test_stops_at_the_first_one_with_x(tmp_path: Path) -> None:
    output = told(tmp_path, LEAKS, "-x")
    assert "1 failed in" in output
    assert "test_passes" not in output


def test_debugger_opens_where_the_leak_was_made(tmp_path: Path) -> None:
    (tmp_path / "pdb_stub.py").write_text(
        """
class Pdb:
    def __init__(self, *args, **kwargs): pass
    quitting = False
    def reset(self): pass
    def interaction(self, frame, traceback):
        traceback = getattr(traceback, "__traceback__", traceback)  # since 3.13
        while traceback.tb_next is not None:
            traceback = traceback.tb_next
        print("debugging line", traceback.tb_lineno)
    def set_trace(self, *args): pass
"""
    )
    output = told(tmp_path, LEAKS, "--pdb", "--pdbcls=pdb_stub:Pdb", "-s")
    assert "debugging line 9" in output
    assert "1 failed, 1 passed" in output


def test_test_that_leaks_once_passes_when_it_is_run_again(tmp_path: Path) -> None:
    source = """
runs = []

async def test_leaks_once():
    runs.append(1)
    if len(runs) == 1:
        nap()

async def test_leaks_always():
    nap()
"""
    plugins = (OWN, ASYNCIO, "pytest_rerunfailures")
    output = told(tmp_path, source, "--reruns=2", plugins=plugins)
    assert "1 failed, 1 passed, 3 rerun" in output


def test_examples_of_hypothesis(tmp_path: Path) -> None:
    source = """
from hypothesis import given, settings, strategies

@settings(max_examples=5, database=None)
@given(strategies.integers())
async def test_leaks(number):
    nap()

@settings(max_examples=5, database=None)
@given(strategies.integers())
async def test_passes(number):
    await asyncio.sleep(0)

@pytest.fixture
def anyio_backend():
    return "asyncio"
"""
    for plugin, marker in ((ASYNCIO, "asyncio"), (ANYIO, "anyio")):
        mark = f"pytestmark = pytest.mark.{marker}\n"
        output = told(tmp_path, mark + source, plugins=(OWN, plugin, "_hypothesis_pytestplugin"))
        assert verdicts(output) == {"test_leaks": "FAILED", "test_passes": "PASSED"}


def test_client_of_pytest_aiohttp_is_closed_by_its_fixture(tmp_path: Path) -> None:
    pytest.importorskip("pytest_aiohttp")  # nothing for runs of all packages with -p no:asyncio
    source = """
from aiohttp import web

async def test_closed(aiohttp_client):
    client = await aiohttp_client(web.Application())
    assert (await client.get("/")).status == 404

async def test_leaks(aiohttp_client):
    client = await aiohttp_client(web.Application())
    nap()
"""
    plugins = (OWN, ASYNCIO, "pytest_aiohttp.plugin")
    output = told(tmp_path, source, "-Wignore", plugins=plugins)
    assert verdicts(output) == {"test_closed": "PASSED", "test_leaks": "FAILED"}
    assert "a check failed: pending_tasks" in output


def test_expected_failure_covers_what_is_found(tmp_path: Path) -> None:
    output = told(
        tmp_path,
        """
@pytest.mark.xfail(reason="known", strict=True)
async def test_leaks():
    nap()

@pytest.mark.xfail(reason="wrong", strict=True)
async def test_passes():
    pass

@pytest.mark.xfail(reason="loose")
async def test_passes_too():
    pass
""",
    )
    assert "1 failed, 1 xfailed, 1 xpassed" in output
    assert "[XPASS(strict)] wrong" in output


def test_test_that_failed_has_its_own_failure_and_what_it_lost(tmp_path: Path) -> None:
    output = told(
        tmp_path,
        """
async def connect():
    pass

async def test_forgets_await():
    nap()
    connect()
    assert False, "its own"
""",
    )
    assert "1 failed in" in output
    assert "AssertionError: its own" in output
    assert "coroutine connect()" in output
    assert "pending_tasks" not in output


def test_failing_fixture_is_an_error_as_ever(tmp_path: Path) -> None:
    output = told(
        tmp_path,
        """
@pytest.fixture
def broken():
    yield
    raise ValueError("its own")

async def test_it(broken):
    nap()
""",
    )
    assert "ERROR at teardown of test_it" in output
    assert "ValueError: its own" in output


def test_interrupted_run_restores_everything(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        """
import asyncio, asyncio.runners, sys, warnings
before = asyncio.runners._cancel_all_tasks, warnings._warn_unawaited_coroutine

def pytest_unconfigure():
    print("restored", before == (
        asyncio.runners._cancel_all_tasks, warnings._warn_unawaited_coroutine
    ), sys.get_coroutine_origin_tracking_depth())
"""
    )
    output = told(tmp_path, "async def test_it():\n    nap()\n    raise KeyboardInterrupt\n", "-s")
    assert "restored True 0" in output
    assert "pending_tasks" not in output


def test_task_that_a_test_case_of_unittest_leaves_is_found_before_it_is_cancelled(
    tmp_path: Path,
) -> None:
    (tmp_path / "test_it.py").write_text(
        """
import asyncio, unittest

class TestIt(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.task = asyncio.create_task(asyncio.sleep(60))
        self.addAsyncCleanup(asyncio.sleep, 0)

    async def asyncTearDown(self):
        self.task.cancel()

    async def test_healthy(self):
        await asyncio.sleep(0)

    async def test_left(self):
        asyncio.create_task(asyncio.Event().wait(), name="left")
"""
    )
    done = run(tmp_path, "", "--fail-on=strict", plugins=(OWN,))
    assert verdicts(done.stdout) == {
        "TestIt::test_healthy": "PASSED",
        "TestIt::test_left": "FAILED",
    }
    assert "Task 'left', coroutine Event.wait()" in done.stdout


if sys.version_info < (3, 11):  # pragma: no cover - what follows is for the older runners only

    def test_runners_that_are_copies_of_asyncios_are_known() -> None:
        import anyio._backends._asyncio
        import backports.asyncio.runner.runner

        for module in (anyio._backends._asyncio, backports.asyncio.runner.runner):
            assert hasattr(module, "_cancel_all_tasks"), module


def test_runner_that_keeps_what_it_has_made_of_a_fixture(tmp_path: Path) -> None:
    """As the plugin inside of aiohttp does."""
    (tmp_path / "conftest.py").write_text(
        """
import asyncio, inspect, pytest

@pytest.fixture
def io_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()

def pytest_fixture_setup(fixturedef):
    func = fixturedef.func
    if not inspect.iscoroutinefunction(func):
        return
    strip = "request" not in fixturedef.argnames
    if strip:
        fixturedef.argnames += ("request",)

    def wrapper(*args, **kwargs):
        loop = kwargs["request"].getfixturevalue("io_loop")
        if strip:
            del kwargs["request"]
        return loop.run_until_complete(func(*args, **kwargs))

    fixturedef.func = wrapper

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    names = pyfuncitem._fixtureinfo.argnames
    args = {name: pyfuncitem.funcargs[name] for name in names}
    pyfuncitem.funcargs["io_loop"].run_until_complete(pyfuncitem.obj(**args))
    return True
"""
    )
    output = told(
        tmp_path,
        """
@pytest.fixture
async def leaky():
    return nap()

@pytest.fixture
async def healthy():
    await asyncio.sleep(0)

async def test_first(io_loop, leaky):
    await asyncio.sleep(0)

async def test_second(io_loop, leaky):
    await asyncio.sleep(0)

async def test_healthy(io_loop, healthy):
    await asyncio.sleep(0)

async def test_healthy_again(io_loop, healthy):
    await asyncio.sleep(0)
""",
        plugins=(OWN,),
    )
    assert verdicts(output) == {
        "test_first": "FAILED",
        "test_second": "FAILED",
        "test_healthy": "PASSED",
        "test_healthy_again": "PASSED",
    }
