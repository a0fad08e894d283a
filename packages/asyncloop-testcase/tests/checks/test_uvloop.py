"""The checks on uvloop's loop, which cannot be looked into."""

import asyncio
import contextlib
import socket
import time

import pytest
from asyncloop_testcase import TestCase, UncheckedWarning, check_loop, fail_on, strict
from asyncloop_testcase._checks import base
from checking import report_of, verdict_of
from healthy import healthy_cases
from running import passed, run

uvloop = pytest.importorskip("uvloop")


class UvloopCase(TestCase):
    __test__ = False
    loop_factory = staticmethod(uvloop.new_event_loop)


async def fail() -> None:
    raise ValueError("boom")


def ring() -> None:
    """Do nothing."""


def test_default_checks_find_what_they_find_elsewhere(caplog: pytest.LogCaptureFixture) -> None:
    one, other = socket.socketpair()

    class Case(UvloopCase):
        async def test(self) -> None:
            loop = asyncio.get_running_loop()
            self.task = asyncio.create_task(fail(), name="worker")
            fail()
            loop.add_reader(one.fileno(), ring)
            loop.add_writer(one.fileno(), ring)
            loop.remove_writer(one.fileno())
            await asyncio.sleep(0)

    with one, other:
        report = report_of(Case)
    assert report.startswith(
        "3 checks failed: unhandled_exceptions, unawaited_coroutines, active_selector_callbacks"
    )
    assert "Task 'worker', coroutine fail()" in report
    assert "reader of " in report
    assert "writer of " not in report
    assert "loop.add_reader(one.fileno(), ring)" in report


def test_unused_loop() -> None:
    class Case(UvloopCase):
        def test(self) -> None:
            """Do nothing."""

        def test_used(self) -> None:
            self.loop.run_until_complete(asyncio.sleep(0))

    verdict_of(Case, "unused_loop")
    passed(Case, "test_used")


def test_pending_tasks_and_timers() -> None:
    class Case(UvloopCase):
        @fail_on(pending_tasks=True, active_handles=True)
        async def test(self) -> None:
            asyncio.get_running_loop().call_later(3600, ring)
            asyncio.create_task(asyncio.sleep(60), name="nap")
            await asyncio.sleep(0)

    report = report_of(Case)
    assert "Task 'nap', coroutine sleep()" in report
    assert "asyncio.get_running_loop().call_later(3600, ring)" in report


def test_transports_and_servers() -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        try:
            async with check_loop(unclosed_transports=True):
                server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
                address = server.sockets[0].getsockname()
                transport, _ = await loop.create_connection(asyncio.Protocol, *address)
        except AssertionError as error:
            return str(error)
        finally:
            transport.close()
            server.close()
            await server.wait_closed()

    loop = uvloop.new_event_loop()
    report = loop.run_until_complete(asyncio.wait_for(main(), 10))
    loop.close()
    assert "Server that listens at ('127.0.0.1', " in report
    assert "TCPTransport from ('127.0.0.1', " in report


def test_slow_callbacks_says_once_that_it_cannot_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_said", set())

    class Case(UvloopCase):
        @fail_on(slow_callbacks=0.001)
        async def test(self) -> None:
            time.sleep(0.005)

    text = "^the check slow_callbacks cannot work with Loop: it does not call its callbacks by "
    with pytest.warns(UncheckedWarning, match=text):
        run(Case)
    passed(Case)


def test_healthy_tests_have_no_report() -> None:
    for case in healthy_cases(60):
        with contextlib.suppress(TypeError):
            passed(strict(type(case.__name__, (UvloopCase,), {"test": case.test})))
