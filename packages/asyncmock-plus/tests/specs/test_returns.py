"""Plain methods that are annotated to return what is awaited, or entered by async with."""

import asyncio
import collections.abc
import contextlib

import asyncmock_plus as mock
import pytest
from asyncmock_plus import coroutines


class Request:
    def __await__(self):
        yield

    async def __aenter__(self): ...

    async def __aexit__(self, *exc_info): ...


class Session:
    def get(self, url) -> collections.abc.Awaitable[int]: ...

    def text(self, url) -> "asyncio.Future[str]": ...

    def request(self, url) -> Request: ...

    def connect(self, url) -> contextlib.AbstractAsyncContextManager[int]: ...

    def close(self) -> None: ...

    def unknown(self) -> "Nobody.Knows": ...  # noqa: F821


@pytest.mark.parametrize("module", [mock, coroutines], ids=["plus", "coroutines"])
@pytest.mark.parametrize(
    "make",
    [
        lambda m: m.create_autospec(Session, instance=True),
        lambda m: m.create_autospec(Session)(),
        lambda m: m.Mock(spec=Session),
        lambda m: m.MagicMock(spec=Session()),
    ],
)
def test_default_results_are_awaited_and_entered(module, make) -> None:
    session = make(module)

    async def main():
        for name in ("get", "text", "request", "connect"):
            method = getattr(session, name)
            assert await method("u") is method.return_value
            async with method("u") as entered:
                assert entered is not None
            method.return_value = 3
            assert method("u") == 3
        for name in ("close", "unknown"):
            with pytest.raises(TypeError):
                await getattr(session, name)()

    asyncio.run(main())


class Database:
    @contextlib.contextmanager
    def lock(self, name):
        yield name

    @contextlib.asynccontextmanager
    async def transaction(self, name):
        yield name

    async def close(self): ...

    def cursor(self): ...

    async def __aenter__(self): ...

    async def __aexit__(self, *exc_info): ...


@pytest.mark.parametrize("module", [mock, coroutines], ids=["plus", "coroutines"])
@pytest.mark.parametrize(
    "make",
    [
        lambda m: m.create_autospec(Database, instance=True),
        lambda m: m.create_autospec(Database()),
        lambda m: m.Mock(spec=Database),
        lambda m: m.Mock(spec_set=Database()),
        lambda m: m.MagicMock(spec=Database),
    ],
)
def test_methods_that_contextlib_made_can_be_entered(module, make) -> None:
    database = make(module)

    async def main():
        async with database.transaction("t") as transaction:
            assert transaction is database.transaction.return_value.__aenter__.return_value

    with database.lock("l") as lock:
        assert lock is database.lock.return_value.__enter__.return_value
    asyncio.run(main())
    assert type(database.lock).__name__ == "MagicMock"
    database.lock.assert_called_once_with("l")


def test_what_async_with_binds_is_what_the_test_says() -> None:
    client = mock.MagicMock()
    bound = mock.create_autospec(Database, instance=True)
    client.connect.return_value.__aenter__.return_value = bound

    async def main():
        async with client.connect() as database:
            database.cursor()
            await database.close()

    asyncio.run(main())
    bound.cursor.assert_called_once_with()
    bound.close.assert_awaited_once_with()
