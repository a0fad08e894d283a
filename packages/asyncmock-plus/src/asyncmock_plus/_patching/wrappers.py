"""
Decorated functions: of the kind they were before.

A decorated function carries its patches in ``patchings``, as in the standard library, where
pytest and others look for them. A second decorator adds to them instead of wrapping the wrapper,
so mocks are passed in the order of the decorators, the innermost first. It does not change the
decorated function it was
given: that one may be inherited from a class which knows nothing of the second patch.
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import AsyncGenerator, Callable, Generator
from functools import wraps
from typing import Any

from asyncmock_plus._patching.calls import PatchedCall, Steps, SuspendableCall

_Function = Callable[..., Any]


class Patchings(list[Any]):
    """
    The patches of a decorated function.

    Attributes:
        function: The function as it was before the first decorator.
        wrapper: What came out. Other decorators copy attributes: who finds this list need not be
            its owner.
    """

    __slots__ = ("function", "wrapper")

    function: _Function
    wrapper: _Function


def wrap(function: _Function, patcher: Any, *, asynchronous: bool = False) -> _Function:
    """
    Return a function that does the same while the patch is in force.

    Args:
        function: A function, coroutine function, generator function or asynchronous generator
            function.
        patcher: The patch.
        asynchronous: Take it for a coroutine function whatever it looks like.
    """
    present = getattr(function, "patchings", None)
    if present is None:
        patchings = Patchings([patcher])
        patchings.function = function
    elif isinstance(present, Patchings) and present.wrapper is function:
        patchings = Patchings([*present, patcher])
        patchings.function = present.function
    else:
        present.append(patcher)
        return function
    wrapper = wrap_in_call(patchings.function, patchings, asynchronous=asynchronous)
    wrapper.__dict__.update(vars(function))
    wrapper.__dict__.update(patchings=patchings, __wrapped__=patchings.function)
    patchings.wrapper = wrapper
    return wrapper


def wrap_in_call(
    function: _Function, patchings: list[Any], *, asynchronous: bool = False
) -> _Function:
    """Return a function of the same kind that runs in a call with these patches."""
    if asynchronous or inspect.iscoroutinefunction(function):
        return _coroutine(function, patchings)
    if inspect.isasyncgenfunction(function):
        return _async_generator(function, patchings)
    if inspect.isgeneratorfunction(function):
        wrapper = _generator(function, patchings)
        code = getattr(function, "__code__", None)
        if code is not None and code.co_flags & inspect.CO_ITERABLE_COROUTINE:
            return types.coroutine(wrapper)
        return wrapper
    return _plain(function, patchings)


def _plain(function: _Function, patchings: list[Any]) -> _Function:
    @wraps(function)
    def patched(*args: Any, **keywargs: Any) -> Any:
        with PatchedCall(patchings, args, keywargs) as (newargs, newkeywargs):
            return function(*newargs, **newkeywargs)

    return patched


def _coroutine(function: _Function, patchings: list[Any]) -> _Function:
    @wraps(function)
    async def patched(*args: Any, **keywargs: Any) -> Any:
        call = SuspendableCall(patchings, args, keywargs)
        with call as (newargs, newkeywargs):
            awaitable = function(*newargs, **newkeywargs)
            if call.context is None:
                return await awaitable
            return await _driven(Steps(_iterator(awaitable), call.context))

    return patched


def _generator(function: _Function, patchings: list[Any]) -> _Function:
    @wraps(function)
    def patched(*args: Any, **keywargs: Any) -> Generator[Any, Any, Any]:
        call = SuspendableCall(patchings, args, keywargs)
        with call as (newargs, newkeywargs):
            steps = Steps(function(*newargs, **newkeywargs), call.context)
            # `yield from` would close the generator where the caller throws GeneratorExit, and
            # hide what it returns then.
            result = steps.send(None)
            while not steps.done:
                try:
                    sent = yield result
                except BaseException as error:
                    thrown = error
                else:
                    result = steps.send(sent)
                    continue
                result = steps.throw(thrown)
                del thrown
            return result

    return patched


@types.coroutine
def _driven(steps: Steps) -> Generator[Any, Any, Any]:
    result = steps.send(None)
    while not steps.done:
        try:
            sent = yield result
        except BaseException as error:
            thrown = error
        else:
            result = steps.send(sent)
            continue
        result = steps.throw(thrown)
        del thrown
    return result


def _async_generator(function: _Function, patchings: list[Any]) -> _Function:
    @wraps(function)
    async def patched(*args: Any, **keywargs: Any) -> AsyncGenerator[Any, Any]:
        call = SuspendableCall(patchings, args, keywargs)
        with call as (newargs, newkeywargs):
            generator = function(*newargs, **newkeywargs)
            step = _first_step(generator)
            while True:
                try:
                    if call.context is None:
                        result = await step
                    else:
                        result = await _driven(Steps(_iterator(step), call.context))
                except StopAsyncIteration:
                    return
                try:
                    sent = yield result
                except BaseException as error:
                    step = generator.athrow(error)
                else:
                    step = generator.asend(sent)

    return patched


def _first_step(generator: Any) -> Any:
    # The loop gets to know generators by these hooks when they start. It must know the wrapper
    # only: at its end it closes all it knows at the same time, and one would find the other
    # running.
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        return generator.asend(None)
    finally:
        sys.set_asyncgen_hooks(*hooks)


def _iterator(awaitable: Any) -> Any:
    if isinstance(awaitable, types.CoroutineType):
        return awaitable
    if isinstance(awaitable, types.GeneratorType):
        return awaitable
    return awaitable.__await__()
