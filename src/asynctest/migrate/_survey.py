# ruff: noqa: N802 (the methods have the names libcst calls)
"""What a function yields and returns, which decides whether it can be an ``async def``."""

from __future__ import annotations

import libcst as cst

# What can be iterated by ``yield from``, and not awaited.
NOT_AWAITABLE = (
    cst.BaseList, cst.BaseSet, cst.BaseDict, cst.Tuple, cst.GeneratorExp, cst.BaseString,
    cst.BaseNumber,
)  # fmt: skip


class Survey(cst.CSTVisitor):
    """
    The yields and returns of one function body, not of functions inside it.

    Attributes:
        awaits: ``yield from`` something that may be awaited.
        turns: ``yield`` alone.
        values: All other yields.
        returns: The return statements.
    """

    def __init__(self) -> None:
        super().__init__()
        self.awaits: list[cst.From] = []
        self.turns: list[cst.Yield] = []
        self.values: list[cst.CSTNode] = []
        self.returns: list[cst.Return] = []

    def visit_Yield(self, node: cst.Yield) -> None:
        if node.value is None:
            self.turns.append(node)
        elif isinstance(node.value, cst.From) and not isinstance(node.value.item, NOT_AWAITABLE):
            self.awaits.append(node.value)
        else:
            self.values.append(node)

    def visit_Return(self, node: cst.Return) -> None:
        self.returns.append(node)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        # Its defaults and decorators are evaluated out here, its body is not.
        self._look_at(node, node.params, *node.decorators)
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        self._look_at(node, node.params)
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        self._look_at(node, *node.bases, *node.keywords, *node.decorators)
        return False

    def visit_ListComp(self, node: cst.ListComp) -> bool:
        return self._comprehension(node, node.elt)

    def visit_SetComp(self, node: cst.SetComp) -> bool:
        return self._comprehension(node, node.elt)

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> bool:
        return self._comprehension(node, node.elt)

    def visit_DictComp(self, node: cst.DictComp) -> bool:
        return self._comprehension(node, node.key, node.value)

    def _comprehension(self, node: cst.BaseComp, *results: cst.BaseExpression) -> bool:
        # Only the first iterable is evaluated in the function itself.
        first = node.for_in
        inner = [first.inner_for_in] if first.inner_for_in else []
        self._look_at(node, *results, *first.ifs, *inner)
        first.iter.visit(self)
        return False

    def _look_at(self, place: cst.CSTNode, *nodes: cst.CSTNode) -> None:
        """Refuse yields in *nodes*: they meant something else in each old Python."""
        for node in nodes:
            inner = Survey()
            node.visit(inner)
            if inner.is_generator:
                self.values.append(place)

    @property
    def is_generator(self) -> bool:
        return bool(self.awaits or self.turns or self.values)
