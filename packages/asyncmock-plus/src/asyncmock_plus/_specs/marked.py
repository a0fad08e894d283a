"""
Plain functions that pass for coroutine functions: calling them returns an awaitable at once.

An ``async def`` does nothing when it is called, so an autospecced one could neither refuse
arguments nor record the call before somebody awaits. Since Python 3.12 a function can be marked
instead (`inspect.markcoroutinefunction`). Before, `inspect.iscoroutinefunction` believes the code
object alone, and what is called cannot be told apart from that: hence an object which has all
attributes of a function, and shows its class.
"""

from __future__ import annotations

import inspect
import sys
from types import FunctionType, MethodType
from typing import Any

__unittest = __tracebackhide__ = True


class CoroutineFunction:
    """A function object whose code says that it is a coroutine function."""

    __class__: Any = property(lambda self: FunctionType)

    def __init__(self, function: FunctionType) -> None:
        code = function.__code__
        self.__dict__.update(
            __annotations__=function.__annotations__,
            __closure__=function.__closure__,
            __code__=code.replace(co_flags=code.co_flags | inspect.CO_COROUTINE),
            __defaults__=function.__defaults__,
            __doc__=function.__doc__,
            __globals__=function.__globals__,
            __kwdefaults__=function.__kwdefaults__,
            __module__=function.__module__,
            __name__=function.__name__,
            __qualname__=function.__qualname__,
        )
        self._call = function

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._call(*args, **kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __copy__(self) -> CoroutineFunction:
        return self

    def __deepcopy__(self, memo: Any) -> CoroutineFunction:
        return self

    def __repr__(self) -> str:
        return f"<function {self.__dict__['__qualname__']} at {id(self):#x}>"


def marked(function: FunctionType) -> Any:
    """Return the function as a coroutine function."""
    if sys.version_info >= (3, 12):
        return inspect.markcoroutinefunction(function)
    return CoroutineFunction(function)


FUNCTIONS = frozenset({FunctionType, CoroutineFunction})
