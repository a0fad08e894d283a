"""The private names of ``unittest.mock`` that are used exist, and are what they are taken for."""

import ast
import inspect
import sys
import unittest.mock as std
from pathlib import Path

import asyncmock_plus
from asyncmock_plus import _cpython

SOURCES = Path(asyncmock_plus.__file__).parent


def names(path: Path) -> set[str]:
    """Return the attributes of ``std`` that a module names."""
    return {
        node.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("std", "_std", "mock")
    }


def test_private_names_are_there() -> None:
    missing = [name for name in names(SOURCES / "_cpython.py") if not hasattr(std, name)]
    assert missing == [], f"unittest.mock of {sys.version.split()[0]} dropped {missing}"


def test_signatures_have_the_slots_that_are_filled_in_late() -> None:
    slots = inspect.Signature.__slots__
    assert sorted(slots) == ["_parameters", "_return_annotation"], (
        f"inspect.Signature of {sys.version.split()[0]} has the slots {slots}: see LateSignature"
    )


def test_other_modules_use_public_classes_only() -> None:
    for path in SOURCES.rglob("*.py"):
        if path.name != "_cpython.py" and path.parent.name != "_patching":
            private = {name for name in names(path) if name[:1] == "_" != name[1:2]}
            assert not {name for name in private if hasattr(std, name)}, path.name


def test_call_objects_have_the_attributes_that_are_set() -> None:
    made, own = std.call(1, a=2), std.Mock()
    own(1, a=2)
    assert {"_mock_name", "_mock_parent", "_mock_from_kall"} == {*vars(own.call_args)}, (
        "call objects are built by hand in _mocks/records.py and lack an attribute now"
    )
    assert type(made) is _cpython.Call
    assert tuple(own.call_args) == ((1,), {"a": 2})
    assert tuple(own.mock_calls[0]) == ("", (1,), {"a": 2})


def test_magic_methods_are_known() -> None:
    assert {"__len__", "__aenter__", "__aiter__"} <= _cpython.DEFAULT_MAGICS
    assert "__init__" in _cpython.UNSUPPORTED_MAGICS
    assert _cpython.DEFAULT_MAGICS < _cpython.ALL_MAGICS
