# ruff: noqa: N802 (the methods have the names libcst calls)
"""
``@asyncio.coroutine`` and ``yield from`` become ``async def`` and ``await``.

The two are not the same language, so a function is surveyed before it is touched:

- ``yield from x`` is ``await x`` unless ``x`` is written down as a list or the like, which can be
  iterated and not awaited;
- a bare ``yield`` gave the loop one turn, which is ``await asyncio.sleep(0)``; a ``yield`` of a
  value has no counterpart, and in an ``async def`` would make another kind of function;
- ``with (yield from lock):`` is ``async with lock:``; what it bound by ``as`` was None;
- ``__iter__`` and ``__await__`` have to return iterators, which coroutines are not;
- a function without any ``yield`` was called when awaited, and *its result awaited too* if that
  could be done. What returns nothing or a literal is safe, the rest is left.

A function is rewritten whole or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from asynctest.migrate._imports import DropImport
from asynctest.migrate._pass import Pass
from asynctest.migrate._survey import NOT_AWAITABLE, Survey

_COROUTINE = frozenset(
    {"asyncio.coroutine", "asyncio.coroutines.coroutine", "asyncio.tasks.coroutine"}
)
# Decorators that may stand below @asyncio.coroutine: they do the same to either kind of function.
_TRANSPARENT = ("functools.wraps", "asynctest.", "unittest.", "mock.", "pytest.mark.")
_LITERAL = (*NOT_AWAITABLE, cst.Comparison, cst.UnaryOperation, cst.FormattedString)
_PRIMARY = (
    cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.BaseList, cst.BaseSet, cst.BaseDict,
    cst.BaseString, cst.BaseNumber,
)  # fmt: skip


# What these return is iterated, or asked for its next value, by Python itself.
_ITERATORS = frozenset({"__iter__", "__await__", "__next__", "__aiter__"})
_NO_LOCK = "if this is a lock, it cannot be entered so since Python 3.9: write async with"


@dataclass
class _Plan:
    """What becomes of one function: its decorator, and the module to sleep with."""

    decorator: cst.Decorator | None = None
    asyncio: cst.BaseExpression | None = None
    is_rewritten: bool = False


class Coroutines(Pass):
    """Rewrite functions decorated with ``asyncio.coroutine``."""

    # The second finds the generators that others await, also when all decorators are gone.
    words = re.compile(r"\bcoroutine\b|\byield\s+from\b|\bwith\s*\(?\s*await\b")

    def __init__(self) -> None:
        super().__init__()
        self._plans: list[_Plan] = []
        self._decorators: set[cst.BaseExpression] = set()
        self._is_name_used = False
        self._has_asyncio = False

    def visit_Module(self, node: cst.Module) -> None:
        self._plain_generators = _plain_generators(node)

    def visit_Import(self, node: cst.Import) -> None:
        self._has_asyncio |= any(
            alias.evaluated_name == "asyncio" and alias.asname is None for alias in node.names
        )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._plans.append(self._plan(node))

    def _plan(self, node: cst.FunctionDef) -> _Plan:
        at = [
            index
            for index, decorator in enumerate(node.decorators)
            if self.is_imported(decorator.decorator, _COROUTINE)
        ]
        if not at:
            return _Plan()
        decorator = node.decorators[at[0]]
        self._decorators.add(decorator.decorator)
        asyncio = self._asyncio_beside(decorator.decorator)
        survey = Survey()
        node.body.visit(survey)
        refusal = self._refusal(node, at[0], survey, asyncio)
        if refusal:
            self.note(*refusal)
            self._is_name_used |= isinstance(decorator.decorator, cst.Name)
            return _Plan()
        return _Plan(decorator, asyncio, is_rewritten=True)

    def _asyncio_beside(self, decorator: cst.BaseExpression) -> cst.BaseExpression | None:
        if isinstance(decorator, cst.Attribute) and self.is_imported(decorator.value, ["asyncio"]):
            return decorator.value
        return cst.Name("asyncio") if self._has_asyncio else None

    def _refusal(
        self,
        node: cst.FunctionDef,
        index: int,
        survey: Survey,
        asyncio: cst.BaseExpression | None,
    ) -> tuple[cst.CSTNode, str] | None:
        """Return where and why the function cannot be rewritten."""
        if node.name.value in _ITERATORS:
            return node, f"{node.name.value}() has to return an iterator: decorate a helper instead"
        below = node.decorators[index + 1 :]
        for decorator in below:
            if not any(
                name.startswith(_TRANSPARENT) for name in self.imported(decorator.decorator)
            ):
                return decorator, "a decorator below @asyncio.coroutine: decide what it decorates"
        if survey.values:
            return survey.values[
                0
            ], "this yield has no counterpart in an async def: rewrite it by hand"
        if survey.turns and asyncio is None:
            return survey.turns[0], "a bare yield is `await asyncio.sleep(0)`: import asyncio"
        if not survey.is_generator and not node.asynchronous:
            for found in survey.returns:
                if not _is_plain(found.value):
                    return (
                        found,
                        "@asyncio.coroutine awaits this result if it can: write an async def",
                    )
        return None

    def visit_Lambda(self, node: cst.Lambda) -> None:
        self._plans.append(_Plan())

    def leave_Lambda(self, original_node: cst.Lambda, updated_node: cst.Lambda) -> cst.Lambda:
        self._plans.pop()
        return updated_node

    def visit_Await(self, node: cst.Await) -> None:
        self._note_plain_generator(node, node.expression)

    def visit_Name(self, node: cst.Name) -> None:
        self._note_other_use(node)

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self._note_other_use(node)

    def _note_other_use(self, node: cst.Name | cst.Attribute) -> None:
        if node not in self._decorators and self.is_imported(node, _COROUTINE):
            self._is_name_used |= isinstance(node, cst.Name)
            self.note(node, "asyncio.coroutine is gone since Python 3.11: write an async def")

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False  # the name in an import statement is no use of it

    def _note_plain_generator(self, node: cst.CSTNode, operand: cst.BaseExpression) -> None:
        if not isinstance(operand, cst.Call):
            return
        called = operand.func
        name = called.attr if isinstance(called, cst.Attribute) else called
        if isinstance(name, cst.Name) and name.value in self._plain_generators:
            text = f"`{name.value}` is a generator function without @asyncio.coroutine"
            self.note(node, f"{text}: make it an async def, or decorate it with types.coroutine")

    def leave_Yield(self, original_node: cst.Yield, updated_node: cst.Yield) -> cst.BaseExpression:
        plan = self._plans[-1] if self._plans else _Plan()
        if not plan.is_rewritten:
            return updated_node
        if isinstance(updated_node.value, cst.From):
            space = updated_node.value.whitespace_after_from
            assert not isinstance(space, cst.MaybeSentinel)  # the parser leaves none
            awaited = cst.Await(_operand(updated_node.value.item), whitespace_after_await=space)
        else:
            assert plan.asyncio is not None
            sleep = cst.Attribute(plan.asyncio.deep_clone(), cst.Name("sleep"))
            awaited = cst.Await(cst.Call(sleep, [cst.Arg(cst.Integer("0"))]))
        return awaited.with_changes(lpar=updated_node.lpar, rpar=updated_node.rpar)

    def visit_With(self, node: cst.With) -> None:
        if node.asynchronous:
            return
        for item in node.items:
            left = _is_awaited(item.item) and not self._becomes_async_with(node)
            if left or isinstance(item.item, cst.Await):
                self.note(item.item, _NO_LOCK)

    def _becomes_async_with(self, node: cst.With) -> bool:
        """Tell whether all that is entered is a lock, by the way of before ``async with``."""
        return (
            bool(self._plans)
            and self._plans[-1].is_rewritten
            and all(_is_lock(item.item) and item.asname is None for item in node.items)
        )

    def leave_With(self, original_node: cst.With, updated_node: cst.With) -> cst.With:
        if original_node.asynchronous or not self._becomes_async_with(original_node):
            return updated_node
        items = []
        for item in updated_node.items:
            assert isinstance(item.item, cst.Await)
            items.append(item.with_changes(item=item.item.expression))
        return updated_node.with_changes(items=items, asynchronous=cst.Asynchronous())

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        plan = self._plans.pop()
        if plan.decorator is None:
            return updated_node
        index = next(at for at, old in enumerate(original_node.decorators) if old is plan.decorator)
        return _without_decorator(updated_node, index).with_changes(
            asynchronous=updated_node.asynchronous or cst.Asynchronous()
        )

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        if self._is_name_used:
            return updated_node
        return DropImport("asyncio", "coroutine").apply(updated_node)


def _is_awaited(item: cst.BaseExpression) -> bool:
    """Tell whether it is ``yield from`` something."""
    return isinstance(item, cst.Yield) and isinstance(item.value, cst.From)


def _is_lock(item: cst.BaseExpression) -> bool:
    """Tell whether it is ``yield from`` an object; what a call gives is not known."""
    if not (isinstance(item, cst.Yield) and isinstance(item.value, cst.From)):
        return False
    return isinstance(item.value.item, (cst.Name, cst.Attribute, cst.Subscript))


def _plain_generators(module: cst.Module) -> set[str]:
    """Return the names of undecorated functions of *module* that only delegate."""
    found: set[str] = set()

    class Finder(cst.CSTVisitor):
        def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
            survey = Survey()
            node.body.visit(survey)
            if survey.awaits and not node.decorators and not node.asynchronous:
                found.add(node.name.value)

    module.visit(Finder())
    return found


def _is_plain(value: cst.BaseExpression | None) -> bool:
    """Tell whether a returned expression is certainly nothing that can be awaited."""
    if isinstance(value, cst.Name):
        return value.value in {"None", "True", "False"}
    return value is None or isinstance(value, _LITERAL)


def _operand(item: cst.BaseExpression) -> cst.BaseExpression:
    """Return *item* as ``await`` takes it: it binds tighter than ``yield from``."""
    if isinstance(item, _PRIMARY) or item.lpar:
        return item
    return item.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _without_decorator(node: cst.FunctionDef, index: int) -> cst.FunctionDef:
    """Return the function without one decorator, with the comments that stood above it."""
    gone = node.decorators[index]
    decorators = [*node.decorators[:index], *node.decorators[index + 1 :]]
    comments = [line for line in gone.leading_lines if line.comment]
    if index < len(decorators):
        below = decorators[index]
        decorators[index] = below.with_changes(leading_lines=[*comments, *below.leading_lines])
        return node.with_changes(decorators=decorators)
    return node.with_changes(
        decorators=decorators,
        lines_after_decorators=[*comments, *node.lines_after_decorators],
    )
