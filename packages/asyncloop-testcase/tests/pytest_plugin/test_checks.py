"""The pytest plugin: checks for the tests of pytest-asyncio and anyio."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asyncloop_testcase._checks.fail_on import make_plan
from asyncloop_testcase._pytest.options import said_by_lines
from asyncloop_testcase._pytest.watching import ItemWatch, entering
from pytest_runs import ANYIO, ASYNCIO, OWN, run, verdicts

LEAKING = """
import asyncio
import pytest
from asyncloop_testcase import fail_on, lenient

def leak():
    asyncio.get_running_loop().call_later(60, print)

async def fetch():
    pass
"""

OUTCOMES = (
    LEAKING
    + """
@pytest.fixture
async def background():
    task = asyncio.create_task(asyncio.sleep(60))
    yield
    task.cancel()

class TestMarked:
    pytestmark = pytest.mark.fail_on("strict")

    async def test_fails_leak(self):
        leak()

    async def test_fails_unawaited(self):
        fetch()

    async def test_passes_healthy(self):
        await fetch()

    @pytest.mark.fail_on(active_handles=False)
    async def test_passes_marker_over_class(self):
        leak()

    @lenient
    async def test_passes_decorator_over_class(self):
        leak()
        await fetch()

    async def test_passes_with_fixture(self, background):
        await asyncio.sleep(0)

    @pytest.mark.parametrize("value", [1, 2])
    async def test_passes_parameter(self, value):
        assert value

    def test_passes_synchronous(self):
        pass

    async def test_fails_own_error(self):
        leak()
        raise ValueError("its own")

    async def test_passes_skip(self):
        pass

@fail_on(active_handles=True)
@pytest.mark.asyncio
class TestDecorated:
    async def test_fails_leak(self):
        leak()

    @pytest.mark.fail_on("lenient")
    async def test_passes_marker_over_class(self):
        leak()

@pytest.mark.asyncio
async def test_passes_unmarked():
    leak()

@pytest.mark.asyncio
@pytest.mark.fail_on
async def test_fails_default():
    fetch()

@pytest.mark.anyio
@pytest.mark.fail_on(active_handles=True)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_fails_anyio(anyio_backend):
    leak()

@pytest.mark.anyio
@pytest.mark.fail_on("strict")
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_passes_anyio(anyio_backend):
    import anyio
    await anyio.sleep(0)
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep, 0)

"""
)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "test_it.py").write_text(OUTCOMES)
    return run(folder, "", "--strict-markers", plugins=(OWN, ASYNCIO, ANYIO)).stdout


def test_each_test_passes_or_fails_as_it_says(output: str) -> None:
    found = verdicts(output)
    assert len(found) == 18
    wrong = {
        name: verdict
        for name, verdict in found.items()
        if verdict != ("FAILED" if "test_fails" in name else "PASSED")
    }
    assert wrong == {}


def test_report_is_the_message(output: str) -> None:
    assert "AssertionError: a check failed: active_handles" in output
    assert "coroutine fetch()" in output
    assert "ValueError: its own" in output


def test_ini_file_applies_to_all_coroutine_tests(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        LEAKING
        + """
async def test_fails_leak():
    leak()

@pytest.mark.fail_on(active_handles=False)
async def test_passes_marker():
    leak()

async def test_fails_slow():
    import time
    time.sleep(0.1)

def test_passes_synchronous():
    pass
"""
    )
    done = run(tmp_path, "asyncloop_fail_on =\n    active_handles\n    slow_callbacks = 0.02\n")
    assert verdicts(done.stdout) == {
        "test_fails_leak": "FAILED",
        "test_passes_marker": "PASSED",
        "test_fails_slow": "FAILED",
        "test_passes_synchronous": "PASSED",
    }


def test_bad_ini_file_is_refused_at_once(tmp_path: Path) -> None:
    done = run(tmp_path, "asyncloop_fail_on = pending\n", plugins=(OWN,))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "asyncloop_fail_on: no level or check is named 'pending'; did you" in done.stderr


def test_lines_of_the_ini_file() -> None:
    lines = ["strict", "pending_tasks", "active_handles = no", "slow_callbacks = 0.5"]
    assert said_by_lines(lines).layers == (
        {"": "strict"},
        {"pending_tasks": True},
        {"active_handles": False},
        {"slow_callbacks": 0.5},
    )


@pytest.mark.parametrize(
    ("line", "error", "text"),
    [
        (
            "pending",
            TypeError,
            "no level or check is named 'pending'; did you mean 'pending_tasks'?",
        ),
        ("zzz", TypeError, "no level or check is named 'zzz'; there are default, strict"),
        ("slow_callbacks = -1", ValueError, "fail_on(slow_callbacks=-1): the seconds have"),
        ("pending_tasks = 3", TypeError, "fail_on(pending_tasks=3): the check pending_tasks"),
        ("pending_tasks = maybe", ValueError, "cannot read the value 'maybe': write true, false"),
    ],
)
def test_bad_lines_are_refused(line: str, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match="^" + re.escape(text)):
        said_by_lines([line])


def test_plugin_is_an_entry_point_that_does_not_import_the_package() -> None:
    [entry] = importlib.metadata.entry_points(group="pytest11", name="asyncloop_testcase")
    assert entry.value == "_asyncloop_testcase_pytest"
    program = f"import sys, pytest, {entry.value}; print([m for m in sys.modules if 'asyncl' in m])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"['{entry.value}']"


def test_run_without_checks_does_not_import_the_package(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n\nasync def test():\n    assert 'asyncloop_testcase' not in sys.modules\n"
    )
    done = run(tmp_path)
    assert verdicts(done.stdout) == {"test": "PASSED"}


def test_kinds_of_items(tmp_path: Path) -> None:
    """The module's mark counts, hypothesis keeps its function inside, doctests have none."""
    (tmp_path / "test_it.py").write_text(
        LEAKING
        + """
from hypothesis import given, strategies

pytestmark = pytest.mark.fail_on(active_handles=True)

async def test_fails_by_the_mark_of_the_module():
    leak()

@pytest.mark.fail_on(active_handles=False)
async def test_passes_by_its_own_mark():
    leak()

@given(strategies.none())
async def test_fails_hypothesis(nothing):
    leak()

def documented():
    '''
    >>> documented()
    '''
"""
    )
    done = run(tmp_path, "", "--doctest-modules")
    assert verdicts(done.stdout) == {
        "test_fails_by_the_mark_of_the_module": "FAILED",
        "test_passes_by_its_own_mark": "PASSED",
        "test_fails_hypothesis": "FAILED",
        "test_it.documented": "PASSED",
    }


def test_coroutine_that_runs_on_no_loop_of_asyncio_is_not_checked() -> None:
    """As anyio runs it on trio."""

    async def test(value: int) -> int:
        return value

    watch: Any = ItemWatch(None, make_plan([{"": "strict"}]))  # type: ignore[arg-type]
    with pytest.raises(StopIteration) as caught:
        entering(test, None, lambda: watch)(5).send(None)
    assert caught.value.value == 5
