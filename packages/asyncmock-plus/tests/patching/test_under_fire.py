"""
Patches of tasks, generators and asynchronous generators that overlap in every way.

Hypothesis makes up a few decorated functions with patches of two attributes and a dictionary, and
then steps them, throws into them, closes and drops them in any order. Before and after each step
everything that is patched has to have the value that a simple model of the scopes says; and at
the end there is nothing left.
"""

import asyncio
import gc
import inspect
import threading
import types

import pytest
from asyncmock_plus import GLOBAL, LIMITED, patch
from asyncmock_plus._patching.layers import Layer, covered, exclusively, running
from hypothesis import given, settings
from hypothesis import strategies as st

PLACES = ("left", "right", "settings")
KINDS = ("coroutine", "generator", "async generator")


class World:
    """What is patched."""

    def __init__(self):
        self.left = self.right = "original"
        self.settings = {"who": "original"}

    def value(self, place):
        return self.settings["who"] if place == "settings" else getattr(self, place)

    def decorator(self, place, scope, who):
        if place == "settings":
            return patch.dict(self.settings, {"who": who, who: True}, scope=scope)
        return patch.object(self, place, who, scope=scope)


@types.coroutine
def pause():
    yield


class Call:
    """One call of a decorated function, stepped by hand."""

    def __init__(self, model, name, kind, patches, block, pauses):
        self.model = model
        self.name = name
        self.patches = [(place, scope, f"{name}{n}") for n, (place, scope) in enumerate(patches)]
        self.block = block and (block, GLOBAL, f"{name}block")
        self.pauses = pauses
        function = getattr(self, kind.replace(" ", "_"))
        for place, scope, who in self.patches:
            function = model.world.decorator(place, scope, who)(function)
        # Those of attributes start with the innermost decorator, wrapped in those of dictionaries.
        of_settings = [each for each in self.patches if each[0] == "settings"]
        self.patches = [each for each in self.patches if each not in of_settings]
        self.patches += reversed(of_settings)
        self.kind = kind
        self.iterator = function()
        self.step_of_generator = None

    async def coroutine(self):
        for number in range(self.pauses):
            self.model.inside(self)
            key = self.model.written(self)
            await pause()
            self.model.inside(self)
            assert key is None or key in self.model.world.settings
            if number == 0 and self.block:
                await self.in_block()

    async def in_block(self):
        with self.model.world.decorator(*self.block):
            self.model.begun(self, [self.block])
            try:
                self.model.inside(self)
                key = self.model.written(self)
                await pause()
                assert key is None or key in self.model.world.settings
                self.model.inside(self)
            finally:
                self.model.inside(self)
                self.model.ended([self.block])

    def generator(self):
        yield from self.coroutine().__await__()

    async def async_generator(self):
        for _ in range(self.pauses):
            self.model.inside(self)
            await pause()
            self.model.inside(self)
            yield
            self.model.inside(self)

    def step(self, error=None):
        """Return whether it goes on; the wrapper starts the patches in its first step."""
        try:
            if self.kind == "async generator":
                self.step_async_generator(error)
            elif error is not None:
                self.iterator.throw(error)
            else:
                self.iterator.send(None)
        except (StopIteration, StopAsyncIteration, KeyError, asyncio.CancelledError):
            return False
        return True

    def step_async_generator(self, error):
        if self.step_of_generator is None:
            step = self.iterator.asend(None) if error is None else self.iterator.athrow(error)
            self.step_of_generator, error = step.__await__(), None
        try:
            if error is None:
                self.step_of_generator.send(None)
            else:
                self.step_of_generator.throw(error)
        except StopIteration:
            self.step_of_generator = None
        except BaseException:
            self.step_of_generator = None
            raise

    def close(self):
        if self.kind != "async generator":
            self.iterator.close()
            return
        if self.step_of_generator is not None and not self.step(asyncio.CancelledError()):
            return
        step = self.iterator.aclose().__await__()
        with pytest.raises(StopIteration):
            step.send(None)

    def drop(self):
        if self.kind == "coroutine" and inspect.getcoroutinestate(self.iterator) == "CORO_CREATED":
            self.iterator.close()  # against the warning that it was never awaited
        self.iterator = self.step_of_generator = None
        gc.collect()


class Model:
    """Which patches are in force, in the order of their start."""

    def __init__(self):
        self.world = World()
        self.active = []
        self.owner = {}
        self.keys = set()

    def begun(self, call, patches):
        self.active += patches
        self.owner.update(dict.fromkeys(patches, call))

    def ended(self, patches):
        self.active = [each for each in self.active if each not in patches]

    def winner(self, place, call=None):
        visible = [
            each
            for each in self.active
            if each[0] == place and (each[1] is GLOBAL or self.owner[each] is call)
        ]
        own = [each for each in visible if self.owner[each] is call]
        if any(scope is LIMITED for _, scope, _ in own):
            visible = own
        return visible[-1][2] if visible else "original"

    def check(self, call=None):
        for place in PLACES:
            assert self.world.value(place) == self.winner(place, call)
        present = {
            who
            for place, scope, who in self.active
            if place == "settings" and (scope is GLOBAL or self.owner[place, scope, who] is call)
        }
        own = {key for key in self.keys if call is not None and key.startswith(call.name)}
        assert self.world.settings.keys() - {"who"} - own == present

    def written(self, call):
        """Have the call set a key, which nobody else may see: it has a limited patch."""
        if not any((place, scope) == ("settings", LIMITED) for place, scope, _ in call.patches):
            return None
        key = f"{call.name}-{len(self.keys)}"
        self.keys.add(key)
        self.world.settings[key] = True
        return key

    def inside(self, call):
        if call.patches and call.patches[0] not in self.owner:
            self.begun(call, call.patches)
        self.check(call)


patches = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from([GLOBAL, LIMITED])), max_size=3
)
calls = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        patches,
        st.sampled_from([None, *PLACES]),
        st.integers(min_value=1, max_value=3),
    ),
    min_size=1,
    max_size=4,
)
actions = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=3),
        st.sampled_from(["step"] * 6 + ["throw", "cancel", "close", "drop"]),
    ),
    max_size=30,
)


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")  # when an assertion fails
@settings(max_examples=120, deadline=None, derandomize=True)
@given(calls, actions)
def test_patches_in_force_are_those_of_the_scopes_and_none_is_left(calls, actions):
    model = Model()
    live = {n: Call(model, "abcd"[n], *call) for n, call in enumerate(calls)}

    for number, action in [*actions, *((number, "close") for number in range(4))]:
        call = live.get(number)
        if call is None:
            continue
        if action == "step":
            goes_on = call.step()
        elif action in ("throw", "cancel"):
            goes_on = call.step(KeyError() if action == "throw" else asyncio.CancelledError())
        else:
            getattr(call, action)()
            goes_on = False
        if not goes_on:
            model.ended([*call.patches, call.block])
            del live[number]
        model.check()

    assert vars(model.world) == {
        "left": "original",
        "right": "original",
        "settings": {"who": "original"},
    }
    assert not covered
    assert not running


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.permutations(range(4)), st.lists(st.sampled_from(PLACES), min_size=4, max_size=4))
def test_patches_started_by_hand_stop_in_any_order(order, places):
    world = World()
    patchers = [world.decorator(place, GLOBAL, str(n)) for n, place in enumerate(places)]
    for patcher in patchers:
        patcher.start()

    active = dict(enumerate(places))
    for number in order:
        patchers[number].stop()
        del active[number]
        for place in PLACES:
            left = [str(n) for n, other in active.items() if other == place]
            assert world.value(place) == (left[-1] if left else "original")

    assert not covered


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(min_value=0, max_value=12),
    st.lists(st.tuples(patches, st.integers(min_value=0, max_value=3)), min_size=2, max_size=4),
)
def test_tasks_cancelled_at_every_suspension_point(turns, tasks):
    world = World()

    async def body(turns):
        try:
            for _ in range(turns):
                await asyncio.sleep(0)
        finally:
            await asyncio.sleep(0)

    def decorated(number, patches):
        function = body
        for n, (place, scope) in enumerate(patches):
            function = world.decorator(place, scope, f"{number}-{n}")(function)
        return function

    async def main():
        started = [
            asyncio.ensure_future(decorated(number, patches)(turns))
            for number, (patches, turns) in enumerate(tasks)
        ]
        for turn in range(turns):
            await asyncio.sleep(0)
            started[turn % len(started)].cancel()
        await asyncio.gather(*started, return_exceptions=True)

    asyncio.run(main())

    assert (world.left, world.right, world.settings) == (*["original"] * 2, {"who": "original"})
    assert not covered
    assert not running


def test_work_on_layers_that_comes_up_amid_other_work_is_done_after_it():
    done = []

    def work(layer):
        exclusively(lambda layer: done.append("inner"), layer)
        done.append("outer")

    exclusively(work, Layer())

    assert done == ["outer", "inner"]


def test_work_on_layers_of_another_thread_is_done_by_the_one_that_works():
    done = []

    def work(layer):
        arguments = (lambda layer: done.append(threading.current_thread()), layer)
        other = threading.Thread(target=exclusively, args=arguments)
        other.start()
        other.join()
        assert done == []

    exclusively(work, Layer())

    assert done == [threading.current_thread()]


def test_work_on_layers_that_an_error_has_left_is_done_on_the_next_occasion():
    done = []

    def work(layer):
        exclusively(lambda layer: done.append("inner"), layer)
        raise KeyError

    with pytest.raises(KeyError):
        exclusively(work, Layer())
    exclusively(lambda layer: done.append("next"), Layer())

    assert done == ["inner", "next"]
