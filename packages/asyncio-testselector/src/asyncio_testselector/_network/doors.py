"""
Ways to the real network that do not lead through the module ``socket``.

Some libraries open their sockets in C. Nothing can answer for them, so they are refused while they
are used on a loop with a network, before they reach anything real.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncio_testselector._network.seam import current_fabric

if TYPE_CHECKING:
    from collections.abc import Callable


class Door(NamedTuple):
    """
    Methods of a class that use the real network.

    Attributes:
        module: Where the class is; it counts once that is imported.
        name: The name of the class.
        methods: Those methods that it has of these.
        harmless: What the first argument begins with if all stays within the process.
        instead: What to do.
    """

    module: str
    name: str
    methods: tuple[str, ...]
    harmless: tuple[str, ...]
    instead: str


DOORS = (
    Door(
        "pycares",
        "Channel",
        ("getaddrinfo", "getnameinfo", "gethostbyaddr", "gethostbyname", "query", "search"),
        (),
        "ask loop.getaddrinfo(); with aiohttp, TCPConnector(resolver=aiohttp.ThreadedResolver())",
    ),
    Door(
        "zmq.sugar.socket",
        "Socket",
        ("bind", "connect"),
        ("inproc:", "ipc:"),
        "test with an inproc: address, or without the memory network",
    ),
)

_originals: dict[tuple[type, str], Any] = {}


def close() -> None:
    """Refuse from now on, on loops that have a network, what goes through these doors."""
    for door in DOORS:
        cls: Any = getattr(sys.modules.get(door.module), door.name, None)
        for name in door.methods:
            if cls is None:
                break
            method = vars(cls).get(name)
            if method is not None and (cls, name) not in _originals:
                _originals[cls, name] = method
                setattr(cls, name, _refusing(door, method))


def reopen() -> None:
    """Put everything back."""
    while _originals:
        (cls, name), method = _originals.popitem()
        setattr(cls, name, method)


def _refusing(door: Door, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def refuse(self: Any, *args: Any, **kwargs: Any) -> Any:
        harmless = args and isinstance(args[0], str) and args[0].startswith(door.harmless)
        if current_fabric() is None or (door.harmless and harmless):
            return method(self, *args, **kwargs)
        package = door.module.partition(".")[0]
        asked = "" if not args else repr(args[0])
        msg = (
            f"{package} opens sockets of its own in C, which a MemoryNetwork cannot answer, so "
            f"{method.__name__}({asked}) would reach the real network: {door.instead}"
        )
        raise RuntimeError(msg)

    return refuse
