"""The decorators that switch checks on and off, and the plan that follows for a test."""

from __future__ import annotations

import inspect
import types
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, overload

from asyncloop_testcase._checks import base, builtin
from asyncloop_testcase._checks.base import KNOWN, RESERVED, Check
from asyncloop_testcase._checks.plan import EVERY, Plan
from asyncloop_testcase._checks.suite import ATTRIBUTE as SUITE
from asyncloop_testcase._checks.suite import Suite, suite_of
from asyncloop_testcase._reports.words import nearest

__unittest = __tracebackhide__ = True

T = TypeVar("T", bound="type[Any] | Callable[..., Any]")

builtin.register()

# Where a class or a function keeps what its decorators said: Layers, the innermost first.
ATTRIBUTE = "_asyncloop_fail_on"
# Where a test class keeps the plans of its methods.
PLANS = "_asyncloop_plans"
NO_PLANS: tuple[int, dict[object, Any]] = (-1, {})

# A layer is what one decorator said. The key ALL stands for every check that has no key itself:
# "default", "strict" or "lenient". What it means is looked up late: checks registered later count.
ALL = ""
Layer = Mapping[str, object]

# What is no check, but said in the same place.
WARN, IGNORE = OPTIONS = RESERVED


class Warned(NamedTuple):
    """The option of a check that warns and does not fail the test."""

    option: object


Layers = tuple[Layer, ...]


def fail_on(**checks: object) -> Callable[[T], T]:
    """
    Switch checks on or off, for a test or for all the tests of a class.

    Args:
        checks: The name of a check, and ``True``, ``False``, an option that the check knows, or
            ``"warn"``: then what it finds is a `LeakWarning` and the test passes. ``warn=True``
            says so of all checks, to adopt them in a suite that has many leaks. ``ignore`` names
            modules or functions, one or some: what they made does not count.

    Returns:
        A decorator for classes and functions, which are changed in place. The decorator of a
        method wins over the one of its class, that one over those of the parent classes.

    Raises:
        TypeError: There is no such check, or the option is of the wrong type.
        ValueError: The option is of the right type, but out of range.

    Example:
        >>> from asyncloop_testcase import TestCase, fail_on
        >>> @fail_on(pending_tasks=True, slow_callbacks=0.5)
        ... class Tests(TestCase):
        ...     @fail_on(pending_tasks=False)
        ...     async def test(self):
        ...         self.task = asyncio.create_task(asyncio.sleep(60))

    .. versionadded:: 1.0.0
    """
    return _layer(validated(checks))


@overload
def strict(test: T, /) -> T: ...
@overload
def strict(test: None = None, /) -> Callable[[T], T]: ...
def strict(test: Any = None, /) -> Any:
    """
    Switch on every check but those that have to be asked for by name (`slow_callbacks`).

    New versions and other packages bring new checks, so tests can begin to fail. Usable with and
    without parentheses.

    .. versionadded:: 1.0.0
    """
    decorate = _layer({ALL: "strict"})
    return decorate if test is None else decorate(test)


@overload
def lenient(test: T, /) -> T: ...
@overload
def lenient(test: None = None, /) -> Callable[[T], T]: ...
def lenient(test: Any = None, /) -> Any:
    """
    Switch every check off. Usable with and without parentheses.

    .. versionadded:: 1.0.0
    """
    decorate = _layer({ALL: "lenient"})
    return decorate if test is None else decorate(test)


def ignore_loop(test: T, /) -> T:
    """
    Switch off the check ``unused_loop``. Deprecated, as it was in asynctest 0.8.

    .. deprecated:: 1.0.0
        Use ``fail_on(unused_loop=False)``.
    """
    warnings.warn(
        "ignore_loop is deprecated: use fail_on(unused_loop=False)",
        DeprecationWarning,
        stacklevel=2,
    )
    return _layer({"unused_loop": False})(test)


def validated(checks: Mapping[str, object]) -> dict[str, object]:
    """Return the options of the checks, or refuse those that are not known."""
    unknown = [name for name in checks if name not in KNOWN and name not in OPTIONS]
    if unknown:
        known = ", ".join(sorted(KNOWN))
        meant = nearest(unknown[0], [*KNOWN, *OPTIONS])
        hint = f" (did you mean {meant!r}?)" if meant else ""
        msg = f"unknown checks: {', '.join(map(repr, unknown))}{hint}; the known ones are {known}"
        raise TypeError(msg)
    return {name: _validated(name, value) for name, value in checks.items()}


def _validated(name: str, value: object) -> object:
    if name == WARN:
        if not isinstance(value, bool):
            msg = f"fail_on(warn={value!r}): warn is True or False"
            raise TypeError(msg)
        return value
    if name == IGNORE:
        names = (value,) if isinstance(value, str) else value
        if not isinstance(names, list | tuple | set | frozenset) or not all(
            isinstance(each, str) for each in names
        ):
            msg = f"fail_on(ignore={value!r}): ignore is the name of a module or function, or some"
            raise TypeError(msg)
        return tuple(names)
    return Warned(KNOWN[name].validate(True)) if value == WARN else KNOWN[name].validate(value)


def plan_of(case: type, method: object) -> Plan:
    """
    Return the plan for a test method of a class; remembered, so the second time is a look-up.

    Args:
        case: The test's class.
        method: The test method or function, bound or not.
    """
    generation, plans = case.__dict__.get(PLANS, NO_PLANS)
    if generation != base.generation:
        plans = {}
        setattr(case, PLANS, (base.generation, plans))
    elif type(method) is types.FunctionType and method in plans:
        known: Plan = plans[method]
        return known
    plan = _plan_by_layers(case, method, plans)
    # Only functions of the class: others may come and go, and would be kept alive.
    name = getattr(method, "__name__", "")
    if type(method) is types.FunctionType and getattr(case, name, None) is method:
        plans[method] = plan
    return plan


def _plan_by_layers(case: type, method: object, plans: dict[object, Any]) -> Plan:
    """Return the plan that all methods with the same decorators have."""
    layers: Layers = getattr(method, ATTRIBUTE, ())
    code = getattr(method, "__code__", None)
    awaits = code.co_flags & inspect.CO_COROUTINE if code else inspect.iscoroutinefunction(method)
    key = (bool(awaits), *map(id, layers))
    found = plans.get(key)
    if found is None:
        own = [*layers_of_class(case), *layers]
        new = make_plan([*_layers_of_suite(case, own), *own], awaits=bool(awaits))
        found = plans[key] = (new, layers)
    plan: Plan = found[0]
    return plan


def join(case: type, suite: Suite | None) -> None:
    """Make a class a part of a suite, or of none any more."""
    for name in {SUITE, PLANS} & case.__dict__.keys():
        delattr(case, name)
    if suite is not None:
        setattr(case, SUITE, suite)


def _layers_of_suite(case: type, own: Sequence[Layer]) -> list[Layer]:
    """Return what the suite says, the weakest of all; decorators fail where the suite warns."""
    suite = suite_of(case)
    if suite is None:
        return []
    return [*suite.layers, {WARN: False}] if own else [*suite.layers]


def layers_of_class(case: type) -> list[Layer]:
    """Return what the decorators of a class and of its parents said, the weakest first."""
    return [layer for base in reversed(case.__mro__) for layer in base.__dict__.get(ATTRIBUTE, ())]


def make_plan(layers: Iterable[Layer], *, awaits: bool = False) -> Plan:
    """
    Return the plan that follows from the layers.

    Args:
        layers: What decorators said, the weakest first.
        awaits: Whether the test is a coroutine function.
    """
    everything: object = None
    named: dict[str, object] = {}
    ignored: list[str] = []
    for layer in layers:
        if ALL in layer:
            everything = layer[ALL]
            # It adds to what was asked for, and takes nothing away.
            asked = named if everything == "strict" else {}
            named = {name: option for name, option in asked.items() if option is not False}
        names: Any = layer.get(IGNORE, ())
        ignored += names
        named.update((name, option) for name, option in layer.items() if name != ALL)
    warns = {name for name, option in named.items() if isinstance(option, Warned)}
    if named.get(WARN):
        warns.add(EVERY)
    options = (
        (check, named.get(name, _unsaid(check, everything))) for name, check in KNOWN.items()
    )
    return Plan(
        [
            (check, option.option if isinstance(option, Warned) else option)
            for check, option in options
            if option is not False and (check.for_coroutines or not awaits)
        ],
        frozenset(warns),
        ignored,
        frozenset(named),
    )


def _unsaid(check: type[Check], everything: object) -> object:
    if everything == "lenient":
        return False
    if everything == "strict" and check.strict:
        return check.default if check.default is not False else True
    return check.default


def _layer(layer: Layer) -> Callable[[T], T]:
    def decorate(test: T) -> T:
        _add_layer(test, layer)
        return test

    return decorate


def _add_layer(test: Any, layer: Layer) -> None:
    _refuse_others(test)
    own = test.__dict__.get(ATTRIBUTE, ())
    setattr(test, ATTRIBUTE, (*own, layer))
    base._forget_plans()


def _refuse_others(test: object) -> None:
    if not callable(test):
        msg = f"{test!r} is neither a class nor a function: checks are switched on for tests"
        raise TypeError(msg)
