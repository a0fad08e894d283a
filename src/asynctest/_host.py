"""
How a test case of asynctest uses that of asyncloop-testcase: by the names that 0.13 had, only.

``asyncloop_testcase.TestCase`` has options and hooks whose names an old suite may have for things
of its own: ``timeout``, ``loop_factory``, ``openLoop``, ``asyncSetUp`` and others. In the drop-in
none of them means anything. The loop is opened on behalf of a `Host`, which has the options as
they are by default; and the names are absent from the class, so that ``hasattr``, and ``getattr``
with a default, say what they said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import asyncloop_testcase

if TYPE_CHECKING:
    import asyncio

__unittest = __tracebackhide__ = True

# Public names of asyncloop_testcase.TestCase that asynctest had, or that do nothing until called.
_KEPT = frozenset(
    {
        "addAsyncCleanup", "addClassCleanup", "assertAsyncRaises", "assertAsyncRaisesRegex",
        "assertAsyncWarns", "assertAsyncWarnsRegex", "debug", "doCleanups", "enterAsyncContext",
        "enterContext", "forbid_get_event_loop", "loop", "run", "setUp", "tearDown",
        "use_default_loop",
    }
)  # fmt: skip


class Absent:
    """An attribute that is not there until somebody sets it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, obj: object, cls: type) -> Any:
        msg = f"{cls.__name__!r} object has no attribute {self.name!r}"
        raise AttributeError(msg, name=self.name, obj=obj)


def hide_options(cls: type) -> None:
    """Take the names that asynctest did not have from a class derived from ours."""
    bases = [base for base in cls.__mro__ if base.__module__.startswith("asyncloop_testcase")]
    names = {name for base in bases for name in vars(base) if not name.startswith("_")}
    for name in names - _KEPT:
        setattr(cls, name, Absent(name))


class HostedCase(Protocol):
    """What is asked of a test case of asynctest."""

    loop: Any
    use_default_loop: bool
    forbid_get_event_loop: bool
    failureException: type[BaseException]

    def _asynctest_open(self) -> asyncio.AbstractEventLoop: ...

    def _asynctest_close(self) -> None: ...


class Host:
    """
    What opens and closes the loop of a test, and the options that count for it.

    Args:
        case: The test.
    """

    def __init__(self, case: HostedCase) -> None:
        self._case = case

    def __getattr__(self, name: str) -> Any:
        """Return an option as it is by default."""
        return getattr(asyncloop_testcase.TestCase, name)

    @property
    def use_default_loop(self) -> bool:
        """The test's."""
        return self._case.use_default_loop

    @property
    def forbid_get_event_loop(self) -> bool:
        """The test's."""
        return self._case.forbid_get_event_loop

    @property
    def failureException(self) -> type[BaseException]:
        """The test's."""
        return self._case.failureException

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The test's."""
        loop: asyncio.AbstractEventLoop = self._case.loop
        return loop

    @loop.setter
    def loop(self, loop: asyncio.AbstractEventLoop) -> None:
        self._case.loop = loop

    @loop.deleter
    def loop(self) -> None:
        del self._case.loop

    def openLoop(self) -> asyncio.AbstractEventLoop:  # noqa: N802
        """Open the loop by ``_init_loop``, unless it is open."""
        return self._case._asynctest_open()

    def closeLoop(self, loop: asyncio.AbstractEventLoop, /) -> None:  # noqa: N802
        """Close the loop by ``_unset_loop``."""
        self._case._asynctest_close()
