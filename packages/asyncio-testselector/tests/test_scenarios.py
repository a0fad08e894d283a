"""What works with a real socket works with a SocketMock, and the other way round."""

import asyncio
import gc
import inspect
import warnings

import pytest
from asyncio_testselector import TestProactorEventLoop, TestSelector
from capabilities import HAS_PIPES, HAS_UNIX_SOCKETS, with_resets
from scenarios import SCENARIOS
from worlds import KernelWorld, MemoryWorld, MockWorld


def named(scenario, *, kernel=False):
    """Return a scenario as a parameter, which is skipped where the system lacks what it takes."""
    name = scenario.__name__
    marks = [with_resets] if kernel and "reset" in name else []
    if "unix" in name:
        marks.append(pytest.mark.skipif(not HAS_UNIX_SOCKETS, reason="there are no Unix sockets"))
    if "pipe" in name:
        marks.append(pytest.mark.skipif(not HAS_PIPES, reason="selector loops have no pipes here"))
    return pytest.param(scenario, marks=marks, id=name)


LIMIT = 30  # seconds, so that a scenario that hangs is a failure


def run(loop, world, scenario, debug):
    """Run a scenario; whatever asyncio reports to nobody in particular is a failure, too."""
    gc.freeze()  # so that the collection at the end looks at this scenario alone
    reports = []
    loop.set_debug(debug)
    loop.slow_callback_duration = 100
    loop.set_exception_handler(lambda _, context: reports.append(context))
    try:
        loop.run_until_complete(asyncio.wait_for(scenario(world), LIMIT))
        loop.run_until_complete(asyncio.sleep(0))
        assert asyncio.all_tasks(loop) == set()
    finally:
        world.close()
        loop.close()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            gc.collect()
        gc.unfreeze()
    assert reports == []


@pytest.fixture(params=[False, True], ids=["plain", "debug"])
def debug(request):
    return request.param


@pytest.mark.parametrize("scenario", [named(each) for each in SCENARIOS])
def test_mock_passes_the_scenario(scenario, debug):
    loop = asyncio.SelectorEventLoop(TestSelector())
    run(loop, MockWorld(loop), scenario, debug)


@pytest.mark.parametrize("scenario", [named(each, kernel=True) for each in SCENARIOS])
def test_real_socket_passes_the_scenario(scenario, debug, tmp_path):
    loop = asyncio.SelectorEventLoop()
    run(loop, KernelWorld(loop, str(tmp_path)), scenario, debug)


PROACTOR_SCENARIOS = [
    function for function in SCENARIOS if not function.__name__.startswith("unix")
]


@pytest.mark.parametrize("scenario", PROACTOR_SCENARIOS, ids=lambda function: function.__name__)
def test_mock_passes_the_scenario_on_a_proactor(scenario, debug):
    loop = TestProactorEventLoop()
    run(loop, MockWorld(loop), scenario, debug)


@pytest.mark.parametrize("scenario", [named(each, kernel=True) for each in PROACTOR_SCENARIOS])
def test_real_socket_passes_the_scenario_on_a_proactor(scenario, debug, tmp_path):
    loop = TestProactorEventLoop()
    run(loop, KernelWorld(loop, str(tmp_path)), scenario, debug)


PAIRS = [
    function
    for function in PROACTOR_SCENARIOS
    if "world.pair(" in inspect.getsource(function) or "connected(" in inspect.getsource(function)
]


@pytest.mark.parametrize("scenario", PAIRS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("kind", ["selector", "proactor"])
def test_memory_socket_passes_the_scenario(scenario, kind, debug):
    if kind == "selector":
        loop = asyncio.SelectorEventLoop(TestSelector())
    else:
        loop = TestProactorEventLoop()
    run(loop, MemoryWorld(loop, None), scenario, debug)


def test_at_least_eighteen_scenarios_were_compared():
    assert len(SCENARIOS) >= 18
