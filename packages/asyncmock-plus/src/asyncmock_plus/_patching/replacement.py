"""Which mock a patch puts in the place of its target."""

from __future__ import annotations

import types
from functools import partialmethod
from inspect import CO_COROUTINE
from types import FunctionType
from typing import TYPE_CHECKING, Any
from unittest.mock import DEFAULT, NonCallableMock

from asyncmock_plus._cpython import AsyncMockMixin
from asyncmock_plus._specs.spec import InvalidSpecError, extract_mock, is_async_object, is_mock

if TYPE_CHECKING:
    from asyncmock_plus._patching.options import Family, Options

_TYPOS = ("autospect", "auto_spec", "set_spec")
# Names bound by ``lazy import`` are resolved when somebody looks at them.
_LazyImport: Any = getattr(types, "LazyImportType", ())


def is_async(original: Any) -> bool:
    """Return whether the target of a patch is asynchronous, so that its mock has to be."""
    if type(original) is FunctionType:
        # The common case, in a shortcut; functions may be marked in their dictionary.
        if original.__code__.co_flags & CO_COROUTINE:
            return True
        return bool(original.__dict__) and is_async_object(original)
    return is_async_object(original)


def check_arguments(patcher: Options, *, unsafe: bool) -> None:
    """
    Refuse what no patch can do.

    Raises:
        ValueError: Two arguments exclude each other.
        RuntimeError: A name looks like a misspelt argument.
        InvalidSpecError: A spec is a mock.
    """
    if patcher.new_callable is not None:
        for name, given in (
            ("new", patcher.new is not DEFAULT),
            ("autospec", patcher.autospec is not None),
        ):
            if given:
                msg = f"Cannot use {name!r} and 'new_callable' together"
                raise ValueError(msg)
    if patcher.kwargs and not unsafe:
        for typo in _TYPOS:
            if typo in patcher.kwargs:
                msg = f"{typo!r} might be a typo; use unsafe=True if this is intended"
                raise RuntimeError(msg)
    for name, spec, what in (
        ("spec", patcher.spec, "spec"),
        ("spec_set", patcher.spec_set, "spec_set target"),
    ):
        if spec is not None and is_mock(spec):
            msg = (
                f"Cannot spec attr {patcher.attribute!r} as the {what} has already been "
                f"mocked out. [{name}={spec!r}]"
            )
            raise InvalidSpecError(msg)


def mark_sleep(new: Any) -> None:
    """Have a mock in the place of ``asyncio.sleep`` yield to the loop, as that does."""
    mock = extract_mock(new)
    if isinstance(mock, AsyncMockMixin):
        mock.__dict__["_mock_is_sleep"] = True


def replacement(patcher: Options, target: Any, original: Any) -> Any:
    """
    Return what the patch puts in the place of *original*.

    Raises:
        TypeError: Arguments of the patch exclude each other, or what is there.
        InvalidSpecError: What is there is a mock, and it cannot be autospecced.
    """
    if patcher.spec is None and patcher.spec_set is None and patcher.autospec is None:
        return _unspecced(patcher, original)
    # False means None for these three
    spec = None if patcher.spec is False else patcher.spec
    spec_set = None if patcher.spec_set is False else patcher.spec_set
    autospec = None if patcher.autospec is False else patcher.autospec
    if spec is not None and autospec is not None:
        msg = "Can't specify spec and autospec"
        raise TypeError(msg)
    if (spec is not None or autospec is not None) and spec_set not in (True, None):
        msg = "Can't provide explicit spec_set *and* spec or autospec"
        raise TypeError(msg)
    if isinstance(original, _LazyImport) and any(s is True for s in (spec, spec_set, autospec)):
        original = original.resolve()
    if autospec is not None:
        return _autospecced(patcher, target, original, autospec)
    if patcher.new is DEFAULT:
        return _specced(patcher, original, spec, spec_set)
    return _unspecced(patcher, original)


def _unspecced(patcher: Options, original: Any) -> Any:
    if patcher.new is DEFAULT:
        make: Any = patcher.new_callable
        if make is None:
            family = patcher.owner
            make = family.async_mock if is_async(original) else family.magic_mock
        return make(**_named(patcher, make, {}))
    if patcher.kwargs:
        msg = (
            f"Can't pass kwargs to a mock we aren't creating: "
            f"{', '.join(map(repr, patcher.kwargs))} with new={patcher.new!r}"
        )
        raise TypeError(msg)
    return patcher.new


def _named(patcher: Options, make: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    if isinstance(make, type) and issubclass(make, NonCallableMock) and patcher.attribute:
        kwargs["name"] = patcher.attribute
    kwargs.update(patcher.kwargs)
    return kwargs


def _specced(patcher: Options, original: Any, spec: Any, spec_set: Any) -> Any:
    strict = spec_set is not None
    if spec is True or (spec is None and spec_set is True):
        spec = original
    elif spec is None:
        spec = spec_set
    if spec is None:
        return _unspecced(patcher, original)
    if original is DEFAULT:
        msg = "Can't use 'spec' with create=True"
        raise TypeError(msg)
    make: Any = patcher.new_callable or _class_for(patcher.owner, spec)
    kwargs = _named(patcher, make, {"spec_set" if strict else "spec": spec})
    new = make(**kwargs)
    if isinstance(original, type) and is_mock(new):
        # A class is replaced: what it makes has the same spec.
        if not _is_list(spec) and not _makes_callables(spec):
            make = patcher.owner.non_callable_magic_mock
        kwargs.pop("name", None)
        new.return_value = make(_new_parent=new, _new_name="()", **kwargs)
    return new


def _class_for(family: Family, spec: Any) -> Any:
    if is_async(spec):
        return family.async_mock
    can_be_called = "__call__" in spec if _is_list(spec) else callable(spec)
    return family.magic_mock if can_be_called else family.non_callable_magic_mock


def _autospecced(patcher: Options, target: Any, original: Any, autospec: Any) -> Any:
    if patcher.new is not DEFAULT:
        msg = "autospec creates the mock for you. Can't specify autospec and new."
        raise TypeError(msg)
    if original is DEFAULT:
        msg = "Can't use 'autospec' with create=True"
        raise TypeError(msg)
    if autospec is True:
        autospec = original
        if isinstance(original, partialmethod):
            # gh-153581: what its class holds cannot be called, what you get from the class can.
            autospec = original.__get__(None, target)
    if is_mock(target):
        msg = (
            f"Cannot autospec attr {patcher.attribute!r} as the patch target has already been "
            f"mocked out. [target={target!r}, attr={autospec!r}]"
        )
        raise InvalidSpecError(msg)
    if is_mock(autospec):
        name = getattr(target, "__name__", target)
        msg = (
            f"Cannot autospec attr {patcher.attribute!r} from target {name!r} as it has already "
            f"been mocked out. [target={target!r}, attr={autospec!r}]"
        )
        raise InvalidSpecError(msg)
    return patcher.owner.create_autospec(
        autospec, spec_set=bool(patcher.spec_set), _name=patcher.attribute, **patcher.kwargs
    )


def _is_list(spec: Any) -> bool:
    return type(spec) in (list, tuple)


def _makes_callables(spec: Any) -> bool:
    if not isinstance(spec, type):
        return callable(spec)
    return any("__call__" in vars(base) for base in spec.__mro__)
