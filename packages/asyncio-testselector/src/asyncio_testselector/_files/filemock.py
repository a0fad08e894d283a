"""A mock of a file, which a `TestSelector` can watch."""

from __future__ import annotations

import errno
import os
import weakref
from typing import TYPE_CHECKING, Any, ClassVar

from asyncmock_plus import Mock

from asyncio_testselector._cpython.frames import asking, wraps_in_tls
from asyncio_testselector._cpython.sockets import Socket
from asyncio_testselector._files import service
from asyncio_testselector._files.descriptor import FileDescriptor

if TYPE_CHECKING:
    from collections.abc import Callable


def would_block() -> BlockingIOError:
    """Return the error of a call that has nothing to do now."""
    return BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def copied(value: Any) -> Any:
    """Return *value* as it is now: a buffer as bytes, anything else itself."""
    return bytes(value) if isinstance(value, (bytearray, memoryview)) else value


class Default:
    """
    What a method does by default; it is the ``wraps`` of the method.

    A mock asks its ``wraps`` for every attribute that is asked of itself. None is the answer: an
    attribute of the method is a mock like any other.
    """

    __slots__ = ("_function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it."""
        return self._function(*args, **kwargs)

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


class FileMethod(Mock):
    """
    A method of a file mock, that does what was configured, else what `FileDefaults` does.

    The default is the method's ``wraps``, which gives way to ``side_effect`` and to
    ``return_value``. Buffers are copied before they are recorded: asyncio passes a live
    ``bytearray`` (3.10, 3.11) or a view of one, and empties it afterwards.
    """

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Record the call and do what was configured; an exhausted ``side_effect`` says so."""
        try:
            return super().__call__(*map(copied, args), **kwargs)
        except StopIteration as exc:
            raise self._exhausted() from exc

    def _exhausted(self) -> Exception:
        return RuntimeError(
            f"{self!r} was called more often than its side_effect has items: "
            f"{self.call_count} calls; add an item, or call set_read_ready() less often"
        )

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        return Mock(**kwargs)


class FileDefaults:
    """
    What a `FileMock` does when the test says nothing else.

    Args:
        mock: The file mock, held weakly.
    """

    names: ClassVar[frozenset[str]] = frozenset({"close", "fileno", "read", "write"})
    """The methods that have a default."""
    method_classes: ClassVar[dict[str, type[FileMethod]]] = {}
    """The classes of the methods that are more than a `FileMethod`."""

    def __init__(self, mock: FileMock) -> None:
        self._mock = weakref.ref(mock)
        self.descriptor = FileDescriptor()
        self.closed = False
        self.keeps_number = mock._file_keeps_number

    def fileno(self) -> int:
        """Return the descriptor, or -1 once closed; a loop that asks for it will serve it."""
        if self.closed and not self.keeps_number:
            return -1
        if wraps_in_tls(asking()[1]):
            raise service.cannot_be_wrapped(self.mock)
        service.asked(self.mock)
        return self.descriptor

    def close(self) -> None:
        """Close: ``fileno()`` is -1 from now on."""
        self.closed = True

    def read(self, size: int = -1, /) -> bytes | None:
        """Return None, as an unbuffered file does that has nothing to read now."""
        return None

    def write(self, data: bytes, /) -> int:
        """Accept everything."""
        return len(data)

    @property
    def mock(self) -> Any:
        """The file mock; if nobody holds it any more, what it would do by default."""
        mock = self._mock()
        return self if mock is None else mock


class FileMock(Mock):
    """
    A mock of a file that a `TestSelector` can watch.

    It takes the arguments of `asyncmock_plus.Mock`. ``fileno()`` is a `FileDescriptor` until the
    mock is closed and -1 from then on. As a pipe of ``loop.connect_read_pipe`` it is read with
    ``read(size)``, and written with ``write(data)`` in ``connect_write_pipe``. Nothing is ever
    ready by itself: see `set_read_ready` and `set_write_ready`.

    Its attributes are mocks. Whatever is configured on them replaces what they do by default.

    Example:
        >>> import asyncio, asyncio_testselector as io
        >>> async def main():
        ...     loop = asyncio.get_running_loop()
        ...     io.install(loop)
        ...     file, ready = io.FileMock(), asyncio.Event()
        ...     loop.add_reader(file, ready.set)
        ...     io.set_read_ready(file, loop)
        ...     await ready.wait()
        ...     return loop.remove_reader(file)
        >>> asyncio.run(main())
        True

    .. versionadded:: 1.0.0
       The class is asynctest 0.13's; what the methods do by default is new.
    """

    _file_defaults_class: ClassVar[type[FileDefaults]] = FileDefaults
    # Subclasses whose descriptor stays what it was when they are closed, as in asynctest.
    _file_keeps_number: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # In the instance's dictionary, and before the keyword arguments are assigned: the mock's
        # own __setattr__ and __getattr__ have no part in it.
        self.__dict__["_file_defaults"] = self._file_defaults_class(self)
        super().__init__(*args, **kwargs)
        service.made()

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        defaults: FileDefaults = self.__dict__["_file_defaults"]
        name = kwargs.get("name")
        if name not in defaults.names or kwargs.get("_new_name") != name:
            return Mock(**kwargs)
        if kwargs.get("wraps") is None:
            kwargs["wraps"] = Default(getattr(defaults, name))
        return defaults.method_classes.get(name, FileMethod)(**kwargs)


def isfilemock(obj: object) -> bool:
    """
    Tell whether *obj* is one of ours: a mock, something in memory, or a `FileDescriptor`.

    Args:
        obj: Anything. Objects are asked for their ``fileno()``.

    Example:
        >>> isfilemock(FileMock()), isfilemock(FileMock().fileno()), isfilemock(1)
        (True, True, False)
    """
    if isinstance(obj, (FileDescriptor, FileMock)):
        return True
    try:
        return isinstance(obj.fileno(), FileDescriptor)  # type: ignore[attr-defined]
    except Exception:
        return False


def is_socket(endpoint: Any) -> bool:
    """Tell a socket from a pipe; a `FileMock` has every attribute that is asked for."""
    if isinstance(endpoint, FileMock):
        return isinstance(endpoint, Socket)
    return hasattr(endpoint, "recv")
