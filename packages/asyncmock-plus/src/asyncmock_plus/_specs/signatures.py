"""
Signatures of autospecced callables: read late, checked fast.

Arguments are checked by calling a function without a body that has the same parameters, which the
interpreter does far faster than ``Signature.bind``; what it refuses, ``bind`` puts into words.
"""

from __future__ import annotations

import inspect
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from asyncmock_plus._cpython import PARTIALMETHOD_NAMES, LateSignature, signature_of

__unittest = __tracebackhide__ = True


def _nothing() -> None: ...


_NOTHING = _nothing.__code__
_PARAMETERS = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


class Check:
    """
    Refuses arguments that do not fit the signature of a specified callable.

    Args:
        spec: The callable, or the class whose instances are called.
        as_instance: *spec* is a class, and its instances are called.
        eat_self: The first argument is the instance, which callers do not pass.
        owner: A class: callers may pass an instance of it all the same.
    """

    __slots__ = ("_eat_first", "_function", "_known", "_owner", "_run", "_signature", "_spec")

    def __init__(
        self, spec: Any, *, as_instance: bool, eat_self: bool, owner: type | None = None
    ) -> None:
        self._owner = owner
        self._spec = (spec, as_instance, eat_self)
        self._function, self._eat_first = _plain_function(spec, as_instance, eat_self)
        self._known = False
        self._run: Any = None
        self._signature: Any = None

    @property
    def signature(self) -> Any:
        """The signature, None when the callable does not have one that is known."""
        if not self._known:
            self._signature = read_signature(*self._spec)
            self._known = True
        return self._signature

    @property
    def is_sure(self) -> bool:
        """Whether there is a signature, found out without reading it if possible."""
        return self._function is not None or self.signature is not None

    def late_signature(self) -> Any:
        """Return the signature, read when somebody looks into it."""
        return self.signature if self._known else LateSignature(lambda: self.signature)

    def __call__(self, /, *args: Any, **kwargs: Any) -> None:
        run = self._run
        if run is None:
            run = self._run = self._resolved()
        try:
            run(None, *args, **kwargs) if self._eat_first else run(*args, **kwargs)
        except TypeError:
            if self.signature is None:  # pragma: no cover - what can refuse mostly has one
                return
        else:
            return
        if self.is_given_owner(args):
            args = args[1:]
        try:
            self.signature.bind(*args, **kwargs)
        except TypeError as error:
            error.args = (f"{error}: {self._shown()}",)
            raise error.with_traceback(None)  # noqa: B904 - the same error, without inspect's lines

    def _shown(self) -> str:
        """Return what was called and its signature."""
        spec = self._spec[0]
        return f"{getattr(spec, '__qualname__', type(spec).__qualname__)}{self.signature}"

    def is_given_owner(self, args: Any) -> bool:
        """Return whether the first argument is the instance, which may be left out."""
        return self._owner is not None and bool(args) and isinstance(args[0], self._owner)

    def _resolved(self) -> Any:
        if self._function is not None:
            return bodiless(self._function)
        return _anything if self.signature is None else self.signature.bind


def _anything(*args: Any, **kwargs: Any) -> None: ...


# Attributes that say more of a function's signature than its code.
_SIGNED = frozenset({"__signature__", *PARTIALMETHOD_NAMES})


def _plain_function(spec: Any, as_instance: bool, eat_self: bool) -> tuple[Any, bool]:
    """Return the function whose parameters can be taken as they are, or None."""
    function = spec
    if isinstance(spec, type):
        maker = "__new__" if _makes_itself(spec) else "__init__"
        function, eat_self = getattr(spec, "__call__" if as_instance else maker), True
    elif isinstance(spec, (classmethod, staticmethod)):
        function, eat_self = spec.__func__, eat_self or isinstance(spec, classmethod)
    if type(function) is not FunctionType or "__wrapped__" in function.__dict__:
        return None, False
    if not _SIGNED.isdisjoint(function.__dict__):
        return None, False
    code = function.__code__
    if eat_self and not code.co_argcount and not code.co_flags & inspect.CO_VARARGS:
        return None, False
    return function, eat_self


def _makes_itself(cls: Any) -> bool:
    """Return whether the arguments of the class are those of its ``__new__``."""
    return type(cls.__new__) is FunctionType and cls.__init__ is object.__init__


def read_signature(spec: Any, as_instance: bool, eat_self: bool) -> Any:
    """Return the signature of a specified callable, None when it does not have one."""
    if isinstance(spec, partial):
        try:
            return inspect.signature(spec)
        except ValueError:
            return None
    if not callable(spec) and not isinstance(spec, (classmethod, staticmethod)):
        return None  # nor is it asked for a __call__ of its own
    if isinstance(spec, type) and not as_instance and _makes_itself(spec):
        spec, eat_self = spec.__new__, True
    found = signature_of(spec, as_instance, eat_self)
    return None if found is None else found[1]


def bodiless(function: Any) -> Any:
    """Return a function with the same parameters that does nothing."""
    code = function.__code__
    names = code.co_argcount + code.co_kwonlyargcount
    names += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    made = FunctionType(_without_body(code, names), {}, function.__name__, function.__defaults__)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _without_body(code: CodeType, names: int) -> CodeType:
    return _NOTHING.replace(
        co_argcount=code.co_argcount,
        co_posonlyargcount=code.co_posonlyargcount,
        co_kwonlyargcount=code.co_kwonlyargcount,
        co_varnames=code.co_varnames[:names],
        co_nlocals=names,
        co_flags=_NOTHING.co_flags | (code.co_flags & _PARAMETERS),
    )
