"""A mock of ``open`` and of the file it returns."""

from __future__ import annotations

import io
import sys
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any
from unittest.mock import DEFAULT

from asyncmock_plus._mocks import MagicMock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@cache
def _file_spec() -> list[str]:
    return sorted({*dir(io.TextIOWrapper), *dir(io.BytesIO)})


@cache
def _open_spec() -> list[str]:
    return dir(io.open)


class _File:
    """
    What is in the file, and how far it has been read.

    Each method is the side effect of the mock of its name, unless that has got a return value.
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

    def close(self) -> Any:
        """Report the file as closed; reading goes on, as in the standard library."""
        self.handle.closed = True
        return DEFAULT

    def exit(self, *exc_info: Any) -> Any:
        """Close the file: a call that is recorded, since Python 3.13."""
        if sys.version_info >= (3, 13):
            self.handle.close()
        else:
            self.close()

    def method(self, name: str) -> Callable[..., Any]:
        """Return the method of the stream that gives way to a return value of the mock."""
        mock = getattr(self.handle, name)

        def side_effect(*args: Any, **kwargs: Any) -> Any:
            if mock.return_value is not None:
                return mock.return_value
            return getattr(self.stream, name)(*args, **kwargs)

        return side_effect

    def next(self) -> Any:
        """Return the next line."""
        line = self.handle.readline.return_value
        return next(self.stream) if line is None else line

    def lines(self) -> Iterator[Any]:
        """Iterate over the lines that have not been read."""
        line = self.handle.readline.return_value
        if line is not None:
            yield from repeat(line)
        # Not an iterator of the stream: open() replaces that.
        yield from iter(lambda: self.stream.readline(), type(self.stream.getvalue())())


def mock_open(mock: Any = None, read_data: str | bytes | None = "") -> Any:
    r"""
    Make a mock of ``open``, and of the file it returns.

    The file reads, iterates, seeks and tells as a file with *read_data* in it, from the beginning
    each time it is opened. ``closed`` is False until it is closed or its ``with`` statement ends.
    Return values that you set for its methods come first. What is written is recorded, nothing
    more.

    Args:
        mock: The mock to configure; by default a new `MagicMock`.
        read_data: What is in the file: text or bytes.

    Returns:
        The mock of ``open``. Its ``return_value`` is the file.

    Raises:
        TypeError: *read_data* is neither text nor bytes.

    Example:
        >>> from asyncmock_plus import mock_open, patch
        >>> with patch("builtins.open", mock_open(read_data="one\\ntwo\\n")):
        ...     with open("numbers.txt") as numbers:
        ...         print(list(numbers), numbers.seek(0), numbers.readline(), numbers.closed)
        ['one\\n', 'two\\n'] 0 one
         False
        >>> numbers.closed
        True
    """
    if read_data is not None and not isinstance(read_data, (str, bytes)):
        msg = f"read_data of mock_open() must be str or bytes, not {read_data!r}"
        raise TypeError(msg)
    if mock is None:
        mock = MagicMock(name="open", spec=_open_spec())
    handle = MagicMock(spec=_file_spec())
    file = _File(read_data, handle)
    handle.__enter__.return_value = handle
    handle.write.return_value = None
    for name in ("read", "readline", "readlines", "seek", "tell"):
        method = getattr(handle, name)
        method.return_value = None
        method.side_effect = file.method(name)
    handle.__iter__.side_effect = file.lines
    handle.__next__.side_effect = file.next
    handle.__exit__.side_effect = file.exit
    handle.close.side_effect = file.close
    mock.side_effect = file.open
    mock.return_value = handle
    return mock
