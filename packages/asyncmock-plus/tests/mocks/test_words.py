"""What a failure says: which mock, what happened instead, where, and what may be meant."""

import asyncio

import asyncmock_plus as mock
import pytest
from asyncmock_plus import coroutines

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
