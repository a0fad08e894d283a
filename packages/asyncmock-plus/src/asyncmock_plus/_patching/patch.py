"""
``patch``, with ``patch.object``, ``patch.dict``, ``patch.multiple`` and ``patch.stopall``.

More than 300 lines: type checkers need the whole signature in each of six overloads.
"""

# mypy alone sees an overlap of overloads here
# pyright: reportUnnecessaryTypeIgnoreComment=false

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload
from unittest.mock import DEFAULT

from asyncmock_plus._mocks.classes import AsyncMock, MagicMock, NonCallableMagicMock
from asyncmock_plus._patching.attribute import _patch
from asyncmock_plus._patching.decorator import DecoratingPatcher
from asyncmock_plus._patching.dict import _patch_dict
from asyncmock_plus._patching.scope import GLOBAL, PatchScope
from asyncmock_plus._patching.start import stopall
from asyncmock_plus._patching.target import importer, split_target
from asyncmock_plus._specs.autospec import create_autospec

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncmock_plus._patching.attribute import PatchWithMock

_T = TypeVar("_T")


class Patch:
    """
    Replace something for a while: what ``asyncmock_plus.patch`` is.

    Called with the dotted name of a target, it returns a patch: a context manager, a decorator of
    functions, coroutine functions, generators, asynchronous generators and classes, and an object
    with ``start()`` and ``stop()``. It gives a new mock each time it starts, so each call of a
    decorated function gets its own. Several patches of one target may overlap and end in any order.

    Calling an instance takes these arguments, `object` the same ones after the object and the
    name of its attribute:

    - *target*: what to replace, as ``"package.module.name"``. It is imported when the patch starts.
    - *new*: what to put there; by default a mock, which decorated functions get as an argument.
    - *spec*, *spec_set*, *autospec*: an object the mock looks like; True for what is replaced.
    - *create*: whether the attribute may be missing.
    - *new_callable*: makes the mock, instead of the classes below.
    - *unsafe*: whether to accept keyword arguments that look misspelt, such as ``autospect``.
    - *scope*: `GLOBAL` or `LIMITED`, for decorated coroutines and generators: in force until they
      end, or only while they run and not while they are suspended.
    - anything else configures the mock.

    Errors: TypeError for a target without a dot, and for ``spec``, ``spec_set`` and ``autospec``
    that exclude each other; AttributeError if the attribute is missing; ValueError for an unknown
    scope, and for *new_callable* with *new* or *autospec*; RuntimeError for misspelt arguments,
    and for a patch that is started twice; ``InvalidSpecError`` for a spec that is a mock.

    An instance of your own makes mocks of other classes:

    Args:
        magic_mock: The class for all targets but those below.
        async_mock: The class for coroutine functions, also as *spec*.
        non_callable_magic_mock: The class for a *spec* that cannot be called.
        create_autospec: The function behind *autospec*.

    Attributes:
        TEST_PREFIX: Methods with this prefix are decorated in a decorated class.

    Example:
        >>> import asyncio
        >>> from asyncmock_plus import CoroutineMock, Patch, patch
        >>> with patch("asyncio.sleep", return_value=None) as sleep:
        ...     asyncio.run(asyncio.sleep(3600))
        >>> sleep.assert_awaited_once_with(3600)

        Mocks as asynctest made them:

        >>> patch = Patch(async_mock=CoroutineMock)
        >>> with patch("asyncio.sleep") as sleep:
        ...     isinstance(sleep, CoroutineMock)
        True
    """

    __module__ = "asyncmock_plus"

    def __init__(
        self,
        *,
        magic_mock: Callable[..., Any] = MagicMock,
        async_mock: Callable[..., Any] = AsyncMock,
        non_callable_magic_mock: Callable[..., Any] = NonCallableMagicMock,
        create_autospec: Callable[..., Any] = create_autospec,
    ) -> None:
        self.TEST_PREFIX = "test"
        self.magic_mock = magic_mock
        self.async_mock = async_mock
        self.non_callable_magic_mock = non_callable_magic_mock
        self.create_autospec = create_autospec
        # Whether with and start() take LIMITED for GLOBAL, as in asynctest; else they refuse it.
        self._limits_calls_only = False
        self.dict: type[_patch_dict] = _dict_class(self)

    @overload
    def __call__(  # type: ignore[overload-overlap]
        self,
        target: str,
        new: _T,
        spec: Literal[False] | None = None,
        create: bool = False,
        spec_set: Literal[False] | None = None,
        autospec: Literal[False] | None = None,
        new_callable: None = None,
        *,
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
    ) -> _patch[_T]: ...
    @overload
    def __call__(
        self,
        target: str,
        *,
        spec: Any = None,
        create: bool = False,
        spec_set: Any = None,
        autospec: Literal[False] | None = None,
        new_callable: type[_T] | Callable[..., _T],
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
        **kwargs: Any,
    ) -> PatchWithMock[_T]: ...
    @overload
    def __call__(
        self,
        target: str,
        *,
        spec: Any = None,
        create: bool = False,
        spec_set: Any = None,
        autospec: Any = None,
        new_callable: None = None,
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
        **kwargs: Any,
    ) -> PatchWithMock[MagicMock | AsyncMock]: ...

    def __call__(
        self,
        target: str,
        new: Any = DEFAULT,
        spec: Any = None,
        create: bool = False,
        spec_set: Any = None,
        autospec: Any = None,
        new_callable: Callable[..., Any] | None = None,
        *,
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
        **kwargs: Any,
    ) -> Any:
        """Return a patch of a target that is named; the class has the arguments."""
        getter, name = split_target(target)
        patcher: Any = _patch(
            getter, name, new, spec, create, spec_set, autospec, new_callable, kwargs,
            unsafe=unsafe, scope=scope, owner=self,
        )  # fmt: skip
        return patcher

    @overload
    def object(
        self,
        target: Any,
        attribute: str,
        new: _T,
        spec: Literal[False] | None = None,
        create: bool = False,
        spec_set: Literal[False] | None = None,
        autospec: Literal[False] | None = None,
        new_callable: None = None,
        *,
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
    ) -> _patch[_T]: ...
    @overload
    def object(
        self,
        target: Any,
        attribute: str,
        *,
        spec: Any = None,
        create: bool = False,
        spec_set: Any = None,
        autospec: Literal[False] | None = None,
        new_callable: type[_T] | Callable[..., _T],
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
        **kwargs: Any,
    ) -> PatchWithMock[_T]: ...
    @overload
    def object(
        self,
        target: Any,
        attribute: str,
        *,
        spec: Any = None,
        create: bool = False,
        spec_set: Any = None,
        autospec: Any = None,
        new_callable: None = None,
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
        **kwargs: Any,
    ) -> PatchWithMock[MagicMock | AsyncMock]: ...

    def object(
        self,
        target: Any,
        attribute: str,
        new: Any = DEFAULT,
        spec: Any = None,
        create: bool = False,
        spec_set: Any = None,
        autospec: Any = None,
        new_callable: Callable[..., Any] | None = None,
        *,
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
        **kwargs: Any,
    ) -> Any:
        """
        Return a patch of an attribute of *target*, which is the object itself.

        Raises:
            TypeError: *target* is a name.
        """
        if type(target) is str:
            msg = f"{target!r} must be the actual object to be patched, not a str"
            raise TypeError(msg)
        patcher: Any = _patch(
            lambda: target, attribute, new, spec, create, spec_set, autospec, new_callable, kwargs,
            unsafe=unsafe, scope=scope, owner=self,
        )  # fmt: skip
        return patcher

    def multiple(
        self,
        target: Any,
        spec: Any = None,
        create: bool = False,
        spec_set: Any = None,
        autospec: Any = None,
        new_callable: Callable[..., Any] | None = None,
        *,
        scope: PatchScope = GLOBAL,
        **kwargs: Any,
    ) -> PatchWithMock[dict[str, Any]]:
        """
        Return a patch of several attributes of one object.

        Args:
            target: The object, or its dotted name.
            spec: For all of them, as are the other arguments.
            create: The same.
            spec_set: The same.
            autospec: The same.
            new_callable: The same.
            scope: The same.
            kwargs: What to put in the place of each attribute. The mocks for those that are
                ``DEFAULT`` are passed to decorated functions by name; ``with`` binds a dictionary.

        Raises:
            ValueError: There is nothing to patch.

        Example:
            >>> import asyncio
            >>> from asyncmock_plus import DEFAULT, patch
            >>> with patch.multiple(asyncio, sleep=DEFAULT, wait_for=None) as mocks:
            ...     list(mocks), asyncio.wait_for
            (['sleep'], None)
        """
        if not kwargs:
            msg = "Must supply at least one keyword argument with patch.multiple"
            raise ValueError(msg)
        getter = partial(importer, target) if type(target) is str else lambda: target
        patchers: list[Any] = []
        for name, new in kwargs.items():
            patcher: _patch[Any] = _patch(
                getter, name, new, spec, create, spec_set, autospec, new_callable, {},
                scope=scope, owner=self,
            )  # fmt: skip
            patcher.attribute_name = name
            patchers.append(patcher)
        patchers[0].additional_patchers = patchers[1:]
        first: PatchWithMock[dict[str, Any]] = patchers[0]
        return first

    stopall: staticmethod[[], None] = staticmethod(stopall)


def _dict_class(owner: Patch) -> type[_patch_dict]:
    # The name would be looked up in Patch, where `dict` is an annotation.
    return type("_patch_dict", (_patch_dict,), {"owner": owner, "__module__": __name__})


patch: Patch = Patch()
DecoratingPatcher.owner = patch
