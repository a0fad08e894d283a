"""patch.dict: contents that change for a while."""

import asyncio
import collections
import itertools
import os

import pytest
from asyncmock_plus import GLOBAL, LIMITED, patch
from asyncmock_plus._patching import dict as patched_dicts
from asyncmock_plus._patching.layers import covered

SETTINGS = {"retries": 3}


class Container:
    """The least that patch.dict takes."""

    def __init__(self, **values):
        self.values = values

    def __getitem__(self, key):
        return self.values[key]

    def __setitem__(self, key, value):
        self.values[key] = value

    def __delitem__(self, key):
        del self.values[key]

    def __iter__(self):
        return iter(list(self.values))


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


def test_limited_lifts_all_changes_and_brings_them_back():
    settings = {"retries": 3, "timeout": 1}

    @patch.dict(settings, retries=5, scope=LIMITED)
    def generator():
        del settings["timeout"]
        settings["new"] = 1
        yield
        yield dict(settings)

    steps = generator()
    next(steps)
    assert settings == {"retries": 3, "timeout": 1}
    settings["other"] = 2

    assert next(steps) == {"retries": 5, "new": 1, "other": 2}
    assert settings == {"retries": 3, "timeout": 1, "other": 2}
    assert list(steps) == []
    assert settings == {"retries": 3, "timeout": 1, "other": 2}


def test_limited_and_cleared():
    settings = {"retries": 3}

    @patch.dict(settings, timeout=1, clear=True, scope=LIMITED)
    def generator():
        yield dict(settings)
        yield dict(settings)

    steps = generator()

    assert next(steps) == {"timeout": 1}
    settings["other"] = 2
    assert next(steps) == {"timeout": 1}
    assert settings == {"retries": 3, "other": 2}
    steps.close()


@pytest.mark.parametrize("clear", [False, True])
def test_keys_set_under_a_limited_patch_are_hidden_although_a_global_one_lies_upon_it(clear):
    settings = {"retries": 3, "kept": 0}

    @patch.dict(settings, timeout=1, scope=LIMITED)
    @patch.dict(settings, retries=5, clear=clear)
    def generator():
        settings.update(new=1, retries=7)
        settings.pop("kept", None)
        yield dict(settings)
        yield dict(settings)

    steps = generator()
    inside = {"retries": 7, "new": 1} | ({} if clear else {"timeout": 1})
    outside = {"retries": 5} | ({} if clear else {"kept": 0})

    assert next(steps) == inside
    assert settings == outside
    settings["other"] = 2
    assert next(steps) == inside | {"other": 2}
    assert settings == outside | {"other": 2}
    assert list(steps) == []
    assert settings == {"retries": 3, "kept": 0}
    assert not covered


def test_keys_set_in_a_with_statement_are_hidden_and_end_with_it():
    settings = {}

    @patch.dict(settings, limited=1, scope=LIMITED)
    def generator():
        with patch.dict(settings, block=1):
            settings["new"] = 1
            with patch.dict(settings, inner=1):
                settings["newer"] = 1
                yield set(settings)
            yield set(settings)
        yield set(settings)

    steps = generator()

    assert next(steps) == {"limited", "block", "new", "inner", "newer"}
    assert settings.keys() == {"block", "inner"}
    assert next(steps) == {"limited", "block", "new"}
    assert settings.keys() == {"block"}
    assert next(steps) == {"limited"}
    assert settings == {}
    steps.close()
    assert not covered


def test_keys_deleted_by_the_call_or_by_others_while_it_pauses_are_gone_when_it_resumes():
    settings = {"retries": 3, "kept": 0}

    @patch.dict(settings, limited=1, scope=LIMITED)
    def generator():
        with patch.dict(settings, block=1, own=1):
            del settings["own"]
            yield set(settings)
            yield set(settings)

    steps = generator()

    assert next(steps) == {"retries", "kept", "limited", "block"}
    assert settings.keys() == {"retries", "kept", "block", "own"}
    del settings["retries"]
    assert next(steps) == {"kept", "limited", "block"}
    assert settings.keys() == {"kept", "block", "own"}
    assert list(steps) == []
    assert settings == {"retries": 3, "kept": 0}
    assert not covered


def test_keys_set_under_nested_limited_patches_are_hidden_by_either():
    settings = {}

    @patch.dict(settings, inner=1, scope=LIMITED)
    def inner():
        with patch.dict(settings, block=1):
            settings["by inner"] = 1
            yield
            yield

    @patch.dict(settings, outer=1, scope=LIMITED)
    def outer(steps):
        next(steps)
        assert settings.keys() == {"outer", "block"}
        settings["by outer"] = 1
        yield
        assert settings.keys() == {"outer", "block", "by outer"}
        next(steps)
        yield

    innermost = inner()
    steps = outer(innermost)
    for _ in range(2):
        next(steps)
        assert settings.keys() == {"block"}
    steps.close()
    innermost.close()

    assert settings == {}
    assert not covered


@pytest.mark.parametrize("scopes", [(GLOBAL, LIMITED), (LIMITED, GLOBAL), (LIMITED, LIMITED)])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_calls_that_set_keys_leave_the_original_behind_in_any_order(order, scopes):
    settings = {"retries": 3}

    @patch.dict(settings, retries=5, scope=scopes[0])
    @patch.dict(settings, retries=7, scope=scopes[1])
    def generator(key):
        settings[key] = 1
        yield
        assert key in settings
        settings[key + key] = 1
        yield

    calls = [generator("a"), generator("b")]
    for call in [*calls, *calls]:
        next(call)
        assert settings.keys() == {"retries"}
    for number in order:
        calls[number].close()
        assert settings.keys() == {"retries"}

    assert settings == {"retries": 3}
    assert not covered


@pytest.mark.parametrize("order", ["first", "last"])
@pytest.mark.parametrize("clear", [False, True])
def test_two_patches_of_one_dictionary_end_in_any_order(order, clear):
    settings = {"retries": 3, "kept": 0}
    first = patch.dict(settings, retries=5, one=1)
    second = patch.dict(settings, retries=5, two=2, clear=clear)
    first.start()
    second.start()

    if order == "first":
        first.stop()
        assert settings == ({} if clear else {"kept": 0}) | {"retries": 5, "two": 2}
        second.stop()
    else:
        second.stop()
        assert settings == {"retries": 5, "one": 1, "kept": 0}
        first.stop()

    assert settings == {"retries": 3, "kept": 0}


def test_the_original_is_back_even_if_a_patch_beneath_another_had_set_an_equal_value():
    settings = {"flag": 1}
    first, second = patch.dict(settings, flag=True), patch.dict(settings, other=2)
    first.start()
    second.start()

    first.stop()
    assert settings["flag"] is not True
    second.stop()

    assert settings == {"flag": 1}


def test_tasks_with_patches_of_one_dictionary():
    settings = {"who": "nobody"}
    seen = []

    def task(who, times, **scope):
        @patch.dict(settings, {"who": who, who: True}, **scope)
        async def run():
            for _ in range(times):
                seen.append((who, sorted(settings.items(), key=str)))
                await asyncio.sleep(0)

        return run()

    async def main():
        await asyncio.gather(
            task("a", 1), task("b", 3, scope=LIMITED), task("c", 2), task("d", 1, scope=LIMITED)
        )

    asyncio.run(main())

    assert settings == {"who": "nobody"}
    for who, items in seen:
        assert (who, True) in items
        if who in "bd":
            assert ("who", who) in items


def test_two_limited_patches_of_one_dictionary_are_lifted_from_under_a_block():
    settings = {}

    @patch.dict(settings, one=1, scope=LIMITED)
    @patch.dict(settings, two=2, scope=LIMITED)
    def generator():
        with patch.dict(settings, block=1):
            settings["own"] = 1
            yield
            assert settings.keys() == {"one", "two", "block", "own"}
            settings["more"] = 1
            yield
            assert settings.keys() == {"one", "two", "block", "own", "more"}

    steps = generator()
    for _ in range(2):
        next(steps)
        assert settings.keys() == {"block"}
    assert next(steps, "end") == "end"

    assert settings == {}
    assert not covered


def test_what_a_call_sets_is_hidden_even_if_its_patch_starts_twice():
    settings = {}

    class Twice(type(patch.dict({}))):
        def __enter__(self):
            super().__enter__()
            return super().__enter__()

        def __exit__(self, *exc_info):
            super().__exit__(*exc_info)
            return super().__exit__(*exc_info)

    @Twice(settings, limited=1, scope=LIMITED)
    def generator():
        with patch.dict(settings, block=1):
            settings["own"] = 1
            for _ in range(2):
                assert settings == {"limited": 1, "block": 1, "own": 1}
                yield

    steps = generator()
    for _ in range(2):
        next(steps)
        assert settings == {"block": 1}
    assert next(steps, "end") == "end"

    assert settings == {}
    assert not covered


def test_a_with_statement_that_began_while_the_outer_call_paused_shows_the_same_in_it():
    settings = {}

    @patch.dict({}, scope=LIMITED)
    def inner():
        yield
        with patch.dict(settings, block=1):
            settings["own"] = 1
            yield

    @patch.dict(settings, outer=1, scope=LIMITED)
    def outer(innermost):
        next(innermost)
        yield
        assert settings == {"outer": 1, "block": 1, "own": 1}
        yield

    innermost = inner()
    steps = outer(innermost)
    next(steps)
    next(innermost)
    assert settings == {"block": 1, "own": 1}
    next(steps)
    assert settings == {"block": 1}
    steps.close()
    innermost.close()

    assert settings == {}
    assert not covered


def test_what_others_did_under_a_limited_patch_stays_while_it_pauses():
    settings = {}

    @patch.dict(settings, limited=1, scope=LIMITED)
    def generator():
        with patch.dict(settings, block=1):
            settings["own"] = 1
            yield

    with patch.dict(settings, base=1):
        settings["others"] = 1
        steps = generator()
        next(steps)
        assert settings.keys() == {"base", "others", "block"}
        assert next(steps, "end") == "end"
        assert settings.keys() == {"base", "others"}

    assert settings == {}


def test_a_call_that_resumes_within_another_one_has_its_values_on_top():
    settings = {"retries": 3}

    @patch.dict(settings, retries=5, scope=LIMITED)
    def inner():
        with patch.dict(settings, retries=9):
            for _ in range(2):
                assert settings == {"retries": 9}
                yield

    @patch.dict(settings, retries=7, scope=LIMITED)
    def outer(steps):
        assert settings == {"retries": 7}
        next(steps)
        assert settings == {"retries": 7}
        yield

    steps = inner()
    next(steps)
    assert settings == {"retries": 9}
    assert len(list(outer(steps))) == 1
    steps.close()

    assert settings == {"retries": 3}


@pytest.mark.parametrize("value", [True, 0, 2])
def test_a_value_set_under_a_limited_patch_comes_back_even_if_it_is_equal(value):
    settings = {"flag": 1}

    @patch.dict(settings, limited=1, scope=LIMITED)
    def generator():
        settings["flag"] = value
        yield
        assert settings["flag"] is value
        yield

    steps = generator()
    for _ in range(2):
        next(steps)
        assert settings["flag"] is not value
        assert settings == {"flag": 1}


def test_clearing_in_the_innermost_of_two_calls_hides_what_both_have_set():
    settings = {"kept": 0}

    @patch.dict(settings, inner=1, scope=LIMITED)
    def inner():
        with patch.dict(settings, {"block": 1}, clear=True):
            for _ in range(2):
                assert settings == {"block": 1}
                yield

    @patch.dict(settings, outer=1, scope=LIMITED)
    def outer():
        yield from inner()

    steps = outer()
    for _ in range(2):
        next(steps)
        assert settings == {"block": 1}
    assert next(steps, "end") == "end"

    assert settings == {"kept": 0}


def test_a_function_that_returns_an_awaitable_can_be_decorated():
    settings = {}

    async def coroutine():
        return dict(settings)

    patcher = patch.dict(settings, retries=5)
    patched = patcher.decorate_async_callable(lambda: coroutine())

    assert asyncio.run(patched()) == {"retries": 5}
    assert settings == {}
