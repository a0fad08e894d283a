"""Fixtures of the tests in this folder."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

import pytest
from asyncio_testselector import TestSelector


@pytest.fixture(params=["virtual", "real"])
def run(request: pytest.FixtureRequest) -> Any:
    """Run a coroutine on a TestSelector loop, with and without a real selector inside."""

    def runner(main: Coroutine[Any, Any, Any]) -> Any:
        inner = selectors.DefaultSelector() if request.param == "real" else None
        loop = asyncio.SelectorEventLoop(TestSelector(inner))
        loop.set_exception_handler(lambda loop, context: None)
        try:
            return loop.run_until_complete(asyncio.wait_for(main, 20))
        finally:
            loop.close()

    return runner
