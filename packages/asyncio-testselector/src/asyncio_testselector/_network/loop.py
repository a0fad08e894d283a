"""
What a memory network changes in an event loop, and takes back.

Methods are put in front of the loop's that would ask the operating system about names,
paths or files; they are public ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import io
import os
import stat
import sys
from typing import TYPE_CHECKING, Any

from asyncio_testselector._cpython.loops import replace_selector, selector_of
from asyncio_testselector._files.pipes import refuse_pipes
from asyncio_testselector._installation.installation import find_selector
from asyncio_testselector._installation.overrides import Overrides
from asyncio_testselector._memory.socket import MemorySocket
from asyncio_testselector._names import resolution
from asyncio_testselector._network.fabric import UNIX, Fabric
from asyncio_testselector._network.socket import NetworkSocket

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable


def override(loop: AbstractEventLoop, fabric: Fabric) -> Overrides:
    """Put a network's answers in front of the loop's methods that ask the operating system."""
    overrides = Overrides(loop)
    overrides.put("getaddrinfo", _getaddrinfo(fabric))
    overrides.put("getnameinfo", _getnameinfo(fabric))
    if type(loop).create_unix_server is not asyncio.AbstractEventLoop.create_unix_server:
        overrides.put("create_unix_server", _create_unix_server(loop, fabric))
    overrides.put("sock_sendfile", _sock_sendfile(loop))
    return overrides


def _getaddrinfo(fabric: Fabric) -> Callable[..., Any]:
    async def getaddrinfo(
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        """Resolve among the hosts of the memory network."""
        return resolution.getaddrinfo(fabric.hosts, host, port, family, type, proto, flags)

    return getaddrinfo


def _getnameinfo(fabric: Fabric) -> Callable[..., Any]:
    async def getnameinfo(sockaddr: Any, flags: int = 0) -> Any:
        """Name an address of the memory network."""
        return resolution.getnameinfo(fabric.hosts, sockaddr, flags)

    return getnameinfo


def _create_unix_server(loop: AbstractEventLoop, fabric: Fabric) -> Callable[..., Any]:
    original: Any = loop.create_unix_server

    async def create_unix_server(
        protocol_factory: Any, path: Any = None, *, sock: Any = None, **options: Any
    ) -> Any:
        """Serve a path of the memory network; asyncio's own would remove files of that name."""
        if path is None or sock is not None:
            return await original(protocol_factory, path, sock=sock, **options)
        path = os.fspath(path)
        sock = NetworkSocket(UNIX, fabric=fabric)
        try:
            sock.bind(path)
            if sys.version_info >= (3, 13):
                # The path is none of the file system: there is nothing to clean up.
                options["cleanup_socket"] = False
            return await original(protocol_factory, sock=sock, **options)
        except OSError as exc:
            sock.close()
            if exc.errno != errno.EADDRINUSE:
                raise
            msg = f"Address {path!r} is already in use"
            raise OSError(errno.EADDRINUSE, msg) from None
        except BaseException:
            sock.close()
            raise

    return create_unix_server


def _sock_sendfile(loop: AbstractEventLoop) -> Callable[..., Any]:
    original: Any = loop.sock_sendfile

    async def sock_sendfile(
        sock: Any, file: Any, offset: int = 0, count: int | None = None, *, fallback: bool = True
    ) -> Any:
        """Send a file over a memory socket, which ``os.sendfile`` cannot."""
        if not isinstance(sock, MemorySocket):
            return await original(sock, file, offset, count, fallback=fallback)
        check_sendfile(loop, sock, file, offset, count)
        if not (fallback or is_regular(file)):
            msg = (
                f"{file!r} is no regular file, which alone can be sent as it is: use fallback=True"
            )
            raise asyncio.SendfileNotAvailableError(msg)
        if hasattr(file, "seek"):
            file.seek(offset)
        sent = 0
        while count is None or sent < count:
            data = file.read(65536 if count is None else min(65536, count - sent))
            if not data:
                break
            await loop.sock_sendall(sock, data)
            sent += len(data)
        return sent

    return sock_sendfile


def check_sendfile(
    loop: AbstractEventLoop, sock: MemorySocket, file: Any, offset: Any, count: Any
) -> None:
    """
    Refuse what ``loop.sock_sendfile()`` refuses.

    Raises:
        ValueError: The socket blocks, the file is one of text, or the numbers make no sense.
        TypeError: *count* or *offset* is no number.
    """
    if loop.get_debug() and sock.gettimeout() != 0:
        msg = "the socket must be non-blocking"
        raise ValueError(msg)
    if "b" not in getattr(file, "mode", "b") or isinstance(file, io.TextIOBase):
        msg = "file should be opened in binary mode"
        raise ValueError(msg)
    if not isinstance(offset, int) or not isinstance(count, (int, type(None))):
        msg = f"offset and count must be integers (got {offset!r}, {count!r})"
        raise TypeError(msg)
    if count is not None and count <= 0:
        msg = f"count must be a positive integer (got {count!r})"
        raise ValueError(msg)
    if offset < 0:
        msg = f"offset must be a non-negative integer (got {offset!r})"
        raise ValueError(msg)


def is_regular(file: Any) -> bool:
    """Tell whether the kernel could send a file by itself."""
    try:
        return stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except (AttributeError, OSError, ValueError):
        return False


def unwrap(loop: asyncio.AbstractEventLoop) -> None:
    """Take a TestSelector that was installed for a network out of the loop again."""
    selector = find_selector(loop)
    if selector is None or selector is not selector_of(loop):
        return  # somebody put another one around it since
    inside = selector_of(selector)
    if inside is not None and len(selector.get_map()) == len(inside.get_map()):
        replace_selector(loop, inside)
        refuse_pipes(loop)


def forget(loop: asyncio.AbstractEventLoop, fd: int) -> None:
    """Have the loop watch a socket no longer, also if a transport or a server does."""
    selector = find_selector(loop)
    # A proactor keeps its own books, and takes back what it has begun when the loop is closed.
    if selector is not None and isinstance(loop, asyncio.SelectorEventLoop):
        with contextlib.suppress(KeyError):
            selector.unregister(fd)
