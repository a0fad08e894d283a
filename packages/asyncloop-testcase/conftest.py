"""What the examples in docstrings may use without importing it: asyncio, and our public names."""  # noqa: INP001

import asyncio
from typing import Any

import asyncloop_testcase
import pytest


@pytest.fixture(autouse=True)
def _names_for_examples(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace["asyncio"] = asyncio
    doctest_namespace.update(
        (name, getattr(asyncloop_testcase, name)) for name in asyncloop_testcase.__all__
    )
