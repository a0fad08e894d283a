"""ThreadingMock, on every version."""

import threading

import asyncmock_plus as mock
import pytest


def later(function, *args):
    thread = threading.Thread(target=function, args=args)
    thread.start()
    return thread


def test_waiting_returns_when_another_thread_calls() -> None:
    instance = mock.ThreadingMock(timeout=5)
    thread = later(instance.child, 1)

    instance.child.wait_until_called()
    instance.child.wait_until_any_call_with(1)
    thread.join()


def test_waiting_ends_with_the_timeout() -> None:
    instance = mock.ThreadingMock(name="worker", timeout=0.01)

    with pytest.raises(AssertionError, match=r"^worker was not called before timeout\(0.01\)\.$"):
        instance.wait_until_called()
    with pytest.raises(AssertionError, match=r"^worker\(1, a=2\) call not found$"):
        instance.wait_until_any_call_with(1, a=2)
    with pytest.raises(AssertionError, match=r"timeout\(0\)"):
        instance.wait_until_called(timeout=0)


def test_children_have_the_timeout_of_their_parent() -> None:
    instance = mock.ThreadingMock(timeout=0.01)

    with pytest.raises(AssertionError):
        instance.child().wait_until_called()


def test_default_timeout_is_that_of_the_class() -> None:
    class Quick(mock.ThreadingMock):
        DEFAULT_TIMEOUT = 0.01

    with pytest.raises(AssertionError):
        Quick().wait_until_called()


def test_reset_forgets_calls() -> None:
    instance = mock.ThreadingMock(timeout=0.01)
    instance(1)
    instance.wait_until_called()
    instance.reset_mock()

    with pytest.raises(AssertionError):
        instance.wait_until_called()
    with pytest.raises(AssertionError):
        instance.wait_until_any_call_with(1)


def test_coroutine_functions_in_its_spec_are_async_mocks() -> None:
    class Client:
        def get(self): ...

        async def fetch(self): ...

    client = mock.ThreadingMock(spec=Client, timeout=0.01)

    assert isinstance(client.get, mock.ThreadingMock)
    assert isinstance(client.fetch, mock.AsyncMock)
