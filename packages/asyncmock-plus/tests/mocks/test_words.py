"""What a failure says: which mock, what happened instead, where, and what may be meant."""

import _thread
import asyncio
import copy
import sys
import threading

import asyncmock_plus as mock
import pytest
from asyncmock_plus import coroutines

with_notes = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="exceptions have notes since Python 3.11"
)

MISSPELT = [
    "any_await",
    "awaited_once",
    "awaited_once_with",
    "awaited_with",
    "has_awaits",
    "not_awaited",
    "called_once_with",
    "called_with",
    "has_calls",
    "any_call",
]


@pytest.mark.parametrize("name", MISSPELT)
@pytest.mark.parametrize("kind", ["AsyncMock", "CoroutineMock", "MagicMock", "Mock"])
def test_misspelt_assertions_are_refused(kind, name) -> None:
    with pytest.raises(AttributeError, match=f"^'{name}' is not a valid assertion"):
        getattr(getattr(mock, kind)(), name)


def test_misspelt_assertions_of_coroutine_functions_of_a_spec_are_refused() -> None:
    class Client:
        async def fetch(self): ...

    for made in (mock.Mock(spec=Client), mock.create_autospec(Client, instance=True)):
        with pytest.raises(AttributeError):
            made.fetch.awaited_once()


def test_what_the_spec_has_or_unsafe_allows_is_no_misspelling() -> None:
    class Order:
        def awaited_once(self): ...

    mock.Mock(spec=Order).awaited_once()
    mock.AsyncMock(unsafe=True).awaited_once().close()


@pytest.mark.parametrize("kind", ["AsyncMock", "CoroutineMock"])
def test_a_failed_assertion_of_awaits_shows_the_last_await(kind) -> None:
    async def main():
        made = getattr(mock, kind)(name="fetch")
        await made("awaited")
        made("only called").close()
        for check in (made.assert_awaited_with, made.assert_awaited_once_with):
            with pytest.raises(AssertionError) as failed:
                check("c")
            assert "Expected: fetch('c')\n  Actual: fetch('awaited')" in str(failed.value)
        with pytest.raises(AssertionError) as failed:
            made.assert_called_with("c")
        assert "Actual: fetch('only called')" in str(failed.value)

    asyncio.run(main())


class Client:
    def get(self): ...

    async def fetch(self): ...


@pytest.mark.parametrize("module", [mock, coroutines], ids=["plus", "coroutines"])
@pytest.mark.parametrize(
    "make",
    [
        lambda m: m.create_autospec(Client, instance=True),
        lambda m: m.create_autospec(Client)(),
        lambda m: m.MagicMock(spec=Client),
    ],
)
def test_results_that_are_used_up_are_counted(module, make) -> None:
    client = make(module)
    client.get.side_effect = [1, 2]
    client.fetch.side_effect = [3]

    assert [client.get(), client.get(), asyncio.run(client.fetch())] == [1, 2, 3]
    with pytest.raises(StopIteration, match=r"get' is exhausted: it had 2 results$"):
        client.get()
    with pytest.raises(StopAsyncIteration, match=r"fetch' is exhausted: it had 1 result$"):
        asyncio.run(client.fetch())


def test_results_are_counted_anew_when_they_are_set_anew() -> None:
    made = mock.Mock(side_effect=[1, 2])
    made(), made()
    made.side_effect = []

    with pytest.raises(StopIteration, match="is exhausted: it had 0 results$"):
        made()


def test_words_of_an_iterator_of_the_users_are_its_own() -> None:
    class Ends:
        def __iter__(self):
            return self

        def __next__(self):
            raise StopIteration("mine")

    with pytest.raises(StopIteration, match="^mine$"):
        mock.Mock(side_effect=Ends())()


def test_an_attribute_that_the_spec_lacks_names_the_spec_and_what_is_near() -> None:
    for made in (mock.Mock(spec=Client), mock.create_autospec(Client, instance=True)):
        with pytest.raises(AttributeError) as missing:
            made.fetsch
        assert str(missing.value) == (
            "Mock object has no attribute 'fetsch', nor has its spec, Client. "
            "Did you mean: 'fetch'?"
        )
        assert not hasattr(made, "unlike_anything")
    with pytest.raises(AttributeError, match="has no attribute 'gett'. Did you mean: 'get'"):
        mock.Mock(spec=["get"]).gett


def test_refused_arguments_name_the_function_and_its_signature() -> None:
    with pytest.raises(TypeError, match=r"too many positional arguments: Client.get\(\)$"):
        mock.create_autospec(Client, instance=True).get(1)


def test_calls_that_were_not_awaited_are_told() -> None:
    made = mock.AsyncMock(name="client.send")
    made(1).close()

    with pytest.raises(AssertionError, match="client.send.*\nIt was called once and never awaited"):
        made.assert_awaited_once()
    with pytest.raises(AssertionError, match=r"Last call: client.send\(1\)"):
        made.assert_awaited_with(1)


class Made:
    def __new__(cls, a, b):
        return object.__new__(cls)


def test_the_signature_of_a_class_may_be_that_of_new() -> None:
    made = mock.create_autospec(Made)

    made(1, 2)
    with pytest.raises(TypeError, match="missing a required argument: 'b'"):
        made(1)


@pytest.mark.parametrize("kind", ["AsyncMock", "CoroutineMock"])
@pytest.mark.parametrize("way", ["patch", "object", "autospec", "set"])
def test_a_mock_in_the_place_of_sleep_lets_the_loop_go_on(kind, way, monkeypatch) -> None:
    async def poll(done):
        while not done:
            await asyncio.sleep(3600)

    async def main():
        done = []
        asyncio.get_running_loop().call_soon(lambda: done.append(1))
        await poll(done)

    if way == "set":
        monkeypatch.setattr(asyncio, "sleep", getattr(mock, kind)())
        asyncio.run(main())
        return
    module = mock if kind == "AsyncMock" else coroutines
    with {
        "patch": lambda: module.patch("asyncio.sleep"),
        "object": lambda: mock.patch.object(asyncio, "sleep", getattr(mock, kind)()),
        "autospec": lambda: module.patch("asyncio.sleep", autospec=True),
    }[way]():
        asyncio.run(main())


def line_here() -> int:
    """Return the number of the line that calls this."""
    return sys._getframe(1).f_lineno


def notes(error: BaseException) -> list[str]:
    return getattr(error, "__notes__", [])


def told(check, *args) -> str:
    """Return the only note of the failure of an assertion."""
    with pytest.raises(AssertionError) as failed:
        check(*args)
    [note] = notes(failed.value)
    return note


async def send(message): ...


@with_notes
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: mock.Mock(name="client").send, "client.send"),
        (lambda: mock.create_autospec(Client, instance=True).get, "mock.get"),
        (lambda: mock.create_autospec(lambda: None), "mock"),
        (lambda: mock.ThreadingMock(name="threads"), "threads"),
        (lambda: mock.MagicMock(name="sized").__len__, "sized.__len__"),
    ],
    ids=["child", "method", "function", "threading", "magic"],
)
def test_failed_assertions_note_where_the_mock_was_called(make, name) -> None:
    made = make()
    made(), (line := line_here())

    assert told(made.assert_not_called) == f"{name}: called at {__file__}:{line}"


@with_notes
def test_failed_assertions_note_the_first_of_several_calls() -> None:
    made = mock.Mock()
    made(1), (line := line_here())
    made(2)

    note = told(made.assert_called_once_with, 1)
    assert note == f"mock: first of 2 calls at {__file__}:{line}"


@with_notes
def test_the_line_of_a_call_is_forgotten_with_the_call() -> None:
    made = mock.Mock()
    made()
    made.reset_mock()
    made(), (line := line_here())

    assert told(made.assert_not_called).endswith(f":{line}")


def test_a_mock_that_was_not_called_has_no_line() -> None:
    with pytest.raises(AssertionError) as failed:
        mock.Mock().assert_called()
    assert notes(failed.value) == []


@with_notes
def test_an_await_that_failed_an_assertion_notes_the_line_of_its_call() -> None:
    made = mock.AsyncMock()
    coroutine, line = made(1), line_here()
    asyncio.run(coroutine)

    assert told(made.assert_not_awaited) == f"mock: called at {__file__}:{line}"


@pytest.mark.parametrize("kind", ["AsyncMock", "CoroutineMock", "autospec"])
def test_a_call_that_was_never_awaited_is_told_with_its_line(kind) -> None:
    made = mock.create_autospec(send) if kind == "autospec" else getattr(mock, kind)()
    coroutine, line = made(1), line_here()
    coroutine.close()

    with pytest.raises(AssertionError) as failed:
        made.assert_awaited_once_with(1)
    assert str(failed.value).endswith(f"Last call: mock(1) (called at {__file__}:{line})")


def test_a_mock_that_the_interpreter_calls_has_no_line() -> None:
    made = mock.Mock(side_effect=(done := threading.Event()).set)
    _thread.start_new_thread(made, ())
    assert done.wait(60)

    with pytest.raises(AssertionError, match="Called 1 times") as failed:
        made.assert_not_called()
    assert notes(failed.value) == []


@with_notes
def test_a_copy_knows_where_the_original_was_called() -> None:
    made = mock.Mock()
    made(), (line := line_here())
    other = copy.copy(made)
    other()

    assert told(other.assert_not_called) == f"mock: first of 2 calls at {__file__}:{line}"


@with_notes
@pytest.mark.parametrize("done", ["called", "awaited"])
def test_an_assertion_that_calls_another_one_notes_the_line_once(done) -> None:
    made = mock.AsyncMock()
    coroutine, line = made(1), line_here()
    asyncio.run(coroutine)

    note = told(getattr(made, f"assert_{done}_once_with"), 2)
    assert note == f"mock: called at {__file__}:{line}"


def test_calls_that_were_not_awaited_are_told_once() -> None:
    made = mock.AsyncMock()
    asyncio.run(made(1))
    made(2).close()

    with pytest.raises(AssertionError) as failed:
        made.assert_awaited_once_with(3)
    assert str(failed.value).count("It was called 2 times and awaited once") == 1
