"""CoroutineMock."""

import asyncio
import inspect

from asynctest_cases import case
from asynctest_cases.running import attempt, run


def kind(value):
    """Return the name of the class of a mock, as documented."""
    names = ("CoroutineMock", "NonCallableMagicMock", "MagicMock", "NonCallableMock", "Mock")
    found = [cls.__name__ for cls in type(value).__mro__ if cls.__name__ in names]
    return found[0] if found else type(value).__name__


@case
def results(asynctest):
    async def later(value):
        await asyncio.sleep(0)
        return value

    def fail():
        raise OSError("x")

    def stop():
        raise StopIteration("x")

    Mock = asynctest.CoroutineMock
    return [
        kind(run(Mock()())),
        attempt(run, Mock(return_value=1)()),
        attempt(run, Mock(return_value=later(2))()),
        attempt(run, Mock(side_effect=lambda: 3)()),
        attempt(run, Mock(side_effect=lambda: later(4))()),
        attempt(run, Mock(side_effect=OSError)()),
        attempt(run, Mock(side_effect=OSError("x"))()),
        attempt(run, Mock(side_effect=fail)()),
        attempt(run, Mock(side_effect=lambda: asynctest.DEFAULT, return_value=5)()),
    ]


@case
def iterable_side_effect(asynctest):
    mock = asynctest.CoroutineMock(side_effect=[1, OSError("x"), ValueError])
    return [attempt(run, mock()) for _ in range(3)] + [type_of(mock)]


def type_of(mock):
    try:
        mock()
    except BaseException as error:
        return type(error).__name__


@case
def errors_wait_for_the_await(asynctest):
    mock = asynctest.CoroutineMock(side_effect=OSError("x"))
    coroutine = mock()
    before = [mock.call_count, mock.await_count]
    return [before, attempt(run, coroutine), mock.await_count]


@case
def recognition(asynctest):
    mock = asynctest.CoroutineMock()
    coroutine = mock()
    found = [asyncio.iscoroutine(coroutine), inspect.isawaitable(coroutine)]
    run(coroutine)
    return found


@case
def children(asynctest):
    mock = asynctest.CoroutineMock()
    return [kind(mock.child), kind(mock.child.child), kind(mock.return_value)]


@case
def counts(asynctest):
    mock = asynctest.CoroutineMock()
    found = [mock.await_count, mock.await_args, list(mock.await_args_list), bool(mock.awaited)]
    coroutine = mock(1, a=2)
    found += [mock.call_count, mock.await_count]
    run(coroutine)
    run(mock("b"))
    found += [
        mock.await_count,
        repr(mock.await_args),
        repr(mock.await_args_list),
        bool(mock.awaited),
    ]
    mock.reset_mock()
    found += [
        mock.await_count,
        mock.await_args,
        list(mock.await_args_list),
        bool(mock.awaited),
        mock.call_count,
    ]
    return found


ASSERTIONS = (
    ("assert_awaited", ()),
    ("assert_awaited_once", ()),
    ("assert_awaited_with", (1,)),
    ("assert_awaited_once_with", (1,)),
    ("assert_any_await", (1,)),
    ("assert_not_awaited", ()),
)


def assertions(mock, call):
    found = {name: attempt(getattr(mock, name), *args) for name, args in ASSERTIONS}
    for any_order in (False, True):
        name = f"assert_has_awaits, any_order={any_order}"
        found[name] = attempt(mock.assert_has_awaits, [call(2), call(1)], any_order=any_order)
    return found


@case
def assertions_never_awaited(asynctest):
    return assertions(asynctest.CoroutineMock(name="work"), asynctest.call)


@case
def assertions_awaited_once(asynctest):
    mock = asynctest.CoroutineMock(name="work")
    run(mock(1))
    return assertions(mock, asynctest.call)


@case
def assertions_awaited_with_others(asynctest):
    mock = asynctest.CoroutineMock(name="work")
    run(mock(3))
    run(mock(4))
    return assertions(mock, asynctest.call)


@case
def assertions_awaited_in_order(asynctest):
    mock = asynctest.CoroutineMock(name="work")
    for n in (0, 2, 1):
        run(mock(n))
    return assertions(mock, asynctest.call)


@case
def awaited(asynctest):
    events = []

    async def work(mock):
        for n in range(3):
            await asyncio.sleep(0)
            await mock(n)

    async def test():
        mock = asynctest.CoroutineMock()
        loop = asyncio.get_event_loop()
        task = loop.create_task(work(mock))
        await mock.awaited.wait()
        events.append(mock.await_count)
        await mock.awaited.wait()
        events.append(mock.await_count)
        await mock.awaited.wait_next()
        events.append(mock.await_count)
        await mock.awaited.wait(skip=2)
        events.append(mock.await_count)
        events.append(await mock.awaited.wait_for(lambda m: m.await_count == 3 and "found"))
        await task

    run(test())
    return events


@case
def wraps(asynctest):
    async def work(value):
        return value * 2

    mock = asynctest.CoroutineMock(wraps=work)
    return [run(mock(3)), mock.await_count]
