"""Side effects are as many frames away from the caller as with the running Python's mocks."""

import functools
import inspect
import itertools
import sys
import types
import unittest.mock as std
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import asyncmock_plus as ours
import pytest


def frames_above(name: str) -> int:
    """Return how many frames are between the caller of this function, and a function."""
    frame, count = sys._getframe(2), 0
    while frame.f_code.co_name != name:
        frame, count = frame.f_back, count + 1
    return count


def distance(*args: Any, **kwargs: Any) -> int:
    return frames_above("call_it")


async def async_distance(*args: Any, **kwargs: Any) -> int:
    return frames_above("call_it")


class CallableDistance:
    def __call__(self, *args: Any, **kwargs: Any) -> int:
        return frames_above("call_it")


class Distances:
    """An object to wrap."""

    def work(self, *args: Any) -> int:
        return frames_above("call_it")


class Job:
    def work(self, x: int = 1) -> None: ...
    async def wait(self, x: int = 1) -> None: ...
    @classmethod
    def make(cls, x: int = 1) -> None: ...
    @staticmethod
    def help(x: int = 1) -> None: ...
    @staticmethod
    async def wait_static(x: int = 1) -> None: ...
    def __call__(self, x: int = 1) -> None: ...


def function(x: int = 1) -> None: ...
async def coroutine_function(x: int = 1) -> None: ...


# How a mock is made: by its name, what makes it of a module. Each gets its side effect later.
Make = Callable[[Any], Any]


def kinds() -> Iterator[tuple[str, Make]]:
    for name in ("Mock", "MagicMock", "AsyncMock", "PropertyMock", "ThreadingMock"):
        if not hasattr(std, name):
            continue
        yield name, lambda m, name=name: getattr(m, name)()
        yield f"{name}().child", lambda m, name=name: getattr(m, name)().child
        yield f"{name}().a.b", lambda m, name=name: getattr(m, name)().a.b
        yield f"{name}(name=)", lambda m, name=name: getattr(m, name)(name="it")
        yield f"{name} attached", lambda m, name=name: attached(m.Mock(), getattr(m, name)())
        yield f"{name} of a stranger", lambda m, name=name: attached(std.Mock(), getattr(m, name)())
        yield f"{name} looked at", lambda m, name=name: looked_at(getattr(m, name)())
        for spec in (function, coroutine_function, Job, ["work"]):
            text = getattr(spec, "__name__", "names")
            yield f"{name}({text})", lambda m, name=name, spec=spec: getattr(m, name)(spec)
        yield f"{name}(Job).work", lambda m, name=name: getattr(m, name)(Job).work
        if name not in ("PropertyMock", "ThreadingMock"):
            yield f"{name}(Job).wait", lambda m, name=name: getattr(m, name)(Job).wait
            yield f"{name}(Job()).wait", lambda m, name=name: getattr(m, name)(Job()).wait
        yield f"sealed {name}", lambda m, name=name: sealed(m, getattr(m, name)())
        for hook in (None, "_mock_call", "__call__", "_increment_mock_call"):
            yield (
                f"subclass of {name} with {hook}",
                lambda m, name=name, hook=hook: derived(getattr(m, name), hook)(),
            )


def autospecs() -> Iterator[tuple[str, Make]]:
    for spec in (function, coroutine_function, Job, Job(), functools.partial(function)):
        text = getattr(spec, "__name__", type(spec).__name__)
        yield f"create_autospec({text})", lambda m, spec=spec: m.create_autospec(spec)
    for name in ("work", "wait", "make", "help", "wait_static"):
        yield (
            f"create_autospec(Job, instance=True).{name}",
            lambda m, name=name: getattr(m.create_autospec(Job, instance=True), name),
        )
        yield (
            f"create_autospec(Job()).{name}",
            lambda m, name=name: getattr(m.create_autospec(Job()), name),
        )
        yield (
            f"create_autospec(Job)().{name}",
            lambda m, name=name: getattr(m.create_autospec(Job)(), name),
        )
    yield "mock_open", lambda m: m.mock_open()
    yield "lambda", lambda m: m.create_autospec(lambda x=1: x)


WAYS: dict[str, Make] = dict(itertools.chain(kinds(), autospecs()))
EFFECTS: dict[str, Any] = {
    "function": distance,
    "coroutine function": async_distance,
    "object": CallableDistance(),
    "method": Distances().work,
    "partial": functools.partial(distance),
}


def attached(parent: Any, mock: Any) -> Any:
    parent.attach_mock(mock, "child")
    mock.parent = None
    KEPT.append(parent)
    return mock


KEPT: list[Any] = []


def looked_at(mock: Any) -> Any:
    mock.mock_calls  # noqa: B018
    mock.call_args_list  # noqa: B018
    return mock


def sealed(module: Any, mock: Any) -> Any:
    mock.return_value = None
    module.seal(mock)
    return mock


def derived(kind: type, hook: str | None) -> type:
    """Return a subclass that overrides a hook, and passes on."""
    if hook is None:
        return type("Derived", (kind,), {})

    def passes_on(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        return getattr(super(cls, self), hook)(*args, **kwargs)

    cls: Any = type("Derived", (kind,), {hook: passes_on})
    return cls


def call_it(mock: Any) -> Any:
    """Call a mock, and await what it gives; the frames are counted up to here."""
    try:
        result = mock(1)
    except TypeError:  # a method of a class, which wants an instance
        result = mock(Job(), 1)
    if not inspect.iscoroutine(result):
        return result
    try:
        result.send(None)
    except StopIteration as stop:
        return "awaited", stop.value
    raise AssertionError


def distances(mock: Any, calls: int = 4) -> list[Any]:
    """Return what the side effect counts at each call; between them somebody looks at the calls."""
    found = []
    for number in range(calls):
        found.append(call_it(mock))
        if number == 1:
            looked_at(mock)
    return found


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_make_a_mock(way: str) -> None:
    counted = []
    for module in (std, ours):
        mock = WAYS[way](module)
        mock.side_effect = distance
        counted.append(distances(mock))

    assert counted[1] == counted[0]
    assert len({str(each) for each in counted[1]}) == 1


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize(
    "way", ["Mock", "AsyncMock", "create_autospec(function)", "create_autospec(coroutine_function)"]
)
def test_every_kind_of_side_effect(way: str, effect: str) -> None:
    counted = []
    for module in (std, ours):
        mock = WAYS[way](module)
        mock.side_effect = EFFECTS[effect]
        counted.append(distances(mock))

    assert counted[1] == counted[0]


@pytest.mark.parametrize("kind", ["Mock", "MagicMock", "AsyncMock", "PropertyMock"])
@pytest.mark.parametrize("effect", ["function", "object", "method"])
def test_wrapped_objects(kind: str, effect: str) -> None:
    theirs, own = (getattr(module, kind)(wraps=EFFECTS[effect]) for module in (std, ours))

    assert distances(own) == distances(theirs)


@pytest.mark.parametrize("kind", ["Mock", "MagicMock"])
def test_methods_of_wrapped_objects(kind: str) -> None:
    theirs, own = (getattr(module, kind)(wraps=Distances()).work for module in (std, ours))

    assert distances(own) == distances(theirs)


def test_wrapped_coroutine_function_of_an_async_mock() -> None:
    assert distances(ours.AsyncMock(wraps=async_distance)) == [("awaited", 1)] * 4


TARGET = types.SimpleNamespace(function=function, coroutine_function=coroutine_function, Job=Job)
PATCHES: dict[str, tuple[Any, str, dict[str, Any]]] = {
    f"{owner} {name} {options}": (target, name, options)
    for owner, target, names in (
        ("module", TARGET, ("function", "coroutine_function", "Job")),
        ("class", Job, ("work", "wait", "make", "help", "wait_static")),
    )
    for name in names
    for options in ({}, {"autospec": True}, {"spec": True})
    if (name, options) != ("make", {"spec": True})  # a classmethod itself cannot be called
}


@pytest.mark.parametrize("patch", PATCHES)
def test_patched_attributes(patch: str) -> None:
    target, name, options = PATCHES[patch]
    counted = []
    for module in (std, ours):
        with module.patch.object(target, name, **options) as mock:
            mock.side_effect = distance
            counted.append(distances(mock))

    assert counted[1] == counted[0]


MAGIC: dict[str, Callable[[Any], Any]] = {
    "__getitem__": lambda mock: mock[1],
    "__add__": lambda mock: mock + 1,
    "__len__": len,
    "__enter__": lambda mock: mock.__enter__(),
    "__aenter__": lambda mock: mock.__aenter__(),
    "__call__": lambda mock: mock(1),
}


@pytest.mark.parametrize("name", MAGIC)
def test_magic_methods(name: str) -> None:
    counted = []
    for module in (std, ours):
        mock = module.MagicMock()
        (mock if name == "__call__" else getattr(mock, name)).side_effect = distance
        counted.append([call_it(lambda _, mock=mock: MAGIC[name](mock)) for _ in range(3)])

    assert counted[1] == counted[0]


def test_coroutine_mock_runs_its_side_effect_as_a_mock_does() -> None:
    classic, plain = ours.CoroutineMock(side_effect=distance), ours.Mock(side_effect=distance)

    assert distances(classic) == [("awaited", frames) for frames in distances(plain)]


def test_coroutine_mock_awaits_its_side_effect_as_an_async_mock_does() -> None:
    classic = ours.CoroutineMock(side_effect=async_distance)

    assert distances(classic) == distances(ours.AsyncMock(side_effect=async_distance))


@contextmanager
def noted() -> Iterator[list[Any]]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        yield found


@pytest.mark.parametrize("kind", ["Mock", "MagicMock"])
def test_warning_with_a_stack_level_is_in_the_line_of_the_caller(kind: str) -> None:
    def effect() -> None:
        warnings.warn("here", stacklevel=5)

    mock = getattr(ours, kind)(side_effect=effect)
    with noted() as found:
        mock(), mock()
        mock()

    assert {each.filename for each in found} == {__file__}
    assert len({each.lineno for each in found}) == 2
