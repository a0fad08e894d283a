"""create_autospec: made on access, and as if everything were there."""

import asyncio
import copy
import dataclasses
import functools
import gc
import inspect
import pickle

import asyncmock_plus as mock
import pytest


async def await_it(coroutine):
    return await coroutine


class Client:
    """A client."""

    limit = 3

    def __init__(self, host, port=80): ...

    def get(self, key, *, retry=False): ...

    async def fetch(self, key): ...

    @staticmethod
    def check(value): ...

    @classmethod
    def build(cls, host): ...

    @property
    def name(self):
        raise RuntimeError("a getter ran")


def function(a, b=2, *args, c, **kwargs): ...


def test_nothing_is_made_before_it_is_touched() -> None:
    client = mock.create_autospec(Client)
    assert client._mock_children == {}

    client.get
    assert list(client._mock_children) == ["get"]


def test_dir_lists_all_attributes() -> None:
    assert {"get", "fetch", "check", "build", "name", "limit"} <= {
        *dir(mock.create_autospec(Client))
    }


def test_missing_attributes_are_refused() -> None:
    with pytest.raises(AttributeError, match="Mock object has no attribute 'missing'"):
        mock.create_autospec(Client).missing
    with pytest.raises(AttributeError, match="Mock object has no attribute 'missing'"):
        mock.create_autospec(Client, spec_set=True).missing = 1


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client(),
        lambda client: client("a", 1, 2),
        lambda client: client.check(),
        lambda client: client.build(),
        lambda client: client("a").get(),
        lambda client: client("a").get("k", True),
        lambda client: client("a").get("k", unknown=1),
        lambda client: client("a").fetch(),
        lambda client: client("a").build("h", 1),
    ],
)
def test_wrong_arguments_are_refused_as_signatures_word_it(call) -> None:
    with pytest.raises(TypeError, match=r"^(missing a required|too many pos|got an unexpected)"):
        call(mock.create_autospec(Client))


def test_right_arguments_are_recorded() -> None:
    client = mock.create_autospec(Client)
    instance = client("h", port=1)
    instance.get("k", retry=True)
    instance.check(1)
    client.build("h")

    client.assert_called_once_with("h", port=1)
    client.assert_called_once_with(host="h", port=1)
    instance.get.assert_called_once_with(key="k", retry=True)
    assert client.mock_calls == [
        mock.call("h", port=1),
        mock.call().get("k", retry=True),
        mock.call().check(1),
        mock.call.build("h"),
    ]


def test_a_refused_call_is_not_recorded() -> None:
    instance = mock.create_autospec(Client, instance=True)
    with pytest.raises(TypeError):
        instance.get()

    assert instance.get.call_count == 0
    assert instance.mock_calls == []


def test_signatures_are_those_of_the_originals() -> None:
    client = mock.create_autospec(Client)

    assert inspect.signature(mock.create_autospec(function)) == inspect.signature(function)
    assert str(inspect.signature(client)) == "(host, port=80)"
    assert str(inspect.signature(client.return_value.get)) == "(key, *, retry=False)"


def test_signature_of_a_function_can_be_changed_and_printed() -> None:
    signature = inspect.signature(mock.create_autospec(function))
    changed = signature.replace(parameters=list(signature.parameters.values())[:1])

    assert repr(signature) == "<Signature (a, b=2, *args, c, **kwargs)>"
    assert str(changed) == "(a)"
    assert hash(signature) == hash(inspect.signature(function))


@pytest.mark.parametrize(
    "call",
    [
        lambda f: f(1),
        lambda f: f(c=1),
        lambda f: f(1, 2, 3, 4, a=1, c=2),
    ],
)
def test_functions_check_their_arguments(call) -> None:
    with pytest.raises(TypeError):
        call(mock.create_autospec(function))


def test_functions_are_functions_with_the_assertions_of_mocks() -> None:
    specified = mock.create_autospec(function, return_value=5)
    assert specified(1, 2, 3, c=4, d=5) == 5

    assert inspect.isfunction(specified)
    assert specified.__name__ == "function"
    specified.assert_called_once_with(1, 2, 3, c=4, d=5)
    assert specified.call_args == mock.call(1, 2, 3, c=4, d=5)
    assert specified.mock.called
    specified.reset_mock()
    specified.assert_not_called()


def test_coroutine_functions_are_coroutine_functions() -> None:
    async def fetch(key): ...

    specified = mock.create_autospec(fetch)

    assert inspect.iscoroutinefunction(specified)
    assert inspect.iscoroutinefunction(mock.create_autospec(Client, instance=True).fetch)
    assert type(specified.mock).__mro__[1] is mock.AsyncMock


def test_a_coroutine_function_is_called_at_the_call_and_awaited_at_the_await() -> None:
    async def fetch(key): ...

    specified = mock.create_autospec(fetch)

    async def main():
        task = asyncio.create_task(specified(1))
        specified.assert_called_once_with(1)
        specified.assert_not_awaited()
        await task
        specified.assert_awaited_once_with(1)

    asyncio.run(main())


def test_a_coroutine_function_refuses_arguments_at_the_call() -> None:
    async def fetch(key): ...

    specified = mock.create_autospec(fetch)

    with pytest.raises(TypeError, match="missing a required argument: 'key'"):
        specified()
    specified.assert_not_called()


def test_a_patched_coroutine_method_is_bound_and_called_at_the_call() -> None:
    with mock.patch.object(Client, "fetch", autospec=True) as fetch:
        client = Client("h")
        coroutine = client.fetch("k")
        fetch.assert_called_once_with(client, "k")
        assert inspect.iscoroutinefunction(client.fetch)
        assert inspect.ismethod(client.fetch)
        assert str(inspect.signature(client.fetch)) == str(inspect.signature(Client("h").fetch))
        asyncio.run(await_it(coroutine))
        client.fetch.assert_awaited_once_with(client, "k")


def test_calls_of_attached_coroutine_functions_are_in_the_order_of_the_calls() -> None:
    async def first(): ...
    async def second(): ...

    parent = mock.Mock()
    parent.attach_mock(mock.create_autospec(first), "first")
    parent.attach_mock(mock.create_autospec(second), "second")

    async def main():
        waiting = [parent.second(), parent.first()]
        await asyncio.gather(*reversed(waiting))

    asyncio.run(main())
    assert parent.mock_calls == [mock.call.second(), mock.call.first()]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_coroutine_functions_are_copied_as_functions_are(copied) -> None:
    async def fetch(): ...

    specified = mock.create_autospec(fetch)

    assert copied(specified) is specified
    assert repr(specified).startswith("<function fetch at 0x")


def test_attributes_are_specified_in_turn() -> None:
    client = mock.create_autospec(Client)

    assert isinstance(client.limit, int)
    with pytest.raises(AttributeError):
        client.limit.unknown


def test_results_of_a_sealed_autospec_are_sealed() -> None:
    client = mock.create_autospec(Client)
    mock.seal(client)
    instance = client("h")

    assert isinstance(instance.get("k"), mock.MagicMock)
    with pytest.raises(AttributeError):
        instance.get("k").unknown


def test_configured_attributes_keep_their_spec() -> None:
    client = mock.create_autospec(Client, instance=True, **{"get.return_value": 3})

    assert client.get("k") == 3
    with pytest.raises(TypeError):
        client.get()


def test_instances_are_mocked_without_being_held() -> None:
    class Node:
        def link(self, other): ...

    node = Node()
    specified = mock.create_autospec(node)
    specified.link(1)
    specified.link.assert_called_once_with(1)
    assert isinstance(specified, Node)


def test_partial_with_an_unfit_signature_is_not_checked() -> None:
    specified = mock.create_autospec(functools.partial(int, base=2))
    specified("1")
    specified.assert_called_once_with("1")


def test_changes_of_the_original_after_the_spec_do_not_matter(monkeypatch) -> None:
    class Door:
        def open(self, key): ...

    door = mock.create_autospec(Door, instance=True)
    monkeypatch.setattr(Door, "open", mock.Mock())

    with pytest.raises(TypeError):
        door.open()


class TestBadInput:
    def test_mocks_are_not_specified_by_mocks(self) -> None:
        for make in (mock.create_autospec, lambda spec: mock.Mock(spec=spec)):
            with pytest.raises(mock.InvalidSpecError, match=r"<Mock id='\d+'>"):
                make(mock.Mock())

    def test_attributes_that_are_mocks_are_named(self) -> None:
        class Space:
            taken = mock.Mock(name="taken")

        with pytest.raises(mock.InvalidSpecError, match="Cannot autospec attr 'taken' from target"):
            mock.create_autospec(Space).taken

    def test_instance_of_a_coroutine_function_is_refused(self) -> None:
        async def fetch(): ...

        with pytest.raises(RuntimeError, match="Instance can not be True"):
            mock.create_autospec(fetch, instance=True)

    @pytest.mark.parametrize("typo", ["autospect", "auto_spec", "set_spec"])
    def test_misspelt_options_are_refused(self, typo: str) -> None:
        with pytest.raises(RuntimeError, match=f"'{typo}' might be a typo"):
            mock.create_autospec(Client, **{typo: True})
        assert mock.create_autospec(Client, unsafe=True, **{typo: True})


def test_what_is_set_on_the_mock_of_a_function_is_shown_by_the_function() -> None:
    spec = mock.create_autospec(function)
    spec.mock.call_count = 7

    assert spec.call_count == 7


def test_results_to_come_of_a_function_can_be_taken_by_others() -> None:
    spec = mock.create_autospec(lambda: None)
    spec.side_effect = [1, 2, 3]

    assert spec() == 1
    assert list(spec.mock.side_effect) == [2, 3]


def test_mock_outlives_the_function_it_stands_behind() -> None:
    spec = mock.create_autospec(lambda: None)
    spec()
    behind, reset = spec.mock, spec.reset_mock
    del spec
    gc.collect()

    behind()
    reset()
    assert (behind.called, behind.mock_calls) == (False, [])


def test_class_methods_of_a_dataclass_are_checked() -> None:
    @dataclasses.dataclass
    class Job:
        size: int

        @classmethod
        def build(cls, size): ...

    job = mock.create_autospec(Job, instance=True)
    job.build(1)

    with pytest.raises(TypeError, match="missing a required argument: 'size'"):
        job.build()


def test_function_that_takes_no_argument_is_called_with_none_as_a_method() -> None:
    class Client:
        def broken(): ...

    client = mock.create_autospec(Client)

    # Nobody can call it on an instance, so nothing is checked; unittest.mock has it so.
    assert client().broken() is client().broken.return_value


def test_every_call_of_a_coroutine_function_is_checked() -> None:
    client = mock.create_autospec(Client, instance=True)
    client.fetch("a").close()
    client.fetch("b").close()

    with pytest.raises(TypeError, match="missing a required argument: 'key'"):
        client.fetch()
    assert client.fetch.mock_calls == [mock.call("a"), mock.call("b")]


def test_signature_can_be_copied_and_pickled() -> None:
    signature = inspect.signature(mock.create_autospec(function))

    assert copy.copy(signature) == inspect.signature(function)
    assert pickle.loads(pickle.dumps(signature)) == inspect.signature(function)


def test_signature_has_no_other_attributes_than_signatures_have() -> None:
    assert not hasattr(inspect.signature(mock.create_autospec(function)), "missing")


def test_a_callable_without_a_signature_takes_whatever_its_function_refuses() -> None:
    class Odd:
        def __call__(self): ...

        __signature__ = None

    odd = mock.create_autospec(Odd(), spec_set=True)

    assert odd() is odd.return_value


def test_result_set_on_a_function_wins_over_what_it_wraps() -> None:
    spec = mock.create_autospec(function, wraps=lambda *args, **kwargs: "wrapped")
    assert spec(1, c=2) == "wrapped"

    spec.return_value = 3
    assert spec(1, c=2) == 3
    spec.return_value = mock.ANY
    assert spec(1, c=2) is mock.ANY


def test_a_function_has_no_annotations_of_ours() -> None:
    async def coroutine_function(a): ...

    for spec in (function, coroutine_function):
        assert mock.create_autospec(spec).__annotations__ == {}
