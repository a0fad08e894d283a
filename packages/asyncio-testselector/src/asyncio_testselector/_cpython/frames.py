"""Who asks for something, read off the frames of the call."""

from __future__ import annotations

import asyncio
import select
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import types


def asking() -> tuple[list[str], types.FrameType | None]:
    """Return which of our functions are at work, innermost first, and the frame that asked them."""
    names = []
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(OUR_MODULES):
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names, frame


OUR_MODULES = ("asyncio_testselector", "asyncmock_plus", "unittest.mock")


def loop_that_asks() -> asyncio.AbstractEventLoop | None:
    """
    Return the event loop one of whose methods asks for a descriptor, or None if none does.

    That is ``_ensure_fd_no_transport``, of a loop that does not run: its ``self`` is the loop. Read
    on 3.10-3.15.
    """
    frame = asking()[1]
    if frame is None or frame.f_globals.get("__name__") != "asyncio.selector_events":
        return None
    loop = frame.f_locals.get("self")
    return loop if isinstance(loop, asyncio.AbstractEventLoop) else None


def refuses_ssl_sockets() -> bool:
    """
    Tell whether asyncio asks if something is an SSL socket, in order to refuse it.

    It does in ``base_events._check_ssl_socket``, whose error has no way out. Read on 3.10-3.15.
    """
    frame = asking()[1]
    return frame is not None and frame.f_code.co_name == "_check_ssl_socket"


def wraps_in_tls(frame: types.FrameType | None) -> bool:
    """
    Tell whether it is ``ssl`` that asks for a descriptor, to make a socket of its own of it.

    It is ``SSLSocket._create``, which ``wrap_socket`` calls. Read on 3.10-3.15.
    """
    return frame is not None and frame.f_globals.get("__name__") == "ssl"


def polls(frame: types.FrameType | None) -> bool:
    """
    Tell whether who asks for a descriptor is going to poll it by itself, without a loop.

    It is code of a module that has the module ``select``, as httpcore's, pymongo's and urllib3's,
    or the standard library's own selectors. asyncio leaves that to its selector, but its
    ``TransportSocket``, in the module ``trsock``, asks for others. Read on 3.10-3.15.
    """
    while frame is not None and frame.f_globals.get("__name__") == "asyncio.trsock":
        frame = frame.f_back
    if frame is None:
        return False
    name = str(frame.f_globals.get("__name__"))
    return frame.f_globals.get("select") is select and not name.startswith(LEAVE_POLLING)


LEAVE_POLLING = ("asyncio.", *OUR_MODULES)
"""Modules whose sockets are watched by a loop."""
