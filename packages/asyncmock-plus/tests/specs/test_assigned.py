"""Attributes that instances get by assignment are known without an instance."""

import dataclasses

import pytest
from asyncmock_plus import MagicMock, Mock, create_autospec
from asyncmock_plus._specs.assigned import assigned_names


class Base:
    declared: int = 1

    def __init__(self, name, other=None):
        self.name = name
        self.first, self.second = 1, 2
        self.annotated: int = 3
        if other:
            self.conditional = other
            other.strange = 1
        self.closed_over = None
        self.undo = lambda: self.closed_over

    async def start(self):
        self.started = True

    @property
    def value(self):
        self._value = 1
        return self._value

    @staticmethod
    def static(other):
        pass

    def no_assignment(self):
        return self.read_only


class Derived(Base):
    def __init__(self):
        super().__init__("name")
        self.own = 1


ASSIGNED = {"name", "first", "second", "annotated", "conditional", "closed_over", "undo"}
ASSIGNED |= {"started", "_value"}


def test_names_that_methods_assign_are_found() -> None:
    assert set(assigned_names(Base)) == ASSIGNED


def test_names_of_the_bases_are_found() -> None:
    assert set(assigned_names(Derived)) == ASSIGNED | {"own"}


@pytest.mark.parametrize("cls", [object, dict, OSError, type("Empty", (), {})])
def test_classes_without_any_have_none(cls: type) -> None:
    assert assigned_names(cls) == ()


@pytest.mark.parametrize("kind", [Mock, MagicMock])
@pytest.mark.parametrize("option", ["spec", "spec_set"])
def test_instance_made_by_a_mocked_class_has_them(kind, option: str) -> None:
    made = kind(**{option: Derived})()

    made.name = "x"
    made.own.method(1)
    assert made.name == "x"
    assert made.own.method.call_count == 1
    assert {"name", "own", "start", "declared"} <= set(dir(made))


def test_other_names_are_refused_all_the_same() -> None:
    with pytest.raises(AttributeError, match="strange"):
        Mock(Base)().strange


def test_autospec_goes_by_what_the_class_has() -> None:
    assert not hasattr(create_autospec(Base, instance=True), "name")
    assert not hasattr(create_autospec(Base)(1), "name")


def test_nothing_of_the_class_runs() -> None:
    ran = []

    class Loud:
        def __init__(self):
            ran.append("init")
            self.state = 1

        def __getattr__(self, name):
            ran.append(name)

    assert Mock(Loud)().state is not None
    assert ran == []


def test_fields_of_a_dataclass_stay_what_they_are() -> None:
    @dataclasses.dataclass
    class Point:
        x: int

        def move(self) -> None:
            self.moved = True

    made = Mock(Point)()

    assert made.x is not None
    assert made.moved is not None
