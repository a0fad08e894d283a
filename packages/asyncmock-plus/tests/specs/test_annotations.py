"""What a spec knows beyond its values: annotations, fields, type parameters, signatures."""

import asyncio
import dataclasses
import functools
import inspect
from typing import Generic, NamedTuple, Protocol, TypeVar

import asyncmock_plus as mock
import pytest

T = TypeVar("T")


class Named(Protocol):
    name: str

    async def go(self) -> int: ...


class Plain:
    size: int
    known: int = 3


class Derived(Plain):
    more: "unknown.Type"  # noqa: F821 - nobody evaluates it


class Repo(Generic[T]):
    async def find(self, key: int) -> T: ...


@dataclasses.dataclass
class Point:
    x: int
    y: "str" = ""
    other: "unknown.Type" = None  # noqa: F821 - nobody evaluates it


class Row(NamedTuple):
    a: int


class Cached:
    @functools.lru_cache  # noqa: B019
    def read(self, key): ...


@pytest.mark.parametrize(
    ("spec", "names"),
    [(Named, ["name"]), (Plain, ["size", "known"]), (Derived, ["size", "more"]),
     (Point, ["x", "y", "other"]), (Row, ["a"])],
)  # fmt: skip
@pytest.mark.parametrize(
    "make",
    [
        lambda spec: mock.create_autospec(spec, instance=True),
        lambda spec: mock.Mock(spec=spec),
        lambda spec: mock.MagicMock(spec_set=spec),
    ],
)
def test_annotated_attributes_are_in_the_spec(make, spec, names) -> None:
    made = make(spec)

    for name in names:
        assert isinstance(getattr(made, name), mock.NonCallableMock) or spec is Plain
        assert name in dir(made)
    with pytest.raises(AttributeError):
        made.nothing_like_it


def test_the_mock_of_a_class_has_what_the_class_has() -> None:
    for spec in (Plain, Point):
        made = mock.create_autospec(spec)
        with pytest.raises(AttributeError):
            made.size if spec is Plain else made.x  # noqa: B018
    assert isinstance(mock.create_autospec(Plain)().size, mock.NonCallableMock)


def test_fields_are_specified_by_the_class_that_they_are_annotated_with() -> None:
    point = mock.create_autospec(Point, instance=True)

    point.y.upper()
    with pytest.raises(AttributeError):
        point.y.uper()
    assert isinstance(point.x, mock.NonCallableMock)
    point.other.anything()


@pytest.mark.parametrize(
    "make",
    [
        lambda: mock.create_autospec(Point, instance=True),
        lambda: mock.create_autospec(Point(1)),
        lambda: mock.create_autospec(Point)(1),
        lambda: mock.Mock(spec=Point),
        lambda: mock.MagicMock(spec=Point(1)),
    ],
)
def test_the_mock_of_a_dataclass_is_one(make) -> None:
    point = make()
    point.x = 3

    assert dataclasses.is_dataclass(point)
    assert [field.name for field in dataclasses.fields(point)] == ["x", "y", "other"]
    assert dataclasses.asdict(point)["x"] == 3


def test_other_mocks_are_no_dataclasses() -> None:
    mock.Mock(spec=Point)  # whose class is used again
    for made in (mock.Mock(), mock.Mock(spec=Plain), mock.MagicMock()):
        assert not dataclasses.is_dataclass(made)


def test_a_class_with_type_parameters_is_the_class() -> None:
    ways = [
        mock.create_autospec(Repo[int], instance=True),
        mock.create_autospec(Repo[int])(),
        mock.Mock(spec=Repo[int]),
        mock.MagicMock(spec_set=Repo[int]),
    ]
    for made in ways:
        made.find.return_value = 3
        assert asyncio.run(made.find(1)) == 3
        assert isinstance(made, Repo)
        with pytest.raises(AttributeError):
            made.nothing


def test_cached_methods_have_the_signature_of_the_function() -> None:
    for made in (mock.create_autospec(Cached, instance=True), mock.create_autospec(Cached())):
        made.read(1)
        with pytest.raises(TypeError):
            made.read()


def test_methods_of_a_specified_mock_have_signatures_that_nobody_checks() -> None:
    made = mock.Mock(spec=Repo)

    assert list(inspect.signature(made.find).parameters) == ["key"]
    asyncio.run(made.find("any", "number"))
