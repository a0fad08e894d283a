"""Fixtures of the tests in this folder."""

from __future__ import annotations

import selectors

import pytest
from asyncio_testselector import (
    FileDescriptor,
    TestSelector,
)


@pytest.fixture
def selector():
    with TestSelector(selectors.DefaultSelector()) as selector:
        yield selector


@pytest.fixture
def descriptors_from_zero():
    saved = FileDescriptor.next_fd
    FileDescriptor.next_fd = 0
    yield
    FileDescriptor.next_fd = saved
