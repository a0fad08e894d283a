# ruff: noqa: N802 (the methods have the names libcst calls)
"""
Imports of ``asynctest`` become imports of the four packages (``--to-packages``).

A module is read twice. The first reading finds what every ``asynctest.name`` stands for; only
then is it known which packages ``import asynctest`` has to become. What has no place in the
packages keeps its import of ``asynctest``, and is listed.

The test cases of the packages check more than those of asynctest did, so classes that inherit from
one get the decorator ``lenient``, below their own decorators: their tests mean what they meant. Not
if it is not certain that the base class is asynctest's: it may be imported in a branch.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import QualifiedNameProvider

from asynctest.migrate._homes import (
    CASES,
    DIFFERENT,
    DISSOLVED,
    HOMES,
    HOOKS,
    LENIENT,
    MODULES,
    NEW_CASES,
)
from asynctest.migrate._imports import full_name
from asynctest.migrate._pass import Pass, without_gone_lines
from asynctest.migrate._statements import added, binds, closed, dotted, lines, names_asynctest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_NO_HOME = "has no place in the four packages: asynctest stays imported for it"
_NOT_CALLED = "is not called by the test cases of the packages:"


class Packages(Pass):
    """Import from the packages, and name them where ``asynctest`` was named."""

    # The packages' own names too: what is left is told again when the imports are rewritten.
    words = re.compile(r"\b(asynctest|asyncloop_testcase|asyncio_fakeclock)\b")

    def __init__(self) -> None:
        super().__init__()
        self._uses: dict[cst.CSTNode, tuple[str, str | None]] = {}
        self._left: set[str] = set()
        self._present: set[str] = set()
        self._depth = 0
        self._classes: dict[cst.ClassDef, str] = {}
        self._lenient_is_named = False
        self._lenient_is_taken = False

    def visit_Module(self, node: cst.Module) -> None:
        self._lenient_is_taken = binds(node, LENIENT.rpartition(".")[2])
        node.visit(_Uses(self._learn, self._learn_class))
        for statement in node.body:
            if isinstance(statement, cst.SimpleStatementLine):
                for small in statement.body:
                    if isinstance(small, cst.Import):
                        self._present.update(
                            alias.evaluated_name for alias in small.names if not alias.asname
                        )

    def _learn(self, node: cst.Name | cst.Attribute) -> bool:
        """Take in what a name stands for; return whether to look inside it."""
        names = {name for name in self.imported(node) if name.split(".")[0] == "asynctest"}
        if not names:
            return True
        for name in sorted(names & DIFFERENT.keys())[:1]:
            self.change(node, f"another {name.rpartition('.')[2]}: {DIFFERENT[name]}")
        root: cst.BaseExpression = node
        while isinstance(root, cst.Attribute):
            root = root.value
        if not isinstance(root, cst.Name):
            return True  # `asynctest.patch("x").start`: an attribute of a result
        dissolved = self.imported(root) & DISSOLVED
        if not dissolved:
            return False  # the import statement alone is rewritten
        name = min(names & DISSOLVED or names)  # a name may be bound more than once
        if name in HOMES:
            self._uses[node] = HOMES[name]
        elif name in MODULES:
            self._uses[node] = (MODULES[name], None)
        elif any(name.startswith(f"{home}.") for home in HOMES):
            return True
        else:
            self._left |= dissolved
            self.note(node, f"{name} {_NO_HOME}")
        return False

    def _learn_class(self, node: cst.ClassDef) -> None:
        """Take in whether a class inherits from a test case, and how it names it."""
        for base in node.bases:
            if self.is_imported(base.value, CASES) and not self._has_checks(node):
                self._give_checks(node, base.value)
        if any(self.is_imported(base.value, CASES | NEW_CASES) for base in node.bases):
            for member in node.body.body:
                if isinstance(member, cst.FunctionDef) and member.name.value in HOOKS:
                    name = member.name.value
                    self.note(member, f"{name}() {_NOT_CALLED} {HOOKS[name]}")

    def _has_checks(self, node: cst.ClassDef) -> bool:
        """Tell whether a decorator says about all checks whether they are on."""
        given = [decorator.decorator for decorator in node.decorators]
        given += [each.func for each in given if isinstance(each, cst.Call)]
        names = {name for each in given for name in self.imported(each)}
        return any(
            name.split(".")[0] in ("asynctest", "asyncloop_testcase")
            and name.rpartition(".")[2] in ("lenient", "strict")
            for name in names
        )

    def _give_checks(self, node: cst.ClassDef, base: cst.BaseExpression) -> None:
        """Have a class decorated, unless its base class may be another one than asynctest's."""
        known = self.get_metadata(QualifiedNameProvider, base, set())
        others = {name.name for name in known} - CASES
        if others:
            others_named = ", ".join(sorted(others))
            self.change(
                node,
                f"the base class may be {others_named}, too: where it is that of the packages, all "
                "of its checks are on, unless you decorate the class with lenient there",
            )
            return
        is_dotted = isinstance(base, cst.Attribute) or self._lenient_is_taken
        self._classes[node] = LENIENT if is_dotted else LENIENT.rpartition(".")[2]
        self._lenient_is_named |= not isinstance(base, cst.Attribute)

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        self._depth += 1

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        self._depth -= 1
        return updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return self._replaced(original_node, updated_node)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return self._replaced(original_node, updated_node)

    def _replaced(
        self, original: cst.CSTNode, updated: cst.Name | cst.Attribute
    ) -> cst.BaseExpression:
        if original not in self._uses:
            return updated
        package, name = self._uses[original]
        home = dotted(package)
        if name is None:
            return home.with_changes(lpar=updated.lpar, rpar=updated.rpar)
        assert isinstance(updated, cst.Attribute)  # what is in a module is named by it
        return updated.with_changes(value=home, attr=cst.Name(name))

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        if original_node not in self._classes:
            return updated_node
        lenient = cst.Decorator(cst.parse_expression(self._classes[original_node]))
        return updated_node.with_changes(decorators=[*updated_node.decorators, lenient])

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        if len(original_node.body) != 1:
            for small in original_node.body:
                if isinstance(small, (cst.Import, cst.ImportFrom)) and names_asynctest(small):
                    self.note(small, "an import of asynctest beside other statements is left")
            return updated_node
        (small,) = original_node.body
        if isinstance(small, cst.Import) and names_asynctest(small):
            imports = list(self._import(small))
        elif isinstance(small, cst.ImportFrom) and names_asynctest(small):
            imports = list(self._import_from(small))
        else:
            return updated_node
        if imports == [small]:
            return updated_node
        return lines(updated_node, imports)

    def _import(self, statement: cst.Import) -> Iterator[cst.BaseSmallStatement]:
        kept: list[cst.ImportAlias] = []
        needed: set[str] = set()
        for alias in statement.names:
            name = alias.evaluated_name
            if name.split(".")[0] != "asynctest":
                kept.append(alias)
            elif alias.asname is not None and name in MODULES:
                kept.append(alias.with_changes(name=dotted(MODULES[name])))
            else:
                bound = name if alias.asname is not None else "asynctest"
                packages = self._packages_of_uses()
                needed |= packages
                if bound in self._left or not packages:
                    kept.append(alias)
        yield from self._plain_imports(needed)
        if [*kept] == [*statement.names]:
            yield statement
        elif kept:
            kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            yield statement.with_changes(names=kept)

    def _packages_of_uses(self) -> set[str]:
        packages = {package for package, _ in self._uses.values()}
        if LENIENT in self._classes.values():
            packages.add(LENIENT.partition(".")[0])
        return packages

    def _plain_imports(self, packages: set[str]) -> Iterator[cst.Import]:
        for package in sorted(packages - self._present):
            yield cst.Import([cst.ImportAlias(dotted(package))])
        if self._depth == 0:
            self._present |= packages

    def _import_from(self, statement: cst.ImportFrom) -> Iterator[cst.BaseSmallStatement]:
        assert statement.module is not None
        owner = full_name(statement.module)
        if isinstance(statement.names, cst.ImportStar):
            self.note(statement, f"from {owner} import *: name what is imported")
            yield statement
            return
        groups: dict[str, list[cst.ImportAlias]] = {}
        for alias in statement.names:
            name = f"{owner}.{alias.evaluated_name}"
            if name in HOMES:
                groups.setdefault(HOMES[name][0], []).append(alias)
            elif name in MODULES:
                bound = alias.asname or cst.AsName(cst.Name(alias.evaluated_name))
                bound = bound.with_changes(
                    whitespace_before_as=cst.SimpleWhitespace(" "),
                    whitespace_after_as=cst.SimpleWhitespace(" "),
                )
                yield cst.Import([cst.ImportAlias(dotted(MODULES[name]), bound)])
            elif name in DISSOLVED and name not in self._left and self._uses:
                yield from self._plain_imports(self._packages_of_uses())
            else:
                if name not in DISSOLVED:
                    self.note(statement, f"{name} {_NO_HOME}")
                groups.setdefault(owner, []).append(alias)
        if self._needs_lenient(owner, statement.names):
            package, _, lenient = LENIENT.rpartition(".")
            if self._lenient_is_taken:
                yield from self._plain_imports({package})
            elif package in groups:
                groups[package].append(added(lenient, groups[package]))
            else:
                yield cst.ImportFrom(cst.Name(package), [cst.ImportAlias(cst.Name(lenient))])
        for package, aliases in groups.items():
            module = statement.module if package == owner else dotted(package)
            names = closed(aliases, statement)
            yield (
                statement.with_changes(module=module, names=names)
                if (package != owner or len(names) != len(statement.names))
                else statement
            )

    def _needs_lenient(self, owner: str, aliases: Sequence[cst.ImportAlias]) -> bool:
        """Tell whether a test case was imported without the decorator that its classes get."""
        names = {alias.evaluated_name for alias in aliases}
        has_case = CASES & {f"{owner}.{name}" for name in names}
        lenient = LENIENT.rpartition(".")[2]
        return bool(self._lenient_is_named and has_case and lenient not in names)

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        return without_gone_lines(updated_node)


class _Uses(cst.CSTVisitor):
    """Calls back with each class, and each name and dotted name outside of import statements."""

    def __init__(
        self,
        learn: Callable[[cst.Name | cst.Attribute], bool],
        learn_class: Callable[[cst.ClassDef], None],
    ) -> None:
        super().__init__()
        self._learn = learn
        self.visit_ClassDef = learn_class  # type: ignore[method-assign,assignment]

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return self._learn(node)

    def visit_Name(self, node: cst.Name) -> bool:
        return self._learn(node)
