"""
The checks of a test: what they share, and how a test case runs them.

Theory of operation. A `Plan` says which checks apply to a test, with which options; `_fail_on`
makes it from the decorators and keeps it, so that a test asks a dictionary. A `Watch` is made for
one test: it makes one object of each `Check`, alive from the start of the test to its end. A test
case goes through it in this order::

    plan = plan_of(type(self), method)       # _fail_on.plan_of: a look-up the second time
    watch = Watch()
    try:
        watch.start(loop, plan, fresh=True)    # before setUp; the loop does not run yet
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
from typing import TYPE_CHECKING, Any, final

from asyncloop_testcase._checks.base import CannotCheckError, Check, say_once
from asyncloop_testcase._checks.garbage import Baseline, take_baseline
from asyncloop_testcase._cpython.generators import is_closing_asyncgens
from asyncloop_testcase._cpython.loops import is_something_due, ready_count
from asyncloop_testcase._recording.recorder import REGISTRATIONS, Recorder
from asyncloop_testcase._reports.creators import is_ignored
from asyncloop_testcase._reports.report import Report, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from asyncloop_testcase._checks.plan import Plan
    from asyncloop_testcase._reports.report import Finding

__unittest = __tracebackhide__ = True

# Callbacks that close async generators may take turns of their own; more than this is no clean-up.
MOST_TURNS = 10


@final
class Watch(Recorder):
    """
    The checks of one test, at work; nothing has begun when it is made.

    Attributes:
        judging: True once the test is over: what happens now is not the test's doing.
        passed: What `finish` was told.
        goes_on: Whether the code that was watched goes on afterwards.
        reported: The tasks that are findings.
        case: The test case of the test, if it has one: nobody looks at it after the checks.
        sift: What a suite does with what was found: returns what is to be told or warned of.
        started: The checks that are made before the test.
    """

    judging: bool = False
    passed: bool = True
    goes_on: bool = False
    case: object = None
    sift: Callable[[Plan, Sequence[Verdict], bool], list[Verdict]] | None = None
    reported: set[asyncio.Task[Any]] = frozenset()  # type: ignore[assignment]  # never changed
    started: Sequence[Check] = ()
    _recording = False
    _baseline: Baseline | None = None
    _survivors: Sequence[Any] = ()

    def start(self, loop: asyncio.AbstractEventLoop, plan: Plan, *, fresh: bool = False) -> None:
        """
        Start every check; last of all the baseline is drawn between old objects and the test's.

        Args:
            loop: The loop of the test.
            plan: Which checks.
            fresh: Whether the loop is new: then there cannot be any tasks and timers of earlier
                tests, which nobody has to look for.
        """
        self.loop = loop
        self.fresh = fresh
        self._plan = plan
        try:
            if plan.parts:
                self._recording = True
                self._begin_recording(plan.parts)
            blind = self.registrations is None and REGISTRATIONS in plan.parts
            for kind, option in plan.blind if blind else plan.early:
                self._start(kind(self, option))
        except BaseException:
            self.restore()
            raise
        if plan.needs_garbage:
            self._baseline = take_baseline()

    def _start(self, check: Check) -> None:
        before = self.started
        self.started = [*before, check]
        try:
            check.start()
        except CannotCheckError as reason:
            self.started = before
            say_once(check, reason)

    def asked_for(self, check: str) -> bool:
        """Tell whether somebody asked for a check by its name, and not for all of a level."""
        return check in self._plan.asked

    def enter_test(self) -> None:
        """Say that the set-up is over and the test method begins."""
        if self._plan.entering:
            for check in self.started:
                check.enter_test()

    def enter_cleanups(self) -> None:
        """Say that ``tearDown`` is over and the cleanups begin."""
        if self._plan.cleaning:
            for check in self.started:
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
            baseline = self._baseline
            if (
                self.fresh
                and not (self.started or self.failures or self.unawaited)
                and self._is_quiet()
                and (baseline is None or baseline.is_clean())
            ):
                return None  # as in nearly all tests: nobody has to look for anything
            turned = is_something_due(self.loop) and self._turn()
            if self._plan.leaving:
                self._leave_test()
            if turned or not (baseline is None or baseline.is_clean()):
                self._collect()
                self._close_asyncgens()
            if not (self.started or self._survivors or self._has_noticed()):
                return None
            return self._judge()
        finally:
            self.restore()

    async def finish_inside(self, passed: bool = True) -> Report | None:
        """Do what `finish` does, from inside of the running loop."""
        try:
            self.judging = self.goes_on = True
            self.passed = passed
            await asyncio.sleep(0)
            self._leave_test()
            self._collect()
            turns = MOST_TURNS
            while turns and is_closing_asyncgens(self.loop):
                turns -= 1
                await asyncio.sleep(0)
            return self._judge()
        finally:
            self.restore()

    def _leave_test(self) -> None:
        for check in self.started:
            check.leave_test()

    def _collect(self) -> None:
        if self._baseline is not None:
            self._survivors = self._baseline.survivors()

    def survivors(self) -> Sequence[Any]:
        """
        Return the objects that checks care about, made in this test and still alive.

        These are coroutines, async generators, futures, tasks, transports, servers and
        processes; garbage has been collected before.
        """
        return self._survivors

    def restore(self) -> None:
        """Put everything back; nothing to do after `finish`."""
        error = None
        if self.started:
            error = self._restore_checks()
        if self._recording:
            self._recording = False
            try:
                self._end_recording()
            except BaseException as raised:
                error = raised
        if self._baseline is not None:
            self._survivors = ()
            self._baseline.release()
            self._baseline = None
        if error is not None:
            raise error

    def _restore_checks(self) -> BaseException | None:
        """Restore those that were started, the last one first; return what the last one raised."""
        checks, error = self.started, None
        self.started = ()
        for check in reversed(checks):
            try:
                check.restore()
            except BaseException as raised:  # noqa: PERF203 - the others are restored all the same
                error = raised
        return error

    def _judge(self) -> Report | None:
        verdicts = []
        for check in self._to_ask():
            findings = check.finish()
            if findings and (found := self._counting(findings)):
                verdicts.append(Verdict(check.name, check.summary, found))
        if verdicts and self.sift is not None:
            verdicts = self.sift(self._plan, verdicts, self.passed)
        if verdicts and self._plan.warns:
            warned = [each for each in verdicts if self._plan.warns_of(each.check)]
            if warned:
                Report(warned).warn()
                verdicts = [each for each in verdicts if each not in warned]
        return Report(verdicts) if verdicts else None

    def answers_for(self, check: str, finding: Finding) -> bool:
        """Tell whether the test has to answer for a finding, which nobody ignores or knows of."""
        found = self._counting([finding])
        if found and self.sift is not None:
            return bool(self.sift(self._plan, [Verdict(check, "", found)], False))
        return bool(found)

    def _counting(self, findings: Iterable[Finding]) -> list[Finding]:
        ignored = self._plan.ignored
        return [each for each in findings if not (ignored and is_ignored(each, ignored))]

    def _to_ask(self) -> Sequence[Check]:
        """Return the checks that may have found something, in the order of the report."""
        if not (self._survivors or self._has_noticed()):
            return self.started
        started: dict[type[Check], Check] = {type(check): check for check in self.started}
        return [
            started.get(kind) or kind(self, option)
            for kind, option in self._plan.checks
            if kind in started or kind._part
        ]

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
        while turns and ready_count(self.loop) and self._turn():
            turns -= 1
