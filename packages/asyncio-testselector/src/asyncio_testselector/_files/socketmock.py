"""Mocks of sockets, which asyncio accepts as they are."""

# mypy alone does not know a class attribute of that name that can be set
# pyright: reportUnnecessaryTypeIgnoreComment=false

from __future__ import annotations

from typing import Any, ClassVar

from asyncmock_plus import DEFAULT

from asyncio_testselector._cpython.frames import refuses_ssl_sockets
from asyncio_testselector._cpython.sockets import Socket
from asyncio_testselector._files.filemock import FileDefaults, FileMock
from asyncio_testselector._files.socketdefaults import SocketDefaults

SSL_SOCKET: type
try:
    import ssl
except ImportError:  # pragma: no cover - CPython can be built without
    SSL_SOCKET = Socket
else:
    SSL_SOCKET = ssl.SSLSocket


class SocketMock(FileMock):
    """
    A mock of a socket that asyncio accepts as it is.

    By default it is a connected stream socket that has nothing to read and takes all that is
    sent; ``recv_into`` reads what ``recv`` gives and ``sendmsg`` sends what ``send`` takes, so
    that it is enough to configure ``recv`` and ``send``. Keyword arguments and later assignments
    replace attributes: ``SocketMock(type=socket.SOCK_DGRAM)``.

    When there is something to read is said by `set_read_ready`, after each of which asyncio
    calls ``recv`` once; after a ``send`` that raised ``BlockingIOError``, `set_write_ready` makes
    it try again.

    Args:
        side_effect: As for ``Mock``: of calling the mock itself.
        return_value: As for ``Mock``.
        wraps: As for ``Mock``.
        name: As for ``Mock``.
        spec_set: As for ``Mock``; the spec is ``socket.socket`` without it.
        parent: As for ``Mock``.
        **kwargs: Attributes, such as ``family``, ``type`` and ``proto``.

    Example:
        >>> import asyncio, asyncio_testselector as io
        >>> async def main():
        ...     loop = asyncio.get_running_loop()
        ...     io.install(loop)
        ...     sock = io.SocketMock()
        ...     sock.recv.side_effect = [b"hello", b""]
        ...     reader, writer = await asyncio.open_connection(sock=sock)
        ...     io.set_read_ready(sock, loop)
        ...     io.set_read_ready(sock, loop)
        ...     writer.write(b"anybody there?")
        ...     sock.send.assert_called_once_with(b"anybody there?")
        ...     answer = await reader.read()
        ...     writer.close()
        ...     await writer.wait_closed()
        ...     return answer
        >>> asyncio.run(main())
        b'hello'

    .. versionadded:: 1.0.0
       The class is asynctest 0.13's; what the methods do by default is new.
    """

    _file_defaults_class: ClassVar[type[FileDefaults]] = SocketDefaults
    _file_spec: ClassVar[type] = Socket
    # Subclasses that have a peer as datagram sockets, too, as in asynctest.
    _file_always_connected: ClassVar[bool] = False

    def __init__(
        self,
        side_effect: Any = None,
        return_value: Any = DEFAULT,
        wraps: Any = None,
        name: Any = None,
        spec_set: Any = None,
        parent: Any = None,
        **kwargs: Any,
    ) -> None:
        for attribute in ("family", "type", "proto"):
            self.__dict__[attribute] = getattr(SocketDefaults, attribute)
        super().__init__(
            self._file_spec,
            side_effect=side_effect,
            return_value=return_value,
            wraps=wraps,
            name=name,
            spec_set=spec_set,
            parent=parent,
            **kwargs,
        )


CLASS_OF_MOCKS: Any = next(
    vars(base)["__class__"]
    for base in SocketMock.__mro__
    if isinstance(vars(base).get("__class__"), property)
)
"""The property ``__class__`` that all mocks have."""


class SSLSocketMock(SocketMock):
    """
    A mock of ``ssl.SSLSocket``, for code that uses such a socket itself.

    asyncio refuses SSL sockets, also mocked ones, since Python 3.7: ``TypeError: Socket cannot be
    of type SSLSocket``. To test TLS with asyncio, hand it a memory socket and ``ssl=``: see
    `memory_socketpair`.

    .. versionadded:: 1.0.0
       The class is asynctest 0.13's.
    """

    _file_spec: ClassVar[type] = SSL_SOCKET

    @property  # type: ignore[misc]  # as in unittest.mock, where it can be set, too
    def __class__(self) -> Any:
        """What it is a mock of, which asyncio asks before it refuses it."""
        if refuses_ssl_sockets():
            msg = (
                f"Socket cannot be of type SSLSocket: {self._mock_name or 'an SSLSocketMock'!r}; "
                "asyncio does TLS itself, so pass one of memory_socketpair() and ssl="
            )
            raise TypeError(msg)
        return CLASS_OF_MOCKS.__get__(self)
