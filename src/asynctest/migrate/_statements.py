"""Import statements: what they name, and how one becomes several with the comments it had."""

from __future__ import annotations

import libcst as cst
from libcst.metadata import (
    BuiltinAssignment,
    ImportAssignment,
    MetadataWrapper,
    ScopeProvider,
)

from asynctest.migrate._imports import full_name
from asynctest.migrate._pass import GONE, comment_after


def dotted(package: str) -> cst.Name | cst.Attribute:
    """Return the expression of a package or of a module in it."""
    home: cst.Name | cst.Attribute | None = None
    for part in package.split("."):
        home = cst.Name(part) if home is None else cst.Attribute(home, cst.Name(part))
    assert home is not None
    return home


def binds(module: cst.Module, name: str) -> bool:
    """Tell whether the module has something of its own under a name, or from somewhere else."""
    scope = MetadataWrapper(module, unsafe_skip_copy=True).resolve(ScopeProvider)[module]
    assert scope is not None
    return any(
        not (
            isinstance(assignment, ImportAssignment)
            and str(assignment.get_module_name_for_import()).split(".")[0]
            in ("asynctest", "asyncloop_testcase")
        )
        for assignment in scope[name]
        if not isinstance(assignment, BuiltinAssignment)
    )


def added(name: str, aliases: list[cst.ImportAlias]) -> cst.ImportAlias:
    """Return an alias to stand behind others, the last of which gets a comma."""
    last = aliases[-1]
    if not isinstance(last.comma, cst.Comma):
        space = cst.SimpleWhitespace(" ")
        aliases[-1] = last.with_changes(comma=cst.Comma(whitespace_after=space))
    return cst.ImportAlias(cst.Name(name))


def names_asynctest(statement: cst.Import | cst.ImportFrom) -> bool:
    if isinstance(statement, cst.Import):
        return any(alias.evaluated_name.split(".")[0] == "asynctest" for alias in statement.names)
    if statement.relative or statement.module is None:
        return False
    return full_name(statement.module).split(".")[0] == "asynctest"


def closed(aliases: list[cst.ImportAlias], statement: cst.ImportFrom) -> list[cst.ImportAlias]:
    """Return *aliases* with the last comma as the statement's own last."""
    *rest, last = aliases
    assert not isinstance(statement.names, cst.ImportStar)
    comma = statement.names[-1].comma
    comment = comment_after(last.comma)
    if last is statement.names[-1]:
        return aliases
    if comment_after(comma) is not None:
        # The comment is that of the last name, which is imported from somewhere else.
        assert isinstance(comma, cst.Comma)
        space = comma.whitespace_after
        assert isinstance(space, cst.ParenthesizedWhitespace)
        bare = space.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
        space = space.with_changes(first_line=bare, empty_lines=[])
        comma = comma.with_changes(whitespace_after=space)
    if comment is not None:
        # The comment stays, and the closing bracket comes where it came.
        after = comma.whitespace_after if isinstance(comma, cst.Comma) else None
        end = after.last_line if isinstance(after, cst.ParenthesizedWhitespace) else None
        comment = comment.with_changes(last_line=end or cst.SimpleWhitespace(""))
        comma = cst.Comma(whitespace_after=comment)
    return [*rest, last.with_changes(comma=comma)]


def lines(
    line: cst.SimpleStatementLine, statements: list[cst.BaseSmallStatement]
) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
    """Return a line for each statement; comments stay above the first and behind the last."""
    if not statements:
        return line.with_changes(body=[GONE])
    lines = [cst.SimpleStatementLine([statement]) for statement in statements]
    lines[0] = lines[0].with_changes(leading_lines=line.leading_lines)
    lines[-1] = lines[-1].with_changes(trailing_whitespace=line.trailing_whitespace)
    return cst.FlattenSentinel(lines)
