# ruff: noqa: N802 (the methods have the names libcst calls)
"""``asynctest.ignore_loop``, deprecated since asynctest 0.8, becomes ``fail_on``."""

from __future__ import annotations

import re

import libcst as cst

from asynctest.migrate._imports import DropImport
from asynctest.migrate._pass import Pass

_OWNERS = ("asynctest", "asynctest.case", "asyncloop_testcase")
_OLD = frozenset(f"{owner}.ignore_loop" for owner in _OWNERS)


class IgnoreLoop(Pass):
    """Rewrite ``ignore_loop`` as ``fail_on(unused_loop=False)``, called or not."""

    words = re.compile(r"\bignore_loop\b")

    def __init__(self) -> None:
        super().__init__()
        self._imported_names: set[cst.CSTNode] = set()

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        # The import itself is renamed at the end.
        return False

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return self._rewrite(original_node, updated_node)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return self._rewrite(original_node, updated_node)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        # ``ignore_loop()`` gave the decorator that ``ignore_loop`` is.
        if self.is_imported(original_node.func, _OLD) and not original_node.args:
            return updated_node.func
        return updated_node

    def _rewrite(
        self, original: cst.Name | cst.Attribute, updated: cst.Name | cst.Attribute
    ) -> cst.BaseExpression:
        if not self.is_imported(original, _OLD):
            return updated
        if isinstance(updated, cst.Attribute):
            func: cst.BaseExpression = updated.with_changes(attr=cst.Name("fail_on"))
        elif updated.value == "ignore_loop":
            func = updated.with_changes(value="fail_on")
        else:  # from asynctest import ignore_loop as updated.value
            func = updated
        return cst.parse_expression("_(unused_loop=False)").with_changes(func=func)

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        for owner in _OWNERS:
            updated_node = DropImport(owner, "ignore_loop", "fail_on").apply(updated_node)
        return updated_node
