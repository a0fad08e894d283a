"""What a check is, and which checks are known."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

if TYPE_CHECKING:
    import asyncio
    import types
    from collections.abc import Iterable, Sequence

    from asyncloop_testcase._recording.registrations import Registrations
    from asyncloop_testcase._reports.report import Finding

__unittest = __tracebackhide__ = True

C = TypeVar("C", bound="type[Check]")


class WatchedTest(Protocol):
    """
    What a check may ask of the test that is watched.

    Attributes:
        loop: The loop of the test.
        fresh: Whether the loop is new, so that it has no tasks and timers of earlier tests.
        judging: Whether the test is over: what happens now is not the test's doing.
        passed: Whether the test has passed, if it is over.
        goes_on: Whether the code that is watched goes on after the checks, as after a block.
        case: The test case of the test, if it has one: nobody looks at it after the checks.
        failures: The exceptions that nobody asked for, as far as the loop has told.
        unawaited: The coroutines that were deleted before they were awaited.
        registrations: Who registered which files, None if the loop's selector is of no help.
        reported: The tasks that were reported: what only serves them is no finding of its own.
    """

    loop: asyncio.AbstractEventLoop
    fresh: bool
    judging: bool
    passed: bool
    goes_on: bool
    case: object
    failures: Sequence[Finding]
    unawaited: Sequence[Finding]
    registrations: Registrations | None
    reported: set[asyncio.Task[Any]]

    def leave_coroutine(self, coro: types.CoroutineType[Any, Any, Any], /) -> None:
        """Say that a coroutine lives on: what becomes of it is no later test's doing."""
        ...

    def asked_for(self, check: str, /) -> bool:
        """Tell whether somebody asked for a check by its name."""
        ...

    def survivors(self) -> Sequence[Any]:
        """
        Return the objects that checks care about, made in this test and still alive.

        These are coroutines, async generators, futures, tasks, transports, servers and
        processes; garbage has been collected before.
        """
        ...


class CannotCheckError(Exception):
    """Raised by `Check.start` when this loop cannot be looked into; the message says why."""

    __module__ = "asyncloop_testcase"


class UncheckedWarning(UserWarning):
    """A check that was asked for cannot work with this kind of loop; said once for each kind."""

    # What a filter of warnings is told, and what a traceback shows.
    __module__ = "asyncloop_testcase"


class Check:
    """
    A check: looks at the state before a test, and says after it what the test left behind.

    Subclass it and register the class with `register_check`. Each test has an object of its own,
    so that state can be kept on ``self``.

    Args:
        watch: The test being watched.
        option: What `fail_on` was given for this check, after `validate`.

    Attributes:
        name: The keyword for `fail_on`.
        summary: What it means when the check fails, a heading over the findings.
        default: The option when nobody says anything: ``False`` for a check that is off.
        strict: Whether `strict` switches it on.
        needs_garbage: Whether it calls `WatchedTest.survivors`, which needs the garbage collector.
        for_coroutines: Whether it can fail if the test method is a coroutine function.
        from_next_turn: Whether it sees nothing of a turn of the loop that is going on already.
        of_loop: Whether it looks at the loop, which then has to be open. In pytest others look when
            all fixtures of the test are finished.

    Example:
        >>> import os
        >>> class Cwd(Check):
        ...     name = "changed_cwd"
        ...     summary = "the working directory is another than before"
        ...     def start(self):
        ...         self.before = os.getcwd()
        ...     def finish(self):
        ...         if os.getcwd() != self.before:
        ...             yield Finding(f"{os.getcwd()!r} instead of {self.before!r}")

    .. versionadded:: 1.0.0
    """

    name: ClassVar[str]
    summary: ClassVar[str] = ""
    default: ClassVar[object] = False
    strict: ClassVar[bool] = True
    needs_garbage: ClassVar[bool] = False
    for_coroutines: ClassVar[bool] = True
    from_next_turn: ClassVar[bool] = False
    of_loop: ClassVar[bool] = True
    # The part of a `Recorder` that does everything for this check that has to be done before a
    # test. Such a check is not started, and is made when there is something to look at.
    _part: ClassVar[str] = ""

    def __init__(self, watch: WatchedTest, option: object) -> None:
        self.watch = watch
        self.loop: asyncio.AbstractEventLoop = watch.loop
        self.option = option

    @classmethod
    def validate(cls, value: object) -> object:
        """
        Return the option to use for *value*: ``False`` switches the check off, no other one does.

        Raises:
            TypeError: It is of no type that the check understands.
            ValueError: The type is right, the value is not.
        """
        if isinstance(value, bool):
            return value
        msg = f"fail_on({cls.name}={value!r}): the check {cls.name} takes True or False"
        raise TypeError(msg)

    def start(self) -> None:
        """Begin to watch, before the test. May raise `CannotCheckError`."""

    def enter_test(self) -> None:
        """Take notice that the set-up is over and the test method begins."""

    def enter_cleanups(self) -> None:
        """Take notice that ``tearDown`` has ended well and the cleanups begin, if there are any."""

    def leave_test(self) -> None:
        """Take notice that the test is over, before the garbage that it made is collected."""

    def finish(self) -> Iterable[Finding]:
        """Return what the test left behind. The loop does not run and is open, if all is well."""
        return ()

    def restore(self) -> None:
        """Put back what `start` changed; called once for each start, however the test ended."""


# What `fail_on` takes beside the names of checks.
RESERVED = ("warn", "ignore")

KNOWN: dict[str, type[Check]] = {}


def register_check(check: C) -> C:
    """
    Make a check known to `fail_on` and, if it wants, to `strict`; usable as a decorator.

    Args:
        check: A subclass of `Check` with a ``name``.

    Returns:
        The same class.

    Raises:
        TypeError: It is no subclass of `Check`, or has no usable name.
        ValueError: Another check has that name.

    Example:
        >>> from asyncloop_testcase import Check, TestCase, fail_on, register_check
        >>> @register_check
        ... class NoCheck(Check):
        ...     name = "no_check"
        >>> @fail_on(no_check=True)
        ... def test():
        ...     pass

    .. versionadded:: 1.0.0
    """
    refused: object = check
    if not (isinstance(refused, type) and issubclass(refused, Check)):
        msg = f"register_check() takes a subclass of Check, not {check!r}"
        raise TypeError(msg)
    name = getattr(check, "name", None)
    if not (isinstance(name, str) and name.isidentifier()):
        msg = f"{check.__qualname__}.name is {name!r}: a check needs a name that is an identifier"
        raise TypeError(msg)
    if name in RESERVED:
        msg = f"{check.__qualname__}.name is {name!r}, which fail_on() has another use for"
        raise TypeError(msg)
    other = KNOWN.get(name)
    # The same class again is a module that is imported twice, or reloaded.
    if other is not None and (other.__module__, other.__qualname__) != (
        check.__module__,
        check.__qualname__,
    ):
        msg = f"a check named {name!r} is registered already: {other!r}; take another name"
        raise ValueError(msg)
    KNOWN[name] = check
    _forget_plans()
    return check


generation = 0


def _forget_plans() -> None:
    global generation
    generation += 1


_said: set[tuple[str, type]] = set()


def say_once(check: Check, reason: Exception) -> None:
    """Warn that a check cannot look into this kind of loop, once for each kind."""
    key = (check.name, type(check.loop))
    if key in _said:
        return
    _said.add(key)
    msg = f"the check {check.name} cannot work with {type(check.loop).__qualname__}: {reason}"
    warnings.warn(msg, UncheckedWarning, stacklevel=5)
