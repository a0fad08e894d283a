"""Fixtures of the tests in this folder."""

from __future__ import annotations

import pytest
from asyncio_testselector import (
    TestProactorEventLoop,
)


@pytest.fixture(params=[False, True], ids=["plain", "debug"])
def loop(request):
    loop = TestProactorEventLoop()
    loop.set_debug(request.param)
    loop.slow_callback_duration = 100
    reports = loop.reports = []
    loop.set_exception_handler(lambda _, context: reports.append(context))
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert reports == []
