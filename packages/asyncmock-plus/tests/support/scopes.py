"""Functions whose patches are in force as their scope says."""

import types

import pytest
from asyncmock_plus import GLOBAL, LIMITED, patch


class Backend:
    limit = 10
    timeout = 1


SCOPES = pytest.mark.parametrize("scope", [GLOBAL, LIMITED])


def limit_outside(scope):
    return 20 if scope is GLOBAL else 10


@types.coroutine
def pause(value=None):
    return (yield value)


def coroutine_of(scope, new=20):
    @patch.object(Backend, "limit", new, scope=scope)
    async def coroutine(*values):
        for value in values:
            assert Backend.limit == new
            try:
                await pause(value)
            finally:
                assert Backend.limit == new
        return Backend.limit

    return coroutine(1, 2, 3)


def generator_of(scope):
    @patch.object(Backend, "limit", 20, scope=scope)
    def generator():
        sent = []
        try:
            while len(sent) < 3:
                assert Backend.limit == 20
                sent.append((yield len(sent)))
        finally:
            assert Backend.limit == 20
        return sent

    return generator()


def finished(step, *args):
    with pytest.raises(StopIteration) as stop:
        step(*args)
    return stop.value.value
