# ruff: noqa: N802 (the methods have the names libcst calls)
"""
Names that asyncio has lost, apart from ``coroutine`` and ``loop=``.

``Task.all_tasks`` and ``Task.current_task`` became functions of asyncio. Where they are patched the
tested code has to be looked at, too, so that is listed, as are names without a successor.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from asynctest.migrate._pass import Pass

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOVED = ("all_tasks", "current_task")
_GONE = {
    "asyncio.JoinableQueue": "use asyncio.Queue",
    "asyncio.compat": "take what it did from the Python that runs",
    "asyncio.coroutines.CoroWrapper": "there are no wrapped coroutines any more",
    "asyncio.test_utils": "write asyncio's helpers for tests yourself",
}
_WORDS = "|".join([*_MOVED, *(name.rpartition(".")[2] for name in _GONE)])
_MODULES = ("asyncio", "asyncio.tasks")
_TASKS = ("asyncio.Task", "asyncio.tasks.Task")


class Gone(Pass):
    """Rewrite ``asyncio.Task.all_tasks()``, and list other names that are gone."""

    words = re.compile(rf"\b({_WORDS})\b")

    def __init__(self) -> None:
        super().__init__()
        self._left: set[cst.CSTNode] = set()

    def visit_Call(self, node: cst.Call) -> None:
        for argument, name in _patched(node):
            owner = self.imported(argument) if isinstance(argument, cst.Attribute) else frozenset()
            if isinstance(argument, cst.Name):
                owner = self.imported(argument)
            if name in _MOVED and not owner.isdisjoint(_TASKS):
                self.note(node, f"Task.{name} is gone since Python 3.9: patch asyncio.{name}")

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        text = node.evaluated_value
        owner, _, name = (text if isinstance(text, str) else "").rpartition(".")
        if name in _MOVED and owner in _TASKS:
            self.note(node, f"Task.{name} is gone since Python 3.9: patch asyncio.{name}")

    def visit_Attribute(self, node: cst.Attribute) -> None:
        for name in self.imported(node):
            if name in _GONE:
                self.note(node, f"{name} is gone from Python: {_GONE[name]}")

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        name = original_node.attr.value
        if name not in _MOVED or not self.is_imported(original_node.value, _TASKS):
            return updated_node
        owner = original_node.value
        if isinstance(owner, cst.Attribute) and self.is_imported(owner.value, _MODULES):
            return updated_node.with_changes(value=owner.value.deep_clone())
        self.note(original_node, f"Task.{name} is gone since Python 3.9: use asyncio.{name}")
        return updated_node


def _patched(call: cst.Call) -> Iterator[tuple[cst.BaseExpression, str]]:
    """Yield an object and a string that follows it among the arguments: patch.object, getattr."""
    for first, second in zip(call.args, call.args[1:], strict=False):
        if isinstance(second.value, cst.SimpleString):
            text = second.value.evaluated_value
            if isinstance(text, str):
                yield first.value, text
