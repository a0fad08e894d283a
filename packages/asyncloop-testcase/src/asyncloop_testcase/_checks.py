"""
The checks of a test: what they share, and how a test case runs them.

Theory of operation. A `Plan` says which checks apply to a test, with which options; `_fail_on`
makes it from the decorators and keeps it, so that a test asks a dictionary. `Plan.watch` gives
the `Watch` of one test: one object of each `Check`, alive from the start of the test to its end.
A test case goes through it in this order::

    plan = plan_of(type(self), method)       # _fail_on.plan_of: a look-up the second time
    watch = plan.watch(loop, fresh=True)     # fresh: the loop is not one of earlier tests
    try:
        watch.start()             # the loop exists and does not run; before setUp
        ...                       # setUp
        watch.enter_test()        # unused_loop counts from here: test method and tearDown
        ...                       # test method, tearDown
        watch.enter_cleanups()    # unused_loop counts up to here
        ...                       # cleanups
        report = watch.finish()   # the loop still open and not running
        if report is not None:    # inside the outcome, so that it is a failure of this test
            raise self.failureException(str(report))
    finally:
        watch.restore()           # puts everything back; does nothing after finish()

- `Watch.start` may raise (a check of somebody else that fails); it has restored everything then.
- `Watch.finish` lets the loop turn once when something is ready, so that what ends within a turn is
  no leak, collects the garbage of the test (and only of the test, see `_garbage`), asks every
  check, and restores everything, also when a callback or a foreign check raises something.
- A test that was ended by KeyboardInterrupt or SystemExit is not judged: `Watch.restore` alone.
- The loop may be closed already (the test did it); what can be seen without it is still checked.
- An empty plan (`@lenient`) is false, and its watch does nothing: ``if plan:`` saves the calls.
- Findings depend on what is alive. Call `Watch.finish` before dropping the test's results, and
  after cleanups; a traceback that pins a coroutine or a task does no harm.
"""

from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, final

from asyncloop_testcase import _cpython
from asyncloop_testcase._garbage import Garbage
from asyncloop_testcase._report import Finding, Report, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__unittest = True

C = TypeVar("C", bound="type[Check]")

# Callbacks that close async generators may take turns of their own; more than this is no clean-up.
MOST_TURNS = 10


class CannotCheckError(Exception):
    """Raised by `Check.start` when this loop cannot be looked into; the message says why."""


class UncheckedWarning(UserWarning):
    """A check that was asked for cannot work with this kind of loop; said once for each kind."""


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
        needs_garbage: Whether it calls `Watch.survivors`, which needs the garbage collector.
        for_coroutines: Whether it can fail if the test method is a coroutine function.
        from_next_turn: Whether it sees nothing of a turn of the loop that is going on already.

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

    def __init__(self, watch: Watch, option: object) -> None:
        self.watch = watch
        self.loop: asyncio.AbstractEventLoop = watch.loop
        self.option = option

    @classmethod
    def validate(cls, value: object) -> object:
        """
        Return the option to use for *value*, a false one to switch the check off.

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


@final
class Plan:
    """
    The checks that apply to a test, with their options.

    Args:
        options: Check classes and their options, those that are switched on, in report order.
    """

    __slots__ = ("checks", "cleaning", "entering", "leaving", "needs_garbage")

    def __init__(self, options: Sequence[tuple[type[Check], object]]) -> None:
        self.checks: tuple[tuple[type[Check], object], ...] = tuple(options)
        self.needs_garbage: bool = any(check.needs_garbage for check, _ in options)
        self.entering: bool = any(kind.enter_test is not Check.enter_test for kind, _ in options)
        self.cleaning: bool = any(
            kind.enter_cleanups is not Check.enter_cleanups for kind, _ in options
        )
        self.leaving: bool = any(kind.leave_test is not Check.leave_test for kind, _ in options)

    def __bool__(self) -> bool:
        return bool(self.checks)

    def watch(self, loop: asyncio.AbstractEventLoop, *, fresh: bool = False) -> Watch:
        """
        Return the watch of one test; nothing has begun yet.

        Args:
            loop: The loop of the test.
            fresh: Whether the loop is new: then there cannot be any tasks and timers of earlier
                tests, which nobody has to look for.
        """
        return Watch(loop, self, fresh)


@final
class Watch:
    """
    The checks of one test, at work.

    Args:
        loop: The loop of the test.
        plan: Which checks.
        fresh: Whether the loop is new.

    Attributes:
        judging: True once the test is over: what happens now is not the test's doing.
        passed: What `finish` was told.
    """

    __slots__ = (
        "_garbage",
        "_plan",
        "_started",
        "_survivors",
        "fresh",
        "judging",
        "loop",
        "passed",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, plan: Plan, fresh: bool) -> None:
        self.loop: asyncio.AbstractEventLoop = loop
        self.fresh: bool = fresh
        self.judging: bool = False
        self.passed: bool = True
        self._plan = plan
        self._started: list[Check] = []
        self._garbage: Garbage | None = None
        self._survivors: list[Any] | None = None

    def start(self) -> None:
        """Start every check; last of all the line is drawn between old objects and the test's."""
        started = self._started
        try:
            for kind, option in self._plan.checks:
                check = kind(self, option)
                started.append(check)
                try:
                    check.start()
                except CannotCheckError as reason:
                    started.pop()
                    say_once(check, reason)
        except BaseException:
            self.restore()
            raise
        if self._plan.needs_garbage:
            self._garbage = Garbage()

    def enter_test(self) -> None:
        """Say that the set-up is over and the test method begins."""
        if self._plan.entering:
            for check in self._started:
                check.enter_test()

    def enter_cleanups(self) -> None:
        """Say that ``tearDown`` is over and the cleanups begin."""
        if self._plan.cleaning:
            for check in self._started:
                check.enter_cleanups()

    def finish(self, passed: bool = True) -> Report | None:
        """
        Judge the test and restore everything.

        Args:
            passed: Whether the test has passed so far. One that failed or was skipped may not
                have come to use the loop; everything else is judged as ever.

        Returns:
            The report, or None if there is nothing to say.
        """
        try:
            self.judging = True
            self.passed = passed
            if _cpython.is_something_due(self.loop):
                self._turn()
            self._leave_test()
            self._close_asyncgens()
            return self._judge()
        finally:
            self.restore()

    async def finish_inside(self, passed: bool = True) -> Report | None:
        """Do what `finish` does, from inside of the running loop."""
        try:
            self.judging = True
            self.passed = passed
            await asyncio.sleep(0)
            self._leave_test()
            return self._judge()
        finally:
            self.restore()

    def _leave_test(self) -> None:
        if self._plan.leaving:
            for check in self._started:
                check.leave_test()
        self.survivors()

    def survivors(self) -> list[Any]:
        """
        Return the objects that checks care about, made in this test and still alive.

        These are coroutines, async generators, futures, tasks, transports, servers and
        processes; garbage has been collected before.
        """
        if self._survivors is None:
            self._survivors = [] if self._garbage is None else self._garbage.survivors()
        return self._survivors

    def restore(self) -> None:
        """Put everything back; nothing to do after `finish`."""
        self._survivors = None
        started, error = self._started, None
        while started:
            try:
                started.pop().restore()
            except BaseException as raised:  # noqa: PERF203 - the others are restored all the same
                error = raised
        garbage, self._garbage = self._garbage, None
        if garbage is not None:
            garbage.close()
        if error is not None:
            raise error

    def _judge(self) -> Report | None:
        verdicts = []
        for check in self._started:
            findings = check.finish()
            if findings and (found := list(findings)):
                verdicts.append(Verdict(check.name, check.summary, found))
        return Report(verdicts) if verdicts else None

    def _turn(self) -> bool:
        """Let the loop turn once, if it can; nothing that ends now was leaked."""
        loop = self.loop
        if loop.is_closed() or loop.is_running():
            return False
        loop.call_soon(loop.stop)
        loop.run_forever()
        return True

    def _close_asyncgens(self) -> None:
        """Let the loop close the async generators among the garbage that was collected."""
        turns = MOST_TURNS
        while turns and _cpython.ready_count(self.loop) and self._turn():
            turns -= 1


_said: set[tuple[str, type]] = set()


def say_once(check: Check, reason: Exception) -> None:
    """Warn that a check cannot look into this kind of loop, once for each kind."""
    key = (check.name, type(check.loop))
    if key in _said:
        return
    _said.add(key)
    msg = f"the check {check.name} cannot work with {type(check.loop).__qualname__}: {reason}"
    warnings.warn(msg, UncheckedWarning, stacklevel=4)
