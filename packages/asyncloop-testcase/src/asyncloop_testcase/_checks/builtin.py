"""The checks that are always there, in the order in which they are reported."""

from __future__ import annotations

from asyncloop_testcase._checks.base import register_check
from asyncloop_testcase._checks.coroutines import ActiveAsyncgens, UnawaitedCoroutines
from asyncloop_testcase._checks.errors import UnhandledExceptions
from asyncloop_testcase._checks.loop import ActiveHandles, UnusedLoop
from asyncloop_testcase._checks.outside import LeakedProcesses, LeakedThreads
from asyncloop_testcase._checks.selector import ActiveSelectorCallbacks
from asyncloop_testcase._checks.slow import SlowCallbacks
from asyncloop_testcase._checks.surroundings import ChangedEnvironment, ChangedSignalHandlers
from asyncloop_testcase._checks.tasks import PendingTasks
from asyncloop_testcase._checks.transports import UnclosedTransports

__unittest = __tracebackhide__ = True

# What went wrong comes first, then what is left behind because of it.
BUILTIN = (
    UnhandledExceptions,
    UnawaitedCoroutines,
    UnusedLoop,
    PendingTasks,
    ActiveAsyncgens,
    ActiveHandles,
    ActiveSelectorCallbacks,
    UnclosedTransports,
    LeakedThreads,
    LeakedProcesses,
    ChangedEnvironment,
    ChangedSignalHandlers,
    SlowCallbacks,
)


def register() -> None:
    """Make the checks known."""
    for check in BUILTIN:
        register_check(check)
