"""A test case on a proactor loop serves the same mocks as on a selector loop."""

import asyncio
import unittest
import warnings
from collections.abc import Callable

import pytest
from asyncio_testselector import (
    SocketMock,
    TestProactor,
    TestProactorEventLoop,
    set_read_ready,
)
from asyncloop_testcase import TestCase, UncheckedWarning, fail_on, strict
from asyncloop_testcase._checks import base


class OtherProactor:
    """A proactor that is no TestProactor, as Windows' own."""

    def __init__(self) -> None:
        self._proactor = TestProactor()

    def __getattr__(self, name: str) -> object:
        return getattr(self._proactor, name)


class OtherLoop(asyncio.proactor_events.BaseProactorEventLoop):
    """A proactor loop made by somebody else."""

    def __init__(self) -> None:
        super().__init__(OtherProactor())  # type: ignore[call-arg]


FACTORIES = [
    TestProactorEventLoop,
    OtherLoop,
    asyncio.SelectorEventLoop,
    asyncio.new_event_loop,  # the system's: over a completion port in Windows
]


@pytest.mark.parametrize("factory", FACTORIES)
def test_mocks_are_served(factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    @strict
    class Case(TestCase):
        loop_factory = staticmethod(factory)

        async def test_read(self) -> None:
            sock = SocketMock()
            sock.recv.side_effect = [b"hello"]
            reader, writer = await asyncio.open_connection(sock=sock)
            set_read_ready(sock, self.loop)
            self.assertEqual(await reader.read(10), b"hello")
            writer.close()
            await writer.wait_closed()

    result = unittest.TestResult()
    Case("test_read").run(result)
    assert (result.testsRun, result.errors, result.failures) == (1, [], [])


def run_on_a_proactor(decorator: Callable[[type], type]) -> list[warnings.WarningMessage]:
    """Return the warnings of two tests on a proactor loop, which pass."""

    @decorator
    class Case(TestCase):
        loop_factory = OtherLoop

        async def test_one(self) -> None:
            await asyncio.sleep(0)

        async def test_other(self) -> None:
            await asyncio.sleep(0)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert (result.testsRun, result.errors, result.failures) == (2, [], [])
    return [each for each in caught if issubclass(each.category, UncheckedWarning)]


def test_check_of_readers_says_once_that_a_proactor_loop_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "_said", set())
    [warning] = run_on_a_proactor(fail_on(active_selector_callbacks=True))
    assert str(warning.message) == (
        "the check active_selector_callbacks cannot work with OtherLoop: such a loop has no "
        "readers and writers"
    )


def test_check_of_readers_that_nobody_asked_for_by_name_is_silent_on_a_proactor_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "_said", set())
    assert run_on_a_proactor(strict) == []
