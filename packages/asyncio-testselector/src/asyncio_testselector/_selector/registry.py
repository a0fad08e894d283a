"""The files a `TestSelector` watches: mocks and real files, apart and as one mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector, SelectorKey
from typing import Any, final

from asyncio_testselector._cpython.sockets import Socket
from asyncio_testselector._files.descriptor import FIRST_VIRTUAL_FD, FileDescriptor, is_virtual

Keys = dict[int, SelectorKey]
Events = list[tuple[SelectorKey, int]]


BOTH = EVENT_READ | EVENT_WRITE
ALL = (EVENT_READ, EVENT_WRITE, BOTH)


def check_events(events: Any) -> None:
    """Refuse what is no combination of the two events."""
    if not events or not isinstance(events, int) or events & ~BOTH:
        msg = f"Invalid events: {events!r}, use EVENT_READ, EVENT_WRITE or both with |"
        raise ValueError(msg)


def descriptor_of(fileobj: Any) -> int:
    """Return the descriptor of *fileobj*, an int or something with ``fileno()``."""
    if isinstance(fileobj, int):
        return checked(fileobj, None)
    number: Any = None
    with suppress(AttributeError, TypeError, ValueError):
        found = fileobj.fileno()
        number = found if isinstance(found, int) else int(found)  # as selectors do: 1 of MagicMocks
    if number is None:
        msg = f"Invalid file object: {fileobj!r}, use a mock, a socket, a file or a descriptor"
        raise ValueError(msg)
    return checked(number, fileobj)


def checked(number: int, fileobj: Any) -> int:
    """Refuse the descriptor of something closed."""
    if number < 0:
        whose = "" if fileobj is None else f" of {fileobj!r}, which is closed"
        msg = f"Invalid file descriptor: {number}{whose}"
        raise ValueError(msg)
    return number


@final
class Registry(Mapping[Any, SelectorKey]):
    """
    A live, read-only mapping of file objects to their keys; what ``get_map()`` returns.

    A mock whose descriptor was set below 2**31 is not mistaken for the real file of that number:
    the two are kept in dictionaries of their own.

    Attributes:
        mocks: Descriptor to key, of what no kernel knows.
        files: Descriptor to key, of what the real selector watches.
    """

    __slots__ = ("files", "mocks")

    def __init__(self) -> None:
        self.mocks: Keys = {}
        self.files: Keys = {}

    def keys_of(self, number: int) -> Keys:
        """Return the dictionary that the descriptor belongs to."""
        return self.mocks if is_virtual(number) else self.files

    def lookup(self, fileobj: Any) -> int:
        """
        Return the descriptor of *fileobj*, also if it was closed since it was registered.

        Raises:
            ValueError: *fileobj* is no file, or is closed and was not registered.
        """
        try:
            return descriptor_of(fileobj)
        except ValueError:
            for keys in (self.mocks, self.files):
                for key in keys.values():
                    if key.fileobj is fileobj:
                        return key.fd
            raise

    def _place(self, fileobj: Any) -> tuple[Keys, int]:
        """Return the dictionary that a file belongs to, and its descriptor."""
        kind = type(fileobj)
        if kind is FileDescriptor:  # these two are what asyncio asks for, again and again
            return self.mocks, fileobj
        if kind is int and 0 <= fileobj < FIRST_VIRTUAL_FD:
            return self.files, fileobj
        if kind is Socket and (number := fileobj.fileno()) >= 0:
            return self.files, number
        number = self.lookup(fileobj)
        return self.keys_of(number), number

    def find(self, fileobj: Any) -> tuple[Keys, SelectorKey]:
        """
        Return the dictionary and the key of a registered file.

        Raises:
            KeyError: *fileobj* is not registered.
            ValueError: *fileobj* is no file.
        """
        keys, number = self._place(fileobj)
        key = keys.get(number)
        if key is None:
            msg = f"{fileobj!r} is not registered"
            raise KeyError(msg)
        return keys, key

    def __getitem__(self, fileobj: Any, /) -> SelectorKey:
        return self.find(fileobj)[1]

    def get(self, fileobj: Any, /, default: Any = None) -> Any:
        """Return the key of *fileobj*, or the default if it is not registered."""
        keys, number = self._place(fileobj)
        return keys.get(number, default)

    def __iter__(self) -> Iterator[int]:
        yield from self.files
        yield from self.mocks

    def __len__(self) -> int:
        return len(self.files) + len(self.mocks)

    def __repr__(self) -> str:
        return f"<{len(self.files)} files and {len(self.mocks)} mocks>"


def get_registered_events(selector: BaseSelector) -> set[SelectorKey]:
    """
    Return the keys of everything a selector watches.

    Args:
        selector: A `TestSelector` or any other.

    Example:
        >>> import selectors
        >>> from asyncio_testselector import FileMock, TestSelector
        >>> selector = TestSelector()
        >>> key = selector.register(FileMock(), selectors.EVENT_READ)
        >>> get_registered_events(selector) == {key}
        True

    .. versionadded:: 1.0.0
       The function is asynctest 0.13's.
    """
    return set(selector.get_map().values())


def merged(pulsed: Events, reported: Events) -> Events:
    """Return the events of real files, those of one file as one."""
    masks = {key.fd: events for key, events in pulsed}
    both = [(key, events | masks.pop(key.fd, 0)) for key, events in reported]
    return both + [(key, events) for key, events in pulsed if key.fd in masks]
