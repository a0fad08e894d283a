"""Tests of Hypothesis: its plain function calls the coroutine function for each example."""

from __future__ import annotations

import contextlib
import functools
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__unittest = __tracebackhide__ = True


def handle_of(method: object) -> Any:
    """Return what `hypothesis.given` keeps of an asynchronous test, None if it is none."""
    function = getattr(method, "__func__", method)
    if not getattr(function, "is_hypothesis_test", False):
        return None
    handle = getattr(function, "hypothesis", None)
    return handle if inspect.iscoroutinefunction(getattr(handle, "inner_test", None)) else None


@contextlib.contextmanager
def examples_run_by(handle: Any, call: Callable[..., Any]) -> Iterator[None]:
    """Have the coroutine function of a test called by *call*, once for each example."""
    inner = handle.inner_test

    @functools.wraps(inner)
    def run_example(*args: Any, **kwargs: Any) -> Any:
        return call(inner, *args, **kwargs)

    handle.inner_test = run_example
    try:
        yield
    finally:
        handle.inner_test = inner
