"""Patches as decorators of functions and classes."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from asyncmock_plus._patching.calls import PatchedCall
from asyncmock_plus._patching.start import Patcher
from asyncmock_plus._patching.wrappers import wrap

if TYPE_CHECKING:
    from collections.abc import Callable


class DecoratingPatcher(Patcher):
    """
    A patch that decorates.

    Attributes:
        owner: The ``patch`` it was made by, which knows the prefix of test methods.
    """

    owner: Any = None

    def copy(self) -> Any:
        """Return a patch with the same arguments that is not in force."""
        raise NotImplementedError

    def __call__(self, func: Any) -> Any:
        """
        Decorate a function of any kind, or the test methods of a class.

        Whether a coroutine function, a generator function, an asynchronous generator function:
        the decorated function is one, too.
        """
        if isinstance(func, type):
            return self.decorate_class(func)
        if inspect.iscoroutinefunction(func):
            return self.decorate_async_callable(func)
        return self.decorate_callable(func)

    def decorate_class(self, klass: Any) -> Any:
        """Decorate all methods whose name starts with ``patch.TEST_PREFIX``, inherited ones too."""
        for name in dir(klass):
            if not name.startswith(self.owner.TEST_PREFIX):
                continue
            method = inspect.getattr_static(klass, name)
            if isinstance(method, (staticmethod, classmethod)):
                setattr(klass, name, type(method)(self.copy()(method.__func__)))
                continue
            method = getattr(klass, name)
            if hasattr(method, "__call__"):  # noqa: B004
                setattr(klass, name, self.copy()(method))
        return klass

    def decorate_callable(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a function, generator function or asynchronous generator function."""
        return wrap(func, self)

    def decorate_async_callable(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a coroutine function."""
        return wrap(func, self, asynchronous=True)

    def decoration_helper(
        self, patched: Any, args: tuple[Any, ...], keywargs: dict[str, Any]
    ) -> PatchedCall:
        """Return the patches of one call, a context manager of positional and keyword arguments."""
        return PatchedCall(patched.patchings, args, keywargs)
