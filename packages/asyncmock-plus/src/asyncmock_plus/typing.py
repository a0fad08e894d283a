"""
Types for annotations: what `create_autospec` returns.

No type can say "what `T` has, and each of its methods is a mock as well". So a mock of a function
has the signature of the function beside what mocks have; a mock of a class has the signature of
the class; and attributes of a mock of an instance are whatever a test makes of them. Where the
signatures matter more, annotate what hands it on: ``def store() -> Store: ...``.

Of an overloaded function, only the first signature is taken: annotate its mock, ``convert: Any =
create_autospec(convert)``, to call it otherwise. A generic class needs its argument for mypy, as in
``create_autospec(Queue[int])``, unless its mock is one of an instance.

The classes are names for annotations; nothing is an instance of them at run time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from unittest.mock import MagicMock as _MagicMock
else:

    class _MagicMock: ...


__all__ = ["AutospecClass", "AutospecFunction", "AutospecInstance"]

_P = ParamSpec("_P")
_R = TypeVar("_R")
_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)


class AutospecInstance(_MagicMock, Generic[_T]):
    """
    A mock of an object, or of an instance of a class: ``create_autospec(Store, instance=True)``.

    It passes for a `_T` wherever one is wanted.
    """


class AutospecClass(_MagicMock, Generic[_P, _T]):
    """A mock of a class: ``create_autospec(Store)``."""

    if TYPE_CHECKING:

        def __call__(self, /, *args: _P.args, **kwargs: _P.kwargs) -> AutospecInstance[_T]:
            """Return the mock of an instance."""
            raise NotImplementedError


class AutospecFunction(_MagicMock, Generic[_P, _R]):
    """
    A mock of a function: ``create_autospec(fetch)``.

    The result `_R` of a coroutine function is a coroutine. That a function is one shows only in
    its result, and a function without annotations may be anything.
    """

    if TYPE_CHECKING:

        def __call__(self, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
            """Check the arguments, and return what the test has set."""
            raise NotImplementedError


class AnyClass(Protocol[_P, _T_co]):
    """A class with the signature of its constructor, as mypy finds it; functions are none."""

    @property
    def __mro__(self) -> tuple[type, ...]:
        """The classes it derives from."""
        ...

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _T_co:
        """Make an instance."""
        ...
