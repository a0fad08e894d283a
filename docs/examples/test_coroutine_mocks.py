"""Mocks of coroutine functions, and patches of coroutines."""

import asyncio

import asyncmock_plus as mock
from asyncloop_testcase import TestCase


class Backend:
    """What the mocks below stand for."""

    async def fetch(self, key):
        raise NotImplementedError

    def close(self):
        raise NotImplementedError


async def ask(backend, key):
    try:
        return await backend.fetch(key)
    except ConnectionError:
        return await backend.fetch(key)  # one more try


class CoroutineMocks(TestCase):
    async def test_calling_gives_a_coroutine_with_the_result(self):
        fetch = mock.CoroutineMock(return_value="a value")

        self.assertEqual(await fetch("a key"), "a value")

        fetch.assert_awaited_once_with("a key")

    async def test_coroutine_methods_of_a_spec_are_awaitable(self):
        backend = mock.Mock(spec=Backend)
        backend.fetch.return_value = "a value"

        self.assertEqual(await ask(backend, "a key"), "a value")

        backend.close()  # a plain method is a plain mock
        self.assertEqual(backend.mock_calls, [mock.call.fetch("a key"), mock.call.close()])

    async def test_first_failure_then_success(self):
        backend = mock.create_autospec(Backend, instance=True)
        backend.fetch.side_effect = [ConnectionResetError(), "a value"]

        self.assertEqual(await ask(backend, "a key"), "a value")

        self.assertEqual(backend.fetch.await_count, 2)

    async def test_return_once(self):
        fetch = mock.CoroutineMock(side_effect=mock.return_once("first", then="later"))

        answers = [await fetch() for _ in range(3)]

        self.assertEqual(answers, ["first", "later", "later"])

    async def test_waiting_until_another_task_awaited_the_mock(self):
        fetch = mock.CoroutineMock()
        task = asyncio.create_task(fetch("a key"))

        await fetch.awaited.wait()

        fetch.assert_awaited_once_with("a key")
        await task

    async def test_async_with_and_async_for(self):
        resource = mock.MagicMock()
        resource.__aiter__.return_value = [1, 2, 3]

        async with resource:
            numbers = [number async for number in resource]

        self.assertEqual(numbers, [1, 2, 3])
        resource.__aexit__.assert_awaited_once()


class Patches(TestCase):
    @mock.patch.object(Backend, "fetch", return_value="patched")
    async def test_patch_is_active_until_the_coroutine_ends(self, fetch):
        await asyncio.sleep(0)

        self.assertEqual(await ask(Backend(), "a key"), "patched")
        fetch.assert_awaited_once_with("a key")

    async def test_limited_scope_is_off_while_the_coroutine_waits(self):
        settings = {"mode": "production"}
        seen = []

        @mock.patch.dict(settings, mode="test", scope=mock.LIMITED)
        async def limited():
            seen.append(settings["mode"])
            await asyncio.sleep(0)
            seen.append(settings["mode"])

        task = asyncio.create_task(limited())
        await asyncio.sleep(0)
        self.assertEqual(settings["mode"], "production")  # it waits: the patch is off
        await task

        self.assertEqual(seen, ["test", "test"])
