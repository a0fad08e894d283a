# ruff: noqa: N802 (the methods have the names libcst calls)
"""Import statements: take a name out, put another in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.helpers import get_full_name_for_node

from asynctest.migrate._pass import GONE, without_gone_lines

if TYPE_CHECKING:
    from collections.abc import Sequence


class DropImport(cst.CSTTransformer):
    """
    Take *name* out of ``from module import ...``.

    A statement left empty goes, or becomes ``pass`` where its block needs one.

    Args:
        module: The full name of the module imported from.
        name: The name in that module.
        replacement: The name imported in its place; none by default.
    """

    def __init__(self, module: str, name: str, replacement: str | None = None) -> None:
        super().__init__()
        self._module = module
        self._name = name
        self._replacement = replacement

    def apply(self, module: cst.Module) -> cst.Module:
        """Return *module* without the import."""
        return without_gone_lines(module.visit(self))

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        if updated_node.body:
            return updated_node
        # libcst drops a line that lost its statement, with the comments above it.
        has_comment = any(line.comment for line in updated_node.leading_lines)
        return updated_node.with_changes(body=[GONE]) if has_comment else cst.RemoveFromParent()

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        if isinstance(updated_node.names, cst.ImportStar) or updated_node.relative:
            return updated_node
        if updated_node.module is None or full_name(updated_node.module) != self._module:
            return updated_node
        taken = {alias.evaluated_name for alias in updated_node.names}
        if self._name not in taken:
            return updated_node
        names = list(updated_node.names)
        index = next(at for at, alias in enumerate(names) if alias.evaluated_name == self._name)
        if self._replacement and self._replacement not in taken:
            names[index] = names[index].with_changes(name=cst.Name(self._replacement))
        else:
            names = without(names, index)
        return updated_node.with_changes(names=names) if names else cst.RemoveFromParent()


def full_name(node: cst.CSTNode) -> str:
    """Return ``a.b.c`` of a dotted name."""
    return get_full_name_for_node(node) or ""


def without(names: Sequence[cst.ImportAlias], index: int) -> list[cst.ImportAlias]:
    """Return *names* without one; the comma after the last stays as it was."""
    kept = [*names[:index], *names[index + 1 :]]
    if kept and index == len(kept):
        kept[-1] = kept[-1].with_changes(comma=names[index].comma)
    return kept
