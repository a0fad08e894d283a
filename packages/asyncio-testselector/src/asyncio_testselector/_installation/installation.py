"""Putting a `TestSelector` into an event loop that exists, and telling it what is ready."""

from __future__ import annotations

import asyncio
import selectors
from contextlib import suppress
from typing import Any

from asyncio_testselector._cpython.loops import process_events, replace_selector, selector_of
from asyncio_testselector._cpython.proactors import proactor_of, replace_proactor
from asyncio_testselector._files import service
from asyncio_testselector._files.filemock import isfilemock
from asyncio_testselector._files.pipes import prepare_pipes
from asyncio_testselector._proactor.proactor import TestProactor
from asyncio_testselector._selector.selector import TestSelector


def find_selector(loop: asyncio.AbstractEventLoop) -> TestSelector | None:
    """Return the TestSelector of a loop, also if something else wraps it, or None."""
    selector = selector_of(loop)
    for _ in range(8):  # a mock has a _selector, too, without end
        if selector is None or isinstance(selector, TestSelector):
            return selector
        selector = selector_of(selector)
    return None


def install(loop: asyncio.AbstractEventLoop) -> TestSelector:
    """
    Wrap the selector of an event loop in a `TestSelector`, so that it serves mocks.

    The proactor of a proactor loop, Windows' default, is wrapped in a `TestProactor`.

    Args:
        loop: A selector or proactor loop, running or not. A loop that has a TestSelector keeps it.

    Returns:
        The TestSelector of the loop; on a proactor loop the one inside its TestProactor.

    Raises:
        TypeError: The loop has neither, such as uvloop.
        RuntimeError: The loop is closed.

    Example:
        >>> loop = asyncio.SelectorEventLoop()
        >>> selector = install(loop)
        >>> install(loop) is selector
        True
        >>> loop.close()

    .. versionadded:: 1.0.0
    """
    if not isinstance(loop, asyncio.AbstractEventLoop):
        msg = f"cannot install a TestSelector on {loop!r}: it is no event loop"
        raise TypeError(msg)
    if loop.is_closed():
        msg = f"cannot install a TestSelector on {loop!r}: the event loop is closed"
        raise RuntimeError(msg)
    installed = find_selector(loop)
    if installed is not None:
        return installed
    selector = selector_of(loop)
    proactor = proactor_of(loop)
    if proactor is not None and proactor is selector:
        replace_proactor(loop, wrapped := TestProactor(proactor))
        return wrapped.selector
    if not (hasattr(selector, "register") and hasattr(selector, "get_map")):
        raise TypeError(no_selector(loop))
    wrapper = TestSelector(selector)
    replace_selector(loop, wrapper)
    return wrapper


class Service:
    """Serves loops for mocks that nobody had them served for."""

    def prepare(self) -> None:
        """See to it that no mock comes too late."""
        if not self._prepared:
            self._prepared = True
            prepare_pipes(asyncio.SelectorEventLoop)
        if PROACTOR:
            with suppress(RuntimeError):
                loop = asyncio.get_running_loop()
                if proactor_of(loop) is not None and not self.serves(loop):
                    self.serve(loop)

    _prepared = False

    def serves(self, loop: asyncio.AbstractEventLoop, /) -> bool:
        """Tell whether the loop has a TestSelector, or is none that asyncio would run, any more."""
        given: object = loop
        if not isinstance(given, asyncio.AbstractEventLoop) or loop.is_closed():
            return True
        return find_selector(loop) is not None

    def serve(self, loop: asyncio.AbstractEventLoop, /) -> object:
        """Wrap the loop's selector."""
        return install(loop)


PROACTOR = hasattr(asyncio, "ProactorEventLoop")

service.provide(Service())


def no_selector(loop: object) -> str:
    """Return the text of the error for a loop that has no selector."""
    return (
        f"{loop!r} has no selector that could watch mocks: use a selector loop, by "
        "loop_factory=asyncio.SelectorEventLoop, or TestProactorEventLoop"
    )


def set_read_ready(fileobj: Any, loop: asyncio.AbstractEventLoop) -> None:
    """
    Have the loop's next iteration find that *fileobj* can be read.

    The reader's callback is called once for each call of this function, as if the selector had
    reported the file. If nobody waits to read it yet, somebody who begins to in that iteration, as
    a task does that was just created, is called in the one after; else nothing happens. May be
    called from any thread.

    Args:
        fileobj: A mock, or a real file.
        loop: The loop that watches it.

    Raises:
        TypeError: The loop has no selector.
        ValueError: *fileobj* is no file at all: a transport, say, and not its socket.
        RuntimeError: The loop is closed.

    Example:
        >>> from asyncio_testselector import SocketMock, TestSelector
        >>> loop, sock = asyncio.SelectorEventLoop(TestSelector()), SocketMock()
        >>> loop.add_reader(sock, loop.stop)
        >>> set_read_ready(sock, loop)
        >>> loop.run_forever()
        >>> loop.remove_reader(sock), loop.close()
        (True, None)

    .. versionadded:: 1.0.0
       The function is asynctest 0.13's, which called the reader one iteration later.
    """
    set_ready(fileobj, loop, selectors.EVENT_READ)


def set_write_ready(fileobj: Any, loop: asyncio.AbstractEventLoop) -> None:
    """
    Have the loop's next iteration find that *fileobj* can be written; see `set_read_ready`.

    Args:
        fileobj: A mock, or a real file.
        loop: The loop that watches it.

    Raises:
        TypeError: The loop has no selector.
        RuntimeError: The loop is closed.

    Example:
        >>> from asyncio_testselector import SocketMock, TestSelector
        >>> loop, sock = asyncio.SelectorEventLoop(TestSelector()), SocketMock()
        >>> loop.add_writer(sock, loop.stop)
        >>> set_write_ready(sock, loop)
        >>> loop.run_forever()
        >>> loop.remove_writer(sock), loop.close()
        (True, None)

    .. versionadded:: 1.0.0
       The function is asynctest 0.13's.
    """
    set_ready(fileobj, loop, selectors.EVENT_WRITE)


def set_ready(fileobj: Any, loop: asyncio.AbstractEventLoop, events: int) -> None:
    """Report events of a file once: in the loop's next iteration, or as soon as it is watched."""
    if not isinstance(loop, asyncio.AbstractEventLoop):
        msg = f"cannot make {fileobj!r} ready for {loop!r}: it is no event loop"
        raise TypeError(msg)
    if not isinstance(fileobj, int) and not hasattr(fileobj, "fileno"):
        msg = f"Invalid file object: {fileobj!r}"  # as selectors say it
        raise ValueError(msg)
    selector = find_selector(loop)
    if selector is None and isfilemock(fileobj):
        raise_closed(loop)
        if selector_of(loop) is not None and loop.is_running() and not runs_here(loop):
            loop.call_soon_threadsafe(serve_and_set_ready, fileobj, loop, events)
            return
        selector = install(loop)
    if selector is None:
        if not hasattr(selector_of(loop), "get_map"):
            raise_closed(loop)
            raise TypeError(no_selector(loop))
        loop.call_soon_threadsafe(report, fileobj, loop, events)
    elif not is_watched(selector, fileobj, events):
        # A task that was created before this call will have begun to wait by then.
        loop.call_soon_threadsafe(selector.set_ready, fileobj, events)
    else:
        selector.set_ready(fileobj, events)
        if not runs_here(loop):
            loop.call_soon_threadsafe(int)


def serve_and_set_ready(fileobj: Any, loop: asyncio.AbstractEventLoop, events: int) -> None:
    """Do in the loop's own thread what another one must not do."""
    install(loop).set_ready(fileobj, events)


def is_watched(selector: TestSelector, fileobj: Any, events: int) -> bool:
    """Tell whether somebody waits for the events of a file."""
    try:
        key = selector.get_key(fileobj)
    except (KeyError, ValueError, RuntimeError):  # not registered, no file, no selector any more
        return False
    return bool(key.events & events)


def raise_closed(loop: asyncio.AbstractEventLoop) -> None:
    """Fail as asyncio does if the loop, which has no selector, is closed."""
    if loop.is_closed():
        msg = "Event loop is closed"
        raise RuntimeError(msg)


def runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether this is the loop's own thread, at work: it will look at its selector."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def report(fileobj: Any, loop: asyncio.AbstractEventLoop, events: int) -> None:
    """Report a real file to a loop whose selector is no TestSelector."""
    try:
        key = selector_of(loop).get_key(fileobj)
    except (KeyError, ValueError):
        return
    process_events(loop, [(key, events)])
