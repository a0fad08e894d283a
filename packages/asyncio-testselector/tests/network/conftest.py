"""Fixtures of the tests in this folder."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from asyncio_testselector import (
    MemoryNetwork,
    TestProactorEventLoop,
    TestSelector,
)


@pytest.fixture(params=["test-selector", "plain-loop", "debug", "backed", "proactor"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def run(kind: str) -> Any:
    """Run a coroutine on a loop of its own; problems of callbacks fail the test."""
    problems: list[dict[str, Any]] = []

    def runner(main: Coroutine[Any, Any, Any]) -> Any:
        loop: asyncio.AbstractEventLoop
        if kind == "proactor":
            loop = TestProactorEventLoop()
        else:
            loop = asyncio.SelectorEventLoop(None if kind == "plain-loop" else TestSelector())
        loop.set_debug(kind == "debug")
        loop.set_exception_handler(lambda loop, context: problems.append(context))
        try:
            return loop.run_until_complete(asyncio.wait_for(main, 20))
        finally:
            loop.close()

    yield runner
    assert problems == []


@pytest.fixture
def network(kind: str) -> MemoryNetwork:
    return MemoryNetwork(hosts=["db"], backed=kind == "backed")
