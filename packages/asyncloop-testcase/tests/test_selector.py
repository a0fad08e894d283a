"""The one optional import: file mocks on the loop of a test."""

import asyncio
import subprocess
import sys
import types

import pytest
from asyncloop_testcase import TestCase, _selector
from running import passed


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[asyncio.AbstractEventLoop]:
    """Stand in for asyncio-testselector; return the loops that it was installed on."""
    loops: list[asyncio.AbstractEventLoop] = []
    module = types.ModuleType("asyncio_testselector")
    module.install = loops.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "asyncio_testselector", module)
    monkeypatch.setattr(_selector, "_install", _selector._UNKNOWN)
    return loops


def test_selector_loop_of_a_test_serves_file_mocks(
    installed: list[asyncio.AbstractEventLoop],
) -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    class Case(TestCase):
        loop_factory = asyncio.SelectorEventLoop

        async def test(self) -> None:
            loops.append(self.loop)

    assert passed(Case)
    assert installed == loops


def test_other_loop_is_left_alone(installed: list[asyncio.AbstractEventLoop]) -> None:
    class Loop(asyncio.AbstractEventLoop):
        pass

    _selector.serve_file_mocks(Loop())

    assert installed == []


def test_without_the_package_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncio_testselector", None)
    monkeypatch.setattr(_selector, "_install", _selector._UNKNOWN)

    class Case(TestCase):
        async def test(self) -> None:
            await asyncio.sleep(0)

    assert passed(Case)
    assert _selector._install is None
    assert passed(Case)  # nor is it looked for again


def test_nothing_is_imported_before_the_first_test() -> None:
    program = "import asyncloop_testcase, sys; print('asyncio_testselector' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )

    assert done.stdout.strip() == "False", done.stderr
