"""Mocks with specifications, magic mocks, autospec and the helpers."""

import asyncio

from asynctest_cases import case
from asynctest_cases.coroutine_mocks import kind
from asynctest_cases.running import attempt, run


class Spec:
    attribute = 1

    async def coroutine(self, argument):
        pass

    def function(self, argument):
        pass

    @staticmethod
    async def static(argument):
        pass

    @classmethod
    async def of_class(cls, argument):
        pass


NAMES = ("attribute", "coroutine", "function", "static", "of_class")


async def coroutine_function(argument):
    return "result"


def plain_function(argument):
    return "result"


@case
def children(asynctest):
    return {
        name: [
            kind(getattr(asynctest, name)().child),
            kind(getattr(asynctest, name)(Spec).function),
            kind(getattr(asynctest, name)(Spec()).coroutine),
            kind(getattr(asynctest, name)(spec_set=Spec).coroutine),
        ]
        for name in ("Mock", "MagicMock", "NonCallableMock", "NonCallableMagicMock")
    }


@case
def children_of_a_spec(asynctest):
    return {
        name: [
            kind(getattr(asynctest.Mock(Spec), name)),
            kind(getattr(asynctest.MagicMock(Spec()), name)),
        ]
        for name in NAMES
    }


@case
def unknown_attribute(asynctest):
    return [
        attempt(lambda: asynctest.Mock(Spec).nothing),
        attempt(lambda: asynctest.CoroutineMock(coroutine_function).nothing),
    ]


@case
def is_coroutine(asynctest):
    found = []
    for name in ("NonCallableMock", "NonCallableMagicMock"):
        mock = getattr(asynctest, name)(is_coroutine=True)
        found.append(
            [
                asyncio.iscoroutinefunction(mock),
                asyncio.iscoroutinefunction(getattr(asynctest, name)()),
            ]
        )
        mock.is_coroutine = False
        found.append(asyncio.iscoroutinefunction(mock))
    return found


@case
def instances(asynctest):
    names = ("NonCallableMock", "Mock", "NonCallableMagicMock", "MagicMock", "CoroutineMock")
    return {
        a: [isinstance(getattr(asynctest, a)(), getattr(asynctest, b)) for b in names]
        for a in names
    }


@case
def async_with(asynctest):
    mock = asynctest.MagicMock()
    mock.__aenter__.return_value = "entered"

    async def test():
        async with mock as entered:
            pass
        return entered

    async def fails():
        async with asynctest.MagicMock():
            raise OSError("not swallowed")

    return [
        run(test()),
        attempt(run, fails()),
        mock.__aenter__.await_count,
        kind(mock.__aenter__),
        kind(mock.__aexit__),
    ]


@case
def async_for(asynctest):
    async def collect(mock):
        return [item async for item in mock]

    empty, full = asynctest.MagicMock(), asynctest.MagicMock()
    full.__aiter__.return_value = iter("abc")
    again = asynctest.MagicMock()
    again.__aiter__.return_value = [1, 2]
    return [run(collect(empty)), run(collect(full)), run(collect(again)), run(collect(again))]


@case
def autospec(asynctest):
    function = asynctest.create_autospec(coroutine_function, return_value="given")
    cls = asynctest.create_autospec(Spec)
    instance = asynctest.create_autospec(Spec, instance=True)
    return [
        run(function(1)),
        attempt(function),
        attempt(function.assert_awaited_once_with, 1),
        function.await_count,
        {name: kind(getattr(cls, name)) for name in ("coroutine", "function", "of_class")},
        kind(cls()),
        {name: kind(getattr(cls(), name)) for name in ("coroutine", "function")},
        {name: kind(getattr(instance, name)) for name in ("coroutine", "function")},
        attempt(asynctest.create_autospec, coroutine_function, instance=True),
        attempt(instance.function),
        attempt(lambda: instance.nothing),
        kind(asynctest.create_autospec(plain_function, return_value=1).mock),
    ]


@case
def return_once(asynctest):
    once = asynctest.return_once
    found = []
    for effect in (once(1), once(1, 2), once(1, then=OSError), once(OSError("x"), 2)):
        mock = asynctest.Mock(side_effect=effect)
        found.append([attempt(mock) for _ in range(3)])
    mock = asynctest.CoroutineMock(side_effect=once(1, then=OSError("x")))
    found.append([attempt(run, mock()) for _ in range(3)])
    return found


@case
def mock_open(asynctest):
    opened = asynctest.mock_open(read_data="one\ntwo\n")
    with opened("name") as file:
        lines = [file.readline(), file.read()]
    return [kind(opened), lines, repr(opened.mock_calls[0])]
