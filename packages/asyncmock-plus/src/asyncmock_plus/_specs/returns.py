"""What a plain function gives, as far as its return annotation says; nothing is evaluated."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from asyncmock_plus._cpython import return_annotation
from asyncmock_plus._specs.spec import origin_of, static_attribute, unwrapped

__unittest = __tracebackhide__ = True

_NAMES = frozenset(
    {"AbstractAsyncContextManager", "AsyncContextManager", "Awaitable", "Coroutine", "Future"}
    | {"Task"}
)


def gives_awaitable(obj: Any) -> bool:
    """Return whether a function is annotated to return what is awaited or entered by async with."""
    function = unwrapped(obj)
    if type(function) is not FunctionType:
        return False
    annotation = return_annotation(function)
    if isinstance(annotation, str):
        head = annotation.strip("'\" ").partition("[")[0]
        if head.rpartition(".")[2] in _NAMES:
            return True
        annotation = function.__globals__.get(head)
    annotation = origin_of(annotation)
    if not isinstance(annotation, type):
        return False
    return any(
        static_attribute(annotation, name) is not None for name in ("__await__", "__aenter__")
    )
