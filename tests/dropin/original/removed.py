"""
Stand-ins for what asyncio has removed; it is copied beside the tests, which import it.

They do what the removed names did outside of asyncio's debug mode.
"""

import asyncio
import contextlib
import functools
import inspect
import types


class CoroWrapper:
    """What ``asyncio.coroutine`` returned in debug mode: there is none any more."""


def coroutine(function):
    """Make a coroutine function of a generator function or of a plain one."""
    if inspect.iscoroutinefunction(function):
        return function
    generator = function if inspect.isgeneratorfunction(function) else _generator(function)
    made = types.coroutine(generator)
    made._is_coroutine = asyncio.coroutines._is_coroutine
    return made


def _generator(function):
    @functools.wraps(function)
    def generator(*args, **kwargs):
        result = function(*args, **kwargs)
        if inspect.isawaitable(result):
            result = yield from result.__await__()
        return result

    return generator


def future():
    """Return a future of a loop that is closed already."""
    loop = asyncio.new_event_loop()
    loop.close()
    return asyncio.Future(loop=loop)


def no_logs():
    """Return a block that does not look at logs."""
    return contextlib.nullcontext()
