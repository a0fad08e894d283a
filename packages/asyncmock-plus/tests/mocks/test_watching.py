"""copy_arguments, record_times and async_children: what mocks do beyond recording calls."""

import asyncio
import copy
import inspect

import pytest
from asyncmock_plus import (
    AsyncMock,
    CoroutineMock,
    MagicMock,
    Mock,
    call,
    create_autospec,
    patch,
)


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time moves when somebody says so."""

    now = 100.0

    def time(self):
        return self.now


@pytest.fixture
def loop():
    loop = Clock()
    yield loop
    loop.close()


@pytest.mark.parametrize("kind", [Mock, MagicMock])
def test_arguments_are_recorded_as_they_were_at_the_call(kind) -> None:
    batch, options, mock = [1, [2]], {"a": {"b": 1}}, kind(copy_arguments=True)

    mock(batch, options=options)
    mock.child.send(batch)
    batch[1].append(3)
    options["a"]["b"] = 2

    mock.assert_called_once_with([1, [2]], options={"a": {"b": 1}})
    mock.child.send.assert_called_once_with([1, [2]])
    assert mock.mock_calls == [call([1, [2]], options={"a": {"b": 1}}), call.child.send([1, [2]])]


@pytest.mark.parametrize("kind", [AsyncMock, CoroutineMock])
def test_arguments_of_awaits_are_copied(kind) -> None:
    batch, mock = [1], kind(copy_arguments=True)

    asyncio.run(mock(batch))
    batch.append(2)

    mock.assert_awaited_once_with([1])


def test_side_effects_get_the_arguments_themselves() -> None:
    batch = []

    Mock(copy_arguments=True, side_effect=lambda items: items.append(1))(batch)

    assert batch == [1]


def test_what_is_compared_by_identity_or_cannot_be_copied_is_recorded_as_it_is() -> None:
    class Opaque:
        def __eq__(self, other):
            return self is other

        __hash__ = None

        def __deepcopy__(self, memo):
            raise TypeError

    plain, opaque, inner, cycle = object(), Opaque(), Mock(), []
    cycle.append(cycle)
    mock = Mock(copy_arguments=True)

    mock([plain], opaque, inner)
    mock(cycle)

    assert mock.call_args_list[0] == call([plain], opaque, inner)
    (copied,) = mock.call_args.args
    assert copied is not cycle
    assert copied[0] is copied


def test_autospecced_and_patched_mocks_take_the_options() -> None:
    def send(batch): ...

    batch = [1]
    mock = create_autospec(send, copy_arguments=True)
    with patch("json.dumps", copy_arguments=True) as dumps:
        mock(batch)
        dumps(batch)
    batch.append(2)

    mock.assert_called_once_with([1])
    dumps.assert_called_once_with([1])


def test_times_of_a_retry_are_those_of_the_loop(loop) -> None:
    fetch = AsyncMock(side_effect=[OSError, OSError, "ok"], record_times=True)

    async def retry():
        for delay in (1, 2, 4):
            try:
                return await fetch("url")
            except OSError:
                loop.now += delay

    assert loop.run_until_complete(retry()) == "ok"
    assert fetch.call_times == fetch.await_times == [100, 101, 103]


def test_a_call_and_its_await_have_each_their_time(loop) -> None:
    client = MagicMock(record_times=True, async_children=True)

    async def main():
        coroutine = client.get("url")
        loop.now += 5
        await coroutine

    loop.run_until_complete(main())
    assert (client.get.call_times, client.get.await_times) == ([100], [105])


def test_times_without_a_loop_are_monotonic_and_are_forgotten_by_a_reset() -> None:
    mock = Mock(record_times=True)
    mock()
    mock()
    before = mock.call_times

    mock.reset_mock()

    assert before == sorted(before)
    assert (len(before), mock.call_times) == (2, [])


def test_mocks_without_the_option_have_other_mocks_under_these_names() -> None:
    assert isinstance(Mock().call_times, Mock)
    assert not hasattr(Mock(spec=["read"]), "call_times")


@pytest.mark.parametrize("kind", [Mock, MagicMock])
def test_copies_of_a_mock_do_as_it_does(kind) -> None:
    batch, mock = [1], copy.deepcopy(kind(copy_arguments=True))

    mock(batch)
    batch.append(2)

    mock.assert_called_once_with([1])


def test_attributes_of_a_coroutine_mock_can_be_asynchronous() -> None:
    assert not inspect.iscoroutinefunction(CoroutineMock().get)
    assert isinstance(CoroutineMock(async_children=True).get, CoroutineMock)


@pytest.mark.parametrize("kind", [Mock, MagicMock])
def test_all_attributes_are_asynchronous_and_the_mock_is_not(kind) -> None:
    client = kind(async_children=True)

    assert not inspect.iscoroutinefunction(client)
    assert inspect.iscoroutinefunction(client.get)
    assert asyncio.run(client.users.list()) is client.users.list.return_value
    assert isinstance(client(), Mock)
    assert inspect.iscoroutinefunction(client().get)


def test_magic_methods_stay_what_they_are() -> None:
    client = MagicMock(async_children=True)

    assert len(client) == 0
    with client as entered:
        assert inspect.iscoroutinefunction(entered.get)
