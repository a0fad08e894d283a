"""Look-ups find, and do not find, what those of the standard library's selectors do."""

from __future__ import annotations

import selectors
import socket
from typing import Any
from unittest import mock

import asyncmock_plus
import pytest
from asyncio_testselector import FileMock, TestSelector


def closed_socket() -> socket.socket:
    sock = socket.socket()
    sock.close()
    return sock


STRANGERS = [
    mock.MagicMock(),
    asyncmock_plus.MagicMock(),
    mock.Mock(),
    mock.Mock(**{"fileno.return_value": 3.5}),
    mock.Mock(**{"fileno.return_value": "3"}),
    mock.Mock(**{"fileno.return_value": None}),
    mock.Mock(**{"fileno.return_value": -1}),
    mock.Mock(**{"fileno.side_effect": OSError}),
    mock.Mock(**{"fileno.side_effect": RuntimeError}),
    object(),
    "text",
    None,
    True,
    1.5,
    -1,
    2**20,
    2**40,
    closed_socket(),
]
LOOKUPS = {
    "get": lambda selector, fileobj: selector.get_map().get(fileobj),
    "get with a default": lambda selector, fileobj: selector.get_map().get(fileobj, "default"),
    "item": lambda selector, fileobj: selector.get_map()[fileobj],
    "in": lambda selector, fileobj: fileobj in selector.get_map(),
    "key": lambda selector, fileobj: selector.get_key(fileobj),
    "unregister": lambda selector, fileobj: selector.unregister(fileobj),
    "modify": lambda selector, fileobj: selector.modify(fileobj, selectors.EVENT_READ),
}


def outcome(lookup: Any, selector: selectors.BaseSelector, fileobj: Any) -> Any:
    try:
        return lookup(selector, fileobj)
    except Exception as exc:
        return type(exc)


@pytest.mark.parametrize("lookup", LOOKUPS.values(), ids=LOOKUPS)
@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda each: f"{type(each).__name__}")
@pytest.mark.parametrize("watched", [False, True], ids=["empty", "with a mock"])
def test_stranger_is_looked_up_as_in_selectors(lookup: Any, stranger: Any, watched: bool) -> None:
    with TestSelector(selectors.SelectSelector()) as ours, selectors.SelectSelector() as real:
        if watched:
            ours.register(FileMock(), selectors.EVENT_READ)
        assert outcome(lookup, ours, stranger) == outcome(lookup, real, stranger)
