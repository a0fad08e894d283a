"""patch.dict of coroutines that are suspended: limited scopes, and patches of one dictionary."""

import asyncio

import pytest
from asyncmock_plus import GLOBAL, LIMITED, patch
from asyncmock_plus._patching.layers import covered


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
