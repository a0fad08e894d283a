"""Mocks die with their last user, and their classes are as good as new then."""

import gc
import tracemalloc
import unittest.mock as std
import weakref

import asyncmock_plus as mock
import pytest
from asyncmock_plus._cpython import COUNTS_REFERENCES

counts_references = pytest.mark.skipif(
    not COUNTS_REFERENCES, reason="reference counts say nothing on this build"
)


def _argument_of_a_dead_parent(calls: str):
    """Return a child that outlives its parent, and an argument that was passed to one of them."""

    class Argument: ...

    parent, argument = mock.MagicMock(), Argument()
    child = parent.child
    child(), child()  # from now on it knows whom to tell
    if calls == "parent":
        parent(argument)
    del parent
    if calls == "child":
        child(argument)
    return child, weakref.ref(argument)


def test_every_mock_has_a_class_of_its_own() -> None:
    one, two = mock.MagicMock(), mock.MagicMock()
    type(one).size = mock.PropertyMock(return_value=3)

    assert one.size == 3
    assert two.size != 3


class Sized:
    size = 3


@pytest.mark.parametrize(
    "change",
    [
        lambda cls, m: setattr(cls, "size", 3),
        lambda cls, m: setattr(cls, "__doc__", "changed"),
        lambda cls, m: setattr(cls, "__name__", "Changed"),
        lambda cls, m: setattr(cls, "__name__", "Renamed"),
        lambda cls, m: setattr(cls, "__qualname__", "Changed"),
        lambda cls, m: setattr(cls, "__qualname__", "Renamed"),
        lambda cls, m: setattr(cls, "__bases__", (*cls.__bases__, Sized)),
        lambda cls, m: setattr(cls, "__len__", lambda self: 7),
        lambda cls, m: setattr(m, "__len__", lambda self: 7),
        lambda cls, m: m.__delattr__("__len__"),
        lambda cls, m: m.mock_add_spec(["size"]),
    ],
)
def test_the_class_of_a_dead_mock_takes_nothing_along(change) -> None:
    for _ in range(3):
        dead = mock.MagicMock()
        change(type(dead), dead)
        del dead
        gc.collect()
        fresh = [mock.MagicMock() for _ in range(3)]
        for one in fresh:
            assert len(one) == 0
            assert isinstance(one.size, mock.MagicMock)
            assert type(one).__name__ == type(one).__qualname__ == "MagicMock"
            assert not isinstance(one, Sized)
            assert type(one).__doc__ == mock.MagicMock.__doc__
        del one, fresh


@counts_references
@pytest.mark.parametrize(
    "use",
    [
        lambda m: m(1),
        lambda m: m.child,
        lambda m: setattr(m, "__len__", lambda self: 7),
    ],
)
def test_mocks_that_die_one_by_one_leave_no_class_behind(use) -> None:
    gc.disable()
    try:
        use(mock.MagicMock())
        classes = len(mock.MagicMock.__subclasses__())
        for _ in range(10):
            use(mock.MagicMock())
        assert len(mock.MagicMock.__subclasses__()) == classes
    finally:
        gc.enable()


def test_mocks_that_die_in_a_crowd_leave_few_classes_behind() -> None:
    gc.collect()
    classes = len(mock.Mock.__subclasses__())
    crowd = [mock.Mock() for _ in range(1000)]
    del crowd
    gc.collect()

    assert len(mock.Mock.__subclasses__()) < classes + 500


def test_a_class_that_somebody_holds_is_not_reused() -> None:
    first = mock.Mock()
    held = type(first)
    del first

    assert all(type(other) is not held for other in [mock.Mock() for _ in range(300)])


def test_a_class_in_a_weak_dictionary_is_not_reused() -> None:
    # As functools.singledispatch() and abstract base classes remember classes.
    first = mock.Mock()
    known = weakref.WeakKeyDictionary({type(first): "first"})
    del first

    assert all(type(other) not in known for other in [mock.Mock() for _ in range(300)])


def test_a_class_with_a_subclass_is_not_reused() -> None:
    first = mock.Mock()

    class Derived(type(first)):  # type: ignore[misc]
        pass

    name = id(type(first))
    del first
    assert name not in {id(type(other)) for other in [mock.Mock() for _ in range(300)]}
    assert Derived.__mro__[2] is mock.Mock


def test_children_do_not_keep_their_parents_alive_but_their_names() -> None:
    parent = mock.MagicMock(name="database")
    child = parent.connection.cursor
    reference = weakref.ref(parent)
    gc.disable()
    try:
        del parent
        assert reference() is None
    finally:
        gc.enable()

    child(1)
    assert repr(child).startswith("<MagicMock name='database.connection.cursor' id=")
    assert child.mock_calls == [mock.call(1)]


def test_arguments_are_released_with_a_mock_whose_child_lives() -> None:
    gc.disable()
    try:
        child, reference = _argument_of_a_dead_parent("parent")
        assert reference() is None
        assert child.call_count == 2
    finally:
        gc.enable()


def test_calls_are_not_recorded_with_a_parent_that_is_dead() -> None:
    gc.disable()
    try:
        child, reference = _argument_of_a_dead_parent("child")
        assert reference() is not None
        child.reset_mock()
        assert reference() is None
    finally:
        gc.enable()


def test_mocks_that_were_used_are_no_cycles() -> None:
    def use():
        service = mock.MagicMock()
        service.a.b(1).c(2)
        len(service), service[1], service == 3, list(service)
        with service:
            pass
        service.mock_calls
        service.reset_mock()
        service.d = mock.AsyncMock()
        service.__len__ = lambda self: 3
        return weakref.ref(service), weakref.ref(service.a.b), weakref.ref(service.d)

    gc.disable()
    try:
        assert [reference() for reference in use()] == [None, None, None]
    finally:
        gc.enable()


@pytest.mark.parametrize("name", ["MagicMock", "AsyncMock"])
def test_a_mock_takes_half_the_memory_at_most(name: str) -> None:
    def size(make) -> int:
        make()
        gc.collect()
        tracemalloc.start()
        kept = [make() for _ in range(200)]
        found, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return found if kept else 0

    keep = [getattr(mock, name)() for _ in range(200)]  # no class of a dead mock is at hand
    ours, theirs = size(getattr(mock, name)), size(getattr(std, name))
    assert keep and ours < theirs / 2


def test_magic_methods_of_a_class_whose_mock_is_gone_are_no_mocks() -> None:
    cls = type(mock.MagicMock())
    gc.collect()

    assert not isinstance(cls.__len__, mock.NonCallableMock)


def test_a_child_outlives_its_parent() -> None:
    child = mock.Mock(name="parent").child
    gc.collect()
    child(1)

    assert child.mock_calls == [mock.call(1)]
