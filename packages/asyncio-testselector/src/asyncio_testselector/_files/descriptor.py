"""Virtual file descriptors: numbers that no kernel hands out."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from typing_extensions import Self

FIRST_VIRTUAL_FD = 2**31
"""The smallest virtual descriptor: kernels count in a C ``int``, so none of theirs is this big."""


class FileDescriptor(int):
    """
    The descriptor of something that no kernel knows.

    Without an argument it is the next unused number. Numbers start at 2**31, where no descriptor
    of the operating system can be and none of its calls accepts one. It is an ``int`` in every
    respect, also as a key of a dictionary.

    Args:
        value: The number, if it shall not be the next one. The next one is then above it.

    Attributes:
        next_fd: The number that the next descriptor gets. It can be set, also below 2**31: a
            `TestSelector` tells mocks from real files by this class, not by the number alone.

    Example:
        >>> first, second = FileDescriptor(), FileDescriptor()
        >>> second == first + 1
        True
        >>> first >= 2**31
        True

    .. versionadded:: 1.0.0
       The class and ``next_fd`` are those of asynctest 0.13, where numbers started at 0.
    """

    __module__ = "asyncio_testselector"  # what a pickle names is the public name

    next_fd: ClassVar[int] = FIRST_VIRTUAL_FD
    _allocation: ClassVar[threading.Lock] = threading.Lock()

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make a descriptor of the given number, or of the next one."""
        with cls._allocation:
            if args or kwargs:
                self = super().__new__(cls, *args, **kwargs)
            else:
                self = super().__new__(cls, FileDescriptor.next_fd)
            FileDescriptor.next_fd = max(FileDescriptor.next_fd, int(self)) + 1
        return self


def fd(fileobj: Any) -> int:
    """
    Return the descriptor of *fileobj*.

    Args:
        fileobj: A `FileDescriptor`, or anything with a ``fileno()`` method.

    Returns:
        The `FileDescriptor` of a mock, the plain number of a real file.

    Raises:
        ValueError: *fileobj* is a plain number or has no working ``fileno()``.

    Example:
        >>> number = FileDescriptor()
        >>> fd(number) is number
        True
    """
    if isinstance(fileobj, FileDescriptor):
        return fileobj
    try:
        number: int = fileobj.fileno()
    except Exception as exc:
        msg = f"{fileobj!r} has no file descriptor: pass a mock, a file or a FileDescriptor"
        raise ValueError(msg) from exc
    return number


def is_virtual(number: int) -> bool:
    """Tell whether a descriptor is one that no kernel knows."""
    return number >= FIRST_VIRTUAL_FD or isinstance(number, FileDescriptor)
