"""What the package gives away, and under which names."""

from __future__ import annotations

import pickle

import asyncio_testselector
import pytest
from asyncio_testselector import FileDescriptor, ScriptError, WireEvent


@pytest.mark.parametrize(
    "value",
    [FileDescriptor(), WireEvent(0.5, "data", "", "", 2, b"hi"), ScriptError("why")],
    ids=lambda value: type(value).__name__,
)
def test_what_is_pickled_is_found_by_its_public_name(value: object) -> None:
    pickled = pickle.dumps(value, protocol=0)

    assert b"asyncio_testselector._" not in pickled
    assert repr(pickle.loads(pickled)) == repr(value)
    assert getattr(asyncio_testselector, type(value).__name__) is type(value)
