"""Calls: recorded raw, and shown as the standard library shows them."""

import inspect
import threading
import unittest.mock as std

import asyncmock_plus as mock
import pytest


def test_lists_that_were_handed_out_grow() -> None:
    parent = mock.MagicMock()
    calls, methods, own = parent.mock_calls, parent.method_calls, parent.child.call_args_list
    parent.child(1)
    parent(2)

    assert calls == [mock.call.child(1), mock.call(2)]
    assert methods == [mock.call.child(1)]
    assert own == [mock.call(1)]


def test_list_that_was_handed_out_grows_with_every_call() -> None:
    instance = mock.Mock()
    calls = instance.mock_calls
    for number in range(3):
        instance(number)

    assert calls == [mock.call(0), mock.call(1), mock.call(2)]


def test_calls_after_an_ancestor_found_a_parent_are_recorded_there() -> None:
    grandparent, parent = mock.Mock(), mock.Mock()
    child = parent.child
    child(1)
    grandparent.parent = parent
    child(2)

    assert grandparent.mock_calls == [mock.call.parent.child(2)]


def test_a_result_that_equals_everything_is_returned() -> None:
    assert mock.Mock(side_effect=lambda: mock.ANY)() is mock.ANY
    instance = mock.Mock(side_effect=lambda: mock.DEFAULT, return_value=mock.ANY, wraps=int)
    assert instance() is mock.ANY


@pytest.mark.parametrize("module", [mock, std])
def test_result_that_a_subclass_computes_is_returned(module) -> None:
    class Loud(module.Mock):
        @property
        def return_value(self):
            return super().return_value.upper()

        @return_value.setter
        def return_value(self, value):
            module.Mock.return_value.fset(self, value)

    loud = Loud()
    loud.return_value = "word"

    assert [loud(), loud()] == ["WORD", "WORD"]


@pytest.mark.parametrize("module", [mock, std])
def test_side_effect_that_a_subclass_computes_is_executed(module) -> None:
    class Counting(module.Mock):
        @property
        def side_effect(self):
            return lambda: self.call_count

        @side_effect.setter
        def side_effect(self, value): ...

    counting = Counting(return_value="fixed")

    assert [counting(), counting()] == [1, 2]


def test_reset_leaves_lists_that_were_handed_out() -> None:
    instance = mock.Mock()
    instance(1)
    calls = instance.mock_calls
    instance.reset_mock()
    instance(2)

    assert calls == [mock.call(1)]
    assert instance.mock_calls == [mock.call(2)]


@pytest.mark.parametrize(
    ("name", "value"), [("called", False), ("call_count", 7), ("call_args", None)]
)
def test_what_is_set_is_what_is_shown(name: str, value: object) -> None:
    instance = mock.Mock()
    instance(1)
    setattr(instance, name, value)

    assert getattr(instance, name) == value
    instance(2)
    assert (instance.called, instance.call_count, instance.call_args) == (True, 2, mock.call(2))


def test_lists_can_be_replaced() -> None:
    instance = mock.Mock()
    instance(1)
    instance.mock_calls = []
    instance(2)

    assert instance.mock_calls == [mock.call(2)]


def test_chained_calls_are_named_as_in_the_standard_library() -> None:
    def use(module):
        root = module.MagicMock(name="root")
        root.a.b(1).c.d(2)
        root()()[3].e()
        with root.f() as f:
            f.g(4)
        return [repr(call) for call in root.mock_calls], [repr(call) for call in root.method_calls]

    assert use(mock) == use(std)


def test_renamed_parents_are_told_under_the_new_name() -> None:
    first, second, child = mock.Mock(), mock.Mock(), mock.Mock()
    first.one = child
    child(1)
    second.attach_mock(child, "two")
    child(2)

    assert first.mock_calls == [mock.call.one(1)]
    assert second.mock_calls == [mock.call.two(2)]


def test_names_change_under_a_chain_of_calls() -> None:
    grandparent, parent = mock.Mock(), mock.Mock()
    child = parent.child
    child(1)
    grandparent.parent = parent
    child(2)

    assert grandparent.mock_calls == [mock.call.parent.child(2)]
    assert parent.mock_calls == [mock.call.child(1), mock.call.child(2)]


@pytest.mark.parametrize(
    ("change", "result"),
    [
        (lambda m: setattr(m, "return_value", 2), 2),
        (lambda m: setattr(m, "side_effect", lambda: 3), 3),
        (lambda m: m.configure_mock(return_value=4), 4),
        (lambda m: setattr(m, "_mock_return_value", 5), 5),
    ],
)
def test_changed_outcomes_count_from_the_next_call(change, result) -> None:
    instance = mock.Mock(return_value=1)
    assert [instance(), instance()] == [1, 1]
    change(instance)

    assert [instance(), instance()] == [result, result]


def test_reset_can_forget_outcomes() -> None:
    instance = mock.Mock(return_value=1, side_effect=[2])
    instance()
    instance.reset_mock(return_value=True, side_effect=True)

    assert isinstance(instance(), mock.Mock)


def test_answers_of_magic_methods_survive_a_reset() -> None:
    instance = mock.MagicMock()
    text = str(instance)
    instance.reset_mock(return_value=True)

    assert str(instance) == text


def test_assertions_are_worded_by_the_standard_library() -> None:
    def failures(module):
        instance = module.Mock(name="fetch")
        found = []
        for assertion, args in (
            ("assert_called", ()),
            ("assert_called_once", ()),
            ("assert_called_with", (1,)),
            ("assert_any_call", (1,)),
        ):
            with pytest.raises(AssertionError) as caught:
                getattr(instance, assertion)(*args)
            found.append(str(caught.value))
        instance(1, a=2)
        instance(3)
        for assertion, args in (
            ("assert_not_called", ()),
            ("assert_called_once", ()),
            ("assert_called_once_with", (1,)),
            ("assert_called_with", (1,)),
            ("assert_any_call", (9,)),
            ("assert_has_calls", ([module.call(3), module.call(1, a=2)],)),
        ):
            with pytest.raises(AssertionError) as caught:
                getattr(instance, assertion)(*args)
            found.append(str(caught.value))
        return found

    assert failures(mock) == failures(std)


@pytest.mark.parametrize(
    ("assertion", "arguments"),
    [
        ("assert_called", ()),
        ("assert_called_once", ()),
        ("assert_called_with", (1,)),
        ("assert_called_once_with", (1,)),
        ("assert_any_call", (1,)),
    ],
)
@pytest.mark.parametrize("module", [mock, std], ids=["ours", "stdlib"])
def test_mock_that_was_reset_was_not_called(module, assertion: str, arguments: object) -> None:
    instance = module.Mock()
    instance(1)
    instance.reset_mock()

    instance.assert_not_called()
    with pytest.raises(AssertionError):
        getattr(instance, assertion)(*arguments)


@pytest.mark.parametrize("module", [mock, std], ids=["ours", "stdlib"])
def test_last_call_is_the_one_that_is_compared(module) -> None:
    instance = module.Mock()
    instance(1)
    instance(2)

    instance.assert_called_with(2)
    with pytest.raises(AssertionError):
        instance.assert_called_with(1)


def test_any_decides_on_the_expected_side() -> None:
    class Never:
        def __eq__(self, other):
            return False

    instance = mock.Mock()
    instance(Never(), a=Never())

    instance.assert_called_once_with(mock.ANY, a=mock.ANY)
    instance.assert_any_call(mock.ANY, a=mock.ANY)


def test_calls_from_many_threads_are_all_recorded() -> None:
    parent = mock.MagicMock()

    def work():
        for number in range(200):
            parent.child(number)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert parent.child.call_count == len(parent.mock_calls) == 800


def test_type_of_a_context_manager_leads_to_its_mock() -> None:
    manager = mock.MagicMock()

    assert type(manager).__enter__ is manager.__enter__


def test_private_names_of_the_standard_library_read_the_record() -> None:
    instance = mock.Mock()
    instance(1)

    assert (instance._mock_called, instance._mock_call_count) == (True, 1)
    assert instance._mock_mock_calls == [mock.call(1)]


def test_calls_of_a_standard_mock_that_is_returned_are_recorded() -> None:
    instance, result = mock.Mock(), std.Mock()
    instance.return_value = result
    instance(1)(2)

    assert instance.mock_calls == [mock.call(1), mock.call()(2)]


def test_a_standard_mock_that_returns_ours_records_its_calls() -> None:
    instance = std.Mock()
    instance.return_value = mock.Mock()
    instance(1)(2)

    assert instance.mock_calls == [mock.call(1), mock.call()(2)]
    assert instance.method_calls == []


def test_a_mock_is_not_called_when_its_child_is() -> None:
    instance = mock.Mock()
    instance.child()

    instance.assert_not_called()


def test_a_signature_that_somebody_has_set_decides_what_is_equal() -> None:
    instance = mock.Mock()
    instance._spec_signature = inspect.signature(lambda a, b: None)
    instance(1, b=2)

    instance.assert_called_with(a=1, b=2)
    with pytest.raises(AssertionError):
        instance.assert_called_with(a=1, b=3)


@pytest.mark.parametrize("module", [mock, std])
def test_call_that_a_signature_somebody_has_set_refuses_is_not_the_expected_one(module) -> None:
    instance = module.Mock()
    instance(1)
    instance._spec_signature = inspect.signature(lambda: None)

    with pytest.raises(AssertionError):
        instance.assert_called_with(1)


def test_mocks_that_return_each_other_can_be_reset() -> None:
    one, two = mock.Mock(), mock.Mock()
    one.return_value, two.return_value = two, one
    one()()
    one.reset_mock()

    assert (one.call_count, two.call_count) == (0, 0)


def test_record_of_method_calls_can_be_replaced() -> None:
    instance = mock.Mock()
    instance.child(1)
    instance.method_calls = []
    instance.child(2)

    assert instance.method_calls == [mock.call.child(2)]


def test_mock_that_took_the_delegate_of_somebody_records_there() -> None:
    class Record:
        __slots__ = ("call_args", "call_args_list", "call_count", "called", "mock_calls")

        def __init__(self) -> None:
            self.called, self.call_count, self.call_args = False, 0, None
            self.call_args_list, self.mock_calls = [], []

        return_value = side_effect = None

    instance, record = mock.Mock(), Record()
    instance._mock_delegate = record
    instance(1)

    assert (record.called, record.call_count, record.call_args) == (True, 1, mock.call(1))
    assert record.mock_calls == record.call_args_list == [mock.call(1)]


def test_bound_autospecced_function_can_be_attached() -> None:
    def function(self, a): ...

    class Client:
        get = mock.create_autospec(function)

    manager, client = mock.Mock(), Client()
    manager.attach_mock(client.get, "get")
    client.get(1)

    assert manager.mock_calls == [mock.call.get(client, 1)]
