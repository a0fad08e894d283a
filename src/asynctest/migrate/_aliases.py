# ruff: noqa: N802 (the methods have the names libcst calls)
"""Assertion methods under the names that Python 3.12 removed from ``unittest``."""

from __future__ import annotations

import re

import libcst as cst

from asynctest.migrate._pass import Pass

_RENAMED = {
    "assertEquals": "assertEqual",
    "assertNotEquals": "assertNotEqual",
    "assert_": "assertTrue",
    "assertAlmostEquals": "assertAlmostEqual",
    "assertNotAlmostEquals": "assertNotAlmostEqual",
    "assertRegexpMatches": "assertRegex",
    "assertNotRegexpMatches": "assertNotRegex",
    "assertRaisesRegexp": "assertRaisesRegex",
    "failUnlessEqual": "assertEqual",
    "failIfEqual": "assertNotEqual",
    "failUnlessAlmostEqual": "assertAlmostEqual",
    "failIfAlmostEqual": "assertNotAlmostEqual",
    "failUnless": "assertTrue",
    "failUnlessRaises": "assertRaises",
    "failIf": "assertFalse",
}
_SUBSET = "assertDictContainsSubset"


class Aliases(Pass):
    """Rename removed assertion methods of ``self``, ``cls``, ``super()`` and the class itself."""

    words = re.compile(rf"\b({'|'.join(_RENAMED)}|{_SUBSET})\b")

    def __init__(self) -> None:
        super().__init__()
        self._own: set[str] = set()

    def visit_Module(self, node: cst.Module) -> None:
        own = self._own

        class Finder(cst.CSTVisitor):
            def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
                own.add(node.name.value)

        node.visit(Finder())

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        name = original_node.attr.value
        if (name not in _RENAMED and name != _SUBSET) or not self._is_case(original_node.value):
            return updated_node
        if name in self._own:
            self.note(original_node, f"{name}() is defined in this module, and is left alone")
            return updated_node
        if name == _SUBSET:
            text = "is gone since Python 3.12: compare with {**whole, **part} by assertEqual"
            self.note(original_node, f"{name}() {text}")
            return updated_node
        return updated_node.with_changes(attr=cst.Name(_RENAMED[name]))

    def _is_case(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.Call):
            return isinstance(node.func, cst.Name) and node.func.value == "super"
        if isinstance(node, cst.Name) and node.value in {"self", "cls"}:
            return True
        return self.is_imported(node, ("unittest.TestCase", "asynctest.TestCase"))
