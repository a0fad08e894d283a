"""patch.dict: contents that change for a while."""

import asyncio
import collections
import itertools
import os

import pytest
from asyncmock_plus import LIMITED, patch
from asyncmock_plus._patching import dict as patched_dicts
from asyncmock_plus._patching.layers import covered
from support.dicts import Container


def test_with_statement_sets_values_and_restores_them():
    settings = {"retries": 3}

    with patch.dict(settings, {"timeout": 1}, retries=5) as bound:
        assert bound is settings
        assert settings == {"retries": 5, "timeout": 1}

    assert settings == {"retries": 3}


def test_pairs_and_keys_that_are_no_names():
    settings = {}

    with patch.dict(settings, [(1, "a"), (None, "b")]):
        assert settings == {1: "a", None: "b"}

    assert settings == {}


def test_values_are_not_compared():
    class Values(dict):
        def __eq__(self, other):
            raise AssertionError("nobody asks")

    with patch.dict({}, Values(retries=5)) as settings:
        assert settings == {"retries": 5}


def test_clear_empties_it_meanwhile():
    settings = {"retries": 3}

    with patch.dict(settings, clear=True, timeout=1):
        assert settings == {"timeout": 1}

    assert settings == {"retries": 3}


def test_what_the_code_changes_is_undone():
    settings = {"retries": 3, "timeout": 1}

    with patch.dict(settings):
        del settings["retries"]
        settings["timeout"] = 2
        settings["new"] = 3

    assert settings == {"retries": 3, "timeout": 1}
    assert list(settings) == ["retries", "timeout"]


def test_the_order_of_keys_is_restored():
    settings = collections.OrderedDict(a=1, b=2)

    with patch.dict(settings):
        settings.move_to_end("a")

    assert list(settings.items()) == [("a", 1), ("b", 2)]


@pytest.mark.parametrize("clear", [False, True])
def test_an_error_in_the_block_goes_on_its_way(clear):
    settings = {"retries": 3}

    with pytest.raises(ZeroDivisionError), patch.dict(settings, clear=clear, timeout=1):
        raise ZeroDivisionError

    assert settings == {"retries": 3}


@pytest.mark.parametrize("clear", [False, True])
def test_containers_with_the_least_of_methods(clear):
    container = Container(a=1, b=2)

    with patch.dict(container, {"b": 3, "c": 4}, clear=clear):
        assert container.values == ({} if clear else {"a": 1}) | {"b": 3, "c": 4}

    assert container.values == {"a": 1, "b": 2}


def test_environment_variables():
    before = dict(os.environ)

    with patch.dict("os.environ", {"RETRIES": "3"}, clear=True):
        assert dict(os.environ) == {"RETRIES": "3"}

    assert dict(os.environ) == before


def test_a_value_the_container_refuses_changes_nothing():
    before = dict(os.environ)

    with pytest.raises(TypeError):
        patch.dict(os.environ, {"A": "1", "B": 2}, clear=True).start()

    assert dict(os.environ) == before


def test_the_name_is_imported_when_the_patch_starts():
    patcher = patch.dict("test_patch_dict_module.settings", retries=5)

    with pytest.raises(ModuleNotFoundError):
        patcher.start()


def test_start_and_stop():
    settings = {}
    patcher = patch.dict(settings, retries=5)

    assert patcher.start() is settings
    assert patcher.is_started
    assert settings == {"retries": 5}
    patcher.stop()
    patcher.stop()
    assert settings == {}


def test_exit_without_enter_does_nothing():
    settings = {"retries": 3}

    assert patch.dict(settings, retries=5).__exit__(None, None, None) is False

    assert settings == {"retries": 3}


def test_one_patch_may_be_entered_twice():
    settings = {"retries": 3}
    patcher = patch.dict(settings, retries=5)

    with patcher:
        settings["retries"] = 7
        with patcher:
            assert settings == {"retries": 5}
        assert settings == {"retries": 7}

    assert settings == {"retries": 3}


def test_a_patch_is_started_from_with_to_its_end_however_often_it_is_entered():
    patcher = patch.dict({}, retries=5)

    with patcher:
        with patcher:
            assert patcher.is_started
        assert patcher.is_started

    assert not patcher.is_started


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("clear", [False, True])
def test_patches_of_one_dictionary_and_another_end_in_any_order(order, clear):
    one, other = {"retries": 3}, {}
    patchers = [patch.dict(one, a=1), patch.dict(other, b=2), patch.dict(one, c=3, clear=clear)]
    for patcher in patchers:
        patcher.__enter__()

    values = {"retries": 3, "a": 1, "c": 3}
    for ended, number in enumerate(order, 1):
        patchers[number].__exit__(None, None, None)
        values.pop("abc"[number], None)
        hidden = {"retries", "a"} if clear and "c" in values else set()
        assert one == {key: values[key] for key in values if key not in hidden}
        assert other == ({"b": 2} if 1 in order[ended:] else {})

    assert not covered


def test_the_newer_of_two_patches_ends_first_although_another_dictionary_was_patched_last():
    one, other = {"retries": 3}, {}
    older, newer, last = patch.dict(one, a=1), patch.dict(one, b=2), patch.dict(other, c=3)
    for patcher in (older, newer, last):
        patcher.__enter__()

    newer.__exit__(None, None, None)
    assert one == {"retries": 3, "a": 1}
    older.__exit__(None, None, None)
    assert one == {"retries": 3}
    last.__exit__(None, None, None)

    assert other == {}
    assert not covered


def test_a_decorator_may_end_beneath_a_with_statement():
    settings = {}

    @patch.dict(settings, decorated=1)
    def generator():
        yield

    steps = generator()
    next(steps)
    with patch.dict(settings, block=1):
        steps.close()
        assert settings == {"block": 1}

    assert settings == {}
    assert not covered


def test_what_another_thread_has_overwritten_is_restored():
    settings, other = {}, {}
    with patch.dict(settings, retries=5):
        before = patched_dicts.latest
        with patch.dict(other, retries=6):
            # As if both had started at the same moment, this one a little later.
            patched_dicts.latest = before
        assert other == {}

    assert settings == {}
    assert not covered


def test_what_has_ended_in_another_thread_is_not_laid_again():
    settings, other = {}, {}
    ended = patch.dict(settings, retries=5)
    with ended:
        before = patched_dicts.latest
    with patch.dict(other, retries=6):
        # As if it had ended while this one started.
        patched_dicts.latest = *patched_dicts.latest[:3], before
        patched_dicts.settle()
        assert not ended.is_started
        with patch.dict(settings, clear=True):
            pass

    assert (settings, other) == ({}, {})
    assert not covered


def test_decorated_functions_of_every_kind():
    settings = {}
    decorate = patch.dict(settings, retries=5)

    @decorate
    def function(*args):
        return args, dict(settings)

    @decorate
    async def coroutine():
        await asyncio.sleep(0)
        return dict(settings)

    @decorate
    def generator():
        yield dict(settings)

    @decorate
    async def async_generator():
        yield dict(settings)

    async def first():
        async for each in async_generator():
            return each

    assert function(1) == ((1,), {"retries": 5})
    for result in (asyncio.run(coroutine()), next(generator()), asyncio.run(first())):
        assert result == {"retries": 5}
    assert settings == {}


def test_a_decorator_above_others_starts_first():
    settings = {}

    class Backend:
        limit = 10

    @patch.dict(settings, retries=5)
    @patch.object(Backend, "limit", new_callable=lambda: dict(settings))
    def function(limit):
        return limit

    assert function() == {"retries": 5}


def test_scope_is_a_key_like_any_other_unless_it_is_a_scope():
    settings = {}

    with patch.dict(settings, scope="a"):
        assert settings == {"scope": "a"}
    assert patch.dict(settings, scope=LIMITED).scope is LIMITED


def test_the_tests_of_a_decorated_class_have_its_scope():
    settings = {}

    @patch.dict(settings, retries=5, scope=LIMITED)
    class Tests:
        def test(self):
            yield dict(settings)

    steps = Tests().test()

    assert next(steps) == {"retries": 5}
    assert settings == {}
    assert list(steps) == []


def test_a_function_that_returns_an_awaitable_can_be_decorated():
    settings = {}

    async def coroutine():
        return dict(settings)

    patcher = patch.dict(settings, retries=5)
    patched = patcher.decorate_async_callable(lambda: coroutine())

    assert asyncio.run(patched()) == {"retries": 5}
    assert settings == {}
