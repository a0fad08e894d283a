"""A mock of ``open`` and of the file it returns."""

from __future__ import annotations

import io
import sys
import weakref
from collections.abc import Mapping
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any
from unittest.mock import DEFAULT

from asyncmock_plus._files import Files
from asyncmock_plus._mocks.classes import MagicMock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@cache
def _file_spec() -> list[str]:
    return sorted({*dir(io.TextIOWrapper), *dir(io.BytesIO)})


@cache
def open_spec() -> list[str]:
    """Return the names of the attributes of ``open``."""
    return dir(io.open)


class _File:
    """
    What is in the file, and how far it has been read.

    Args:
        data: What is in it.
        handle: The mock of the file.
    """

    def __init__(self, data: str | bytes | None, handle: Any) -> None:
        self.data = data
        self.handle = handle
        self.open()

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Start again from the beginning."""
        data = self.data
        self.stream: Any = io.BytesIO(data) if isinstance(data, bytes) else io.StringIO(data)
        self.handle.closed = False
        return DEFAULT

    def write(self, *args: Any) -> Any:
        """Record it, nothing more."""

    def configure(self, name: str, mock: Any) -> None:
        """Have the mock of a method do what the file does."""
        if name == "__enter__":
            mock.return_value = self.handle
        elif name == "write" and type(self) is _File:
            mock.return_value = None
        elif name == "__iter__":
            mock.return_value = self  # which the mock of __iter__ iterates over
        elif name in _STREAM_METHODS:
            mock.return_value = None
            mock.side_effect = self._method(name, mock)
        else:
            mock.side_effect = getattr(self, name.strip("_"))

    def close(self) -> None:
        """Report the file as closed; reading goes on, as in the standard library."""
        self.handle.closed = True

    def exit(self, *exc_info: Any) -> None:
        """Close the file: a call that is recorded, since Python 3.13."""
        if sys.version_info >= (3, 13):
            self.handle.close()
        else:
            self.close()

    def next(self) -> Any:
        """Return the next line."""
        line = self.handle.readline.return_value
        return next(self.stream) if line is None else line

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the lines that have not been read."""
        line = self.handle.readline.return_value
        if line is not None:
            yield from repeat(line)
        # Not an iterator of the stream: open() replaces that.
        while line := self.stream.readline():
            yield line

    def _method(self, name: str, mock: Any) -> Callable[..., Any]:
        def side_effect(*args: Any, **kwargs: Any) -> Any:
            if mock.return_value is not None:
                return mock.return_value
            return getattr(self.stream, name)(*args, **kwargs)

        return side_effect


class _FileOfPath(_File):
    """One open file among others; it can be written to."""

    def __init__(self, stream: Any, handle: Any) -> None:
        self._opened = stream
        super().__init__(None, handle)

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Take the stream as it was opened."""
        self.stream = self._opened
        self.handle.closed = False

    def write(self, *args: Any) -> Any:
        """Write to the stream."""
        return self.stream.write(*args)


_STREAM_METHODS = frozenset({"read", "readline", "readlines", "seek", "tell"})
_METHODS = _STREAM_METHODS | {"write", "close", "__enter__", "__exit__", "__iter__", "__next__"}


class _FileMock(MagicMock):
    """A mock of a file: its methods are made when they are first used."""

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        name = kwargs.get("name")
        if name not in _METHODS:
            if self._mock_sealed:
                return super()._get_child_mock(**kwargs)  # says what is wrong
            return MagicMock(**kwargs)
        child = MagicMock(**kwargs)
        self._mock_file.configure(name, child)
        return child


_FileMock.__name__ = "MagicMock"


def mock_open(
    mock: Any = None, read_data: str | bytes | Mapping[Any, str | bytes] | None = ""
) -> Any:
    r"""
    Make a mock of ``open``, and of the file it returns.

    The file reads, iterates, seeks and tells as a file with *read_data* in it, from the beginning
    each time it is opened. ``closed`` is False until it is closed or its ``with`` statement ends.
    Return values that you set for its methods come first. What is written is recorded, nothing
    more.

    Args:
        mock: The mock to configure; by default a new `MagicMock`.
        read_data: What is in the file: text or bytes. Or a mapping from paths to contents: then
            each call opens a file of its own, other paths are a `FileNotFoundError` unless the mode
            creates files, and what is written can be read by opening the file again.

    Returns:
        The mock of ``open``. Its ``return_value`` is the file, unless there is one for each call.

    Raises:
        TypeError: *read_data*, or a content in it, is neither text nor bytes.

    Example:
        >>> from asyncmock_plus import mock_open, patch
        >>> with patch("builtins.open", mock_open(read_data="one\ntwo\n")):
        ...     with open("numbers.txt") as numbers:
        ...         print(list(numbers), numbers.seek(0), numbers.readline(), numbers.closed)
        ['one\n', 'two\n'] 0 one
         False
        >>> numbers.closed
        True
        >>> with patch("builtins.open", mock_open(read_data={"one.txt": "1", "two.txt": "2"})):
        ...     with open("one.txt") as one, open("two.txt") as two:
        ...         print(one.read(), two.read())
        1 2
    """
    if isinstance(read_data, Mapping):
        return _mock_open_of_paths(mock, Files(read_data))
    if read_data is not None and not isinstance(read_data, (str, bytes)):
        msg = f"read_data of mock_open() must be str or bytes, not {read_data!r}; "
        msg += "or a mapping from paths to these"
        raise TypeError(msg)
    if mock is None:
        mock = MagicMock(name="open", spec=open_spec())
    handle = _FileMock(spec=_file_spec())
    file = handle.__dict__["_mock_file"] = _File(read_data, handle)
    mock.side_effect = file.open
    mock.return_value = handle
    return mock


def _mock_open_of_paths(mock: Any, files: Files) -> Any:
    if mock is None:
        mock = MagicMock(name="open", spec=open_spec())
    me = weakref.ref(mock)  # a reference to the mock would be a cycle

    def opened(
        file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, *args: Any, **kw: Any
    ) -> Any:
        stream = files.open(file, mode, encoding)
        handle = _FileMock(spec=_file_spec(), _new_name="()", _new_parent=me())
        handle.__dict__["_mock_file"] = _FileOfPath(stream, handle)
        return handle

    mock.side_effect = opened
    return mock
