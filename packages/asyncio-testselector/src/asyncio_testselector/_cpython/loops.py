"""Event loops: their selector, what it reports, and their pipes."""

from __future__ import annotations

import asyncio
import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import selectors


def selector_of(owner: object) -> Any:
    """
    Return the selector inside a loop or inside a wrapping selector, or None.

    ``BaseSelectorEventLoop._selector`` is the loop's selector, and on a proactor loop an alias of
    its proactor. asyncio has no public way to ask for it. Read on 3.10-3.15.
    """
    return getattr(owner, "_selector", None)


def replace_selector(loop: asyncio.AbstractEventLoop, selector: object) -> None:
    """
    Give a loop another selector.

    The loop looks ``_selector`` up at every use and keeps no bound method of it, so that assigning
    it is enough. Read on 3.10-3.15.
    """
    loop._selector = selector  # type: ignore[attr-defined]


def loop_of(key: selectors.SelectorKey) -> asyncio.AbstractEventLoop | None:
    """
    Return the event loop that registered *key*, or None if it was no loop.

    Selector loops register ``(reader, writer)`` as data: two ``Handle`` objects, one of them
    possibly None, each with its ``_loop``. The first file of every loop is its own wake-up socket,
    so that a selector learns of its loop at once, however the two were put together. Read on
    3.10-3.15.
    """
    data = key.data
    if isinstance(data, tuple) and len(data) == 2:
        for handle in data:
            if isinstance(handle, asyncio.Handle):
                return getattr(handle, "_loop", None)
    return None


def process_events(loop: asyncio.AbstractEventLoop, events: list[Any]) -> None:
    """
    Have a selector loop act on events as if its selector had reported them.

    ``BaseSelectorEventLoop._process_events`` takes what ``select()`` returns. Read on 3.10-3.15.
    """
    loop._process_events(events)  # type: ignore[attr-defined]


def pipe_factories(kind: type[asyncio.AbstractEventLoop]) -> list[tuple[type, str]]:
    """
    Return the methods of a class of loops that make pipe transports: the class, and the name.

    ``loop.connect_read_pipe`` and ``connect_write_pipe`` call ``_make_read_pipe_transport`` and
    ``_make_write_pipe_transport`` with (pipe, protocol, waiter, extra); Unix loops define them,
    where pipes are not supported there are none. Read on 3.10-3.15.
    """
    if sys.platform == "win32" or not issubclass(kind, asyncio.SelectorEventLoop):
        return []
    return [
        (next(owner for owner in kind.__mro__ if name in vars(owner)), name)
        for name in PIPE_TRANSPORTS
    ]


PIPE_TRANSPORTS = {
    "_make_read_pipe_transport": "_UnixReadPipeTransport",
    "_make_write_pipe_transport": "_UnixWritePipeTransport",
}


def pipe_transport(factory: str, os_namespace: object) -> type:
    """
    Return asyncio's own class of pipe transports, calling another ``os`` than the real one.

    ``_UnixReadPipeTransport`` and ``_UnixWritePipeTransport`` hand the descriptor of their pipe to
    ``os.fstat``, ``set_blocking``, ``read`` and ``write``, which refuse every virtual one. A
    subclass has the same functions, except that ``os`` in their globals is *os_namespace*. Read on
    3.10-3.15.
    """
    base: type = getattr(asyncio.unix_events, PIPE_TRANSPORTS[factory])
    members = {"__module__": __name__, "__doc__": f"{base.__name__} of a virtual descriptor."}
    for name, function in vars(base).items():
        if isinstance(function, types.FunctionType):
            members[name] = rebound(function, os=os_namespace)
    return type(base.__name__, (base,), members)


def rebound(function: types.FunctionType, **replaced: object) -> Any:
    """Return the function with some of its globals replaced."""
    copy = types.FunctionType(
        function.__code__,
        {**function.__globals__, **replaced},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy
