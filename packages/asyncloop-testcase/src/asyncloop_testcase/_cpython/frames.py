"""Frames: whether their function runs, waits, or has returned."""

from __future__ import annotations

import asyncio
import gc
import sys
import types

from asyncloop_testcase._cpython.handles import RUN_CODE

__unittest = __tracebackhide__ = True

RUN_ONCE_CODE: types.CodeType = asyncio.BaseEventLoop._run_once.__code__  # type: ignore[attr-defined]


def is_waiting(frame: types.FrameType | None) -> bool:
    """
    Tell whether a loop runs in a frame and waits in it, and does not run any callback.

    ``BaseEventLoop._run_once`` calls whatever waits and, by ``Handle._run``, the callbacks. Read on
    3.10 to 3.15.
    """
    while frame is not None and frame.f_code is not RUN_CODE:
        if frame.f_code is RUN_ONCE_CODE:
            return True
        frame = frame.f_back
    return False


if sys.version_info >= (3, 11):

    def is_over(frame: types.FrameType) -> bool:
        """
        Tell whether the function of a frame has returned.

        The frame has to be what `gc.get_referrers` says of one of its variables: as long as the
        function runs or waits, it is the interpreter or the generator that refers to them. Read on
        3.11 to 3.15.
        """
        return True

else:
    SUSPENDED = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)

    def is_over(frame: types.FrameType) -> bool:
        """Tell whether the function of a frame has returned: nobody runs it, nor will."""
        for running in sys._current_frames().values():
            each: types.FrameType | None = running
            while each is not None:
                if each is frame:
                    return False
                each = each.f_back
        return not any(type(each) in SUSPENDED for each in gc.get_referrers(frame))
