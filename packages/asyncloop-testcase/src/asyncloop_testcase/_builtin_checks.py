"""The checks that are always there, in the order in which they are reported."""

from __future__ import annotations

from asyncloop_testcase._check_coroutines import ActiveAsyncgens, UnawaitedCoroutines
from asyncloop_testcase._check_errors import UnhandledExceptions
from asyncloop_testcase._check_loop import ActiveHandles, UnusedLoop
from asyncloop_testcase._check_outside import LeakedProcesses, LeakedThreads
from asyncloop_testcase._check_selector import ActiveSelectorCallbacks
from asyncloop_testcase._check_slow import SlowCallbacks
from asyncloop_testcase._check_tasks import PendingTasks
from asyncloop_testcase._check_transports import UnclosedTransports
from asyncloop_testcase._checks import register_check

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
    SlowCallbacks,
)


def register() -> None:
    """Make the checks known."""
    for check in BUILTIN:
        register_check(check)
