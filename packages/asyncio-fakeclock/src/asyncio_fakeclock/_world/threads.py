"""
Threads: whose they are, what they stand at, and whether they wait for another one.

A thread that waits for a lock, an event, a queue or a future, with no time limit, is woken by a
thread of this process or never. If every thread but the loop's own waits so, then none of them can
wake the loop: they idle in a pool, or wait for the loop themselves. That is looked at twice: who
waits both times, and has not been woken in between, has waited all along, so that there was a
moment at which nobody ran (``_cpython/waits.py`` says how a thread is known not to be woken).

Whatever is in a C function or in Python code may run on, and is no such proof. Nor is a system
call, except where the other end of what it waits for is known (``circle.py``).
"""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from asyncio_fakeclock._cpython.waits import is_dummy, is_idle_worker, wait_of
from asyncio_fakeclock._world.kernel import listed
from asyncio_fakeclock._world.processes import Child
from asyncio_fakeclock._world.syscalls import call_of, switches_of

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator
    from types import FrameType

    from asyncio_fakeclock._world.circle import Circle

__all__ = [
    "Origin",
    "child_of",
    "in_pool",
    "is_tool",
    "mark_child",
    "mark_origin",
    "mark_pool",
    "nobody_runs",
    "origin_of",
    "others",
    "place_of",
    "running",
    "stack_of",
]

# Threads of tools, which neither know of the test nor answer to it, by the beginning of the name.
_TOOLS: Final = (
    "asyncloop-testcase",
    "pytest_timeout",
    "pydevd",
    "debugpy",
    "IPythonHistory",
    "tqdm",
    "Otel",
    "sentry",
    "ddtrace",
)
# The like, which have no names of their own: by the package or module of the code that they run.
_TOOL_CODE: Final = ("execnet", "pydevd", "debugpy", "pytest_rerunfailures")

# Libraries that run other people's functions on their threads.
_JOB_RUNNERS: Final = {"anyio", "asgiref", "asyncio", "concurrent", "joblib", "trio", "twisted"}

_POOL: Final = "_asyncio_fakeclock_pool"
_CHILD: Final = "_asyncio_fakeclock_child"
_ORIGIN: Final = "_asyncio_fakeclock_origin"
_LIBRARIES: Final = tuple(
    {os.path.realpath(path) + os.sep for path in sysconfig.get_paths().values()}
    | {path + os.sep for path in sysconfig.get_paths().values()}
)
_OURS: Final = os.path.dirname(os.path.dirname(__file__)) + os.sep


class Origin(NamedTuple):
    """Who started a thread: a module, and whether it is one of a library."""

    module: str
    is_library: bool


def mark_origin(thread: threading.Thread, frame: FrameType | None) -> None:
    """Note which module starts the thread: the first one up from *frame* that is not ours."""
    skipped = (_OURS, threading.__file__)
    while frame is not None and frame.f_code.co_filename.startswith(skipped):
        frame = frame.f_back
    if frame is None:
        return
    module = str(frame.f_globals.get("__name__", ""))
    setattr(thread, _ORIGIN, Origin(module, _is_of_a_library(frame.f_code.co_filename)))


def _is_of_a_library(filename: str) -> bool:
    return filename.startswith(_LIBRARIES) or "site-packages" in filename


def mark_child(thread: threading.Thread, pid: int) -> None:
    """Note that the thread does nothing but wait for the end of a process."""
    setattr(thread, _CHILD, pid)


def child_of(thread: object) -> int | None:
    """Return the process whose end the thread waits for, None if it does something else."""
    pid: int | None = getattr(thread, _CHILD, None)
    return pid


def origin_of(thread: object) -> Origin:
    """Return who started a thread, as far as it is known."""
    origin: Origin = getattr(thread, _ORIGIN, Origin("", is_library=False))
    return origin


def mark_pool(thread: threading.Thread) -> None:
    """Note that the thread is one of an executor's."""
    setattr(thread, _POOL, True)


def in_pool(thread: object) -> bool:
    """Whether it is one of an executor's threads."""
    return getattr(thread, _POOL, False)


def is_tool(thread: threading.Thread) -> bool:
    """Whether it is the thread of a debugger or the like."""
    return thread.name.startswith(_TOOLS) or bool(
        getattr(thread, "pydev_do_not_trace", False)
        or getattr(thread, "is_pydev_daemon_thread", False)
    )


def running() -> threading.Thread | None:
    """Return the running thread; unlike ``current_thread()``, it makes up none."""
    own = threading.get_ident()
    return next((thread for thread in threading.enumerate() if thread.ident == own), None)


def stack_of(frame: FrameType | None) -> Iterator[FrameType]:
    """Return a frame and its callers, innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def others(
    ignored: Container[object] = (),
) -> Iterator[tuple[int, threading.Thread | None, FrameType]]:
    """Return each thread but this, those of tools and *ignored* ones: identity, itself, frame."""
    own = threading.get_ident()
    main = threading.main_thread()
    known = {thread.ident: thread for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        thread = known.get(ident)
        if ident == own or (
            thread is not None and (is_tool(thread) or _is_ignored(thread, ignored))
        ):
            continue
        # The main thread runs tests, even where a tool is what has called them.
        if thread is not main and _runs_code_of_a_tool(frame):
            continue
        yield ident, thread, frame


def _is_ignored(thread: threading.Thread, ignored: Container[object]) -> bool:
    pid = child_of(thread)
    return thread in ignored or (pid is not None and Child(pid) in ignored)


def _runs_code_of_a_tool(frame: FrameType) -> bool:
    return any(
        each.f_code.co_filename.endswith(f"{os.sep}{tool}.py")
        or f"{os.sep}{tool}{os.sep}" in each.f_code.co_filename
        for each in stack_of(frame)
        for tool in _TOOL_CODE
    )


def nobody_runs(
    required: Collection[int | None] = (),
    ignored: Container[object] = (),
    *,
    jobs_wait: bool = False,
    circle: Circle | None = None,
) -> bool:
    """
    Whether every thread but this one waits for another one, so that none can begin anything.

    Args:
        required: The identities of threads that are known to be there.
        ignored: Threads that are not looked at.
        jobs_wait: Some jobs of thread pools have not begun, so that no worker is idle.
        circle: The processes that must wait, too; with it, whoever waits for one of its
            descriptors is known to.
    """
    first = _tokens(ignored, circle, jobs_wait=jobs_wait)
    if first is None or not first.keys() >= set(required):
        return False
    second = _tokens(ignored, circle, jobs_wait=jobs_wait)
    return (
        second is not None
        and first.keys() == second.keys()
        and all(second[ident] is token or second[ident] == token for ident, token in first.items())
    )


def _tokens(
    ignored: Container[object], circle: Circle | None, *, jobs_wait: bool
) -> dict[object, object] | None:
    if _any_begins_or_ends():
        return None
    tokens = {} if circle is None else circle.tokens()
    if tokens is None:
        return None
    for ident, thread, frame in others(ignored):
        token = _token(thread, frame, circle, jobs_wait=jobs_wait)
        if token is None:
            return None
        tokens[ident] = token
    return tokens


def _any_begins_or_ends() -> bool:
    frames = sys._current_frames()
    return any(
        thread.ident not in frames and not is_dummy(thread) for thread in threading.enumerate()
    )


def _token(
    thread: threading.Thread | None, frame: FrameType, circle: Circle | None, *, jobs_wait: bool
) -> object:
    """Return what is the same as long as this thread waits; None if it may run."""
    if is_idle_worker(frame):
        return None if jobs_wait else frame
    if in_pool(thread) and type(thread) is not threading.Thread:
        return thread  # it manages a pool of processes, whose jobs count by themselves
    wait = wait_of(frame)
    if wait is not None:
        # What a library does from time to time on a thread of its own, it does for itself.
        lasts = wait.timeout is None or _keeps_house(thread)
        return wait.token if lasts else None
    return _wait_in_the_kernel(thread, circle)


def _keeps_house(thread: threading.Thread | None) -> bool:
    """Whether a library has started the thread, and not to run somebody else's functions there."""
    origin = origin_of(thread)
    runs_jobs = in_pool(thread) or origin.module.partition(".")[0] in _JOB_RUNNERS
    return origin.is_library and not runs_jobs


def _wait_in_the_kernel(thread: threading.Thread | None, circle: Circle | None) -> object:
    """Return how often a thread was woken by now, if it waits in a call; Linux alone tells."""
    native = getattr(thread, "native_id", None)
    if native is None:
        return None
    if not _waits_for_a_lock(native):
        return None if circle is None else circle.token_of_thread(native)
    if not _keeps_house(thread) and not _no_foreign_code_runs():
        return None  # a thread that Python does not know may release that lock
    return switches_of("self", native)


def _waits_for_a_lock(native: int | str) -> bool:
    call = call_of("self", native)
    return call is not None and call.is_lock


def _no_foreign_code_runs() -> bool:
    known = threading.enumerate()
    ours = {thread.native_id for thread in known}
    tasks = listed("/proc/self/task")
    if tasks is None:
        return False
    strangers = [task for task in tasks if int(task) not in ours]
    running = [task for task in strangers if not _waits_for_a_lock(task)]
    # Threads of tools that run Python code are looked at elsewhere; which task each is, none tells.
    tools = sys._current_frames().keys() - {thread.ident for thread in known}
    return len(running) <= len(tools)


def place_of(frame: FrameType | None) -> str:
    """Return the innermost line of a thread that is the user's, in words."""
    stack = list(stack_of(frame))
    for each in stack:
        name = each.f_code.co_filename
        if not name.startswith(_OURS) and not _is_of_a_library(name):
            return _words(each)
    return _words(stack[0]) if stack else ""


def _words(frame: Any) -> str:
    import linecache

    code = frame.f_code
    where = f"at {code.co_filename}:{frame.f_lineno} in {code.co_name}()"
    line = linecache.getline(code.co_filename, frame.f_lineno or 0, frame.f_globals).strip()
    return f"{where}: {line}" if line else where
