"""What the rewriting passes share: one subject each, run one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import libcst as cst
from libcst.metadata import (
    MetadataWrapper,
    PositionProvider,
    QualifiedName,
    QualifiedNameProvider,
    QualifiedNameSource,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, order=True)
class Note:
    """
    A place that is left to the author.

    Args:
        line: The line, counted from 1.
        text: What was found there and what to do.
    """

    line: int
    text: str


class Pass(cst.CSTTransformer):
    """
    A transformer that knows what a name was imported as, and takes notes.

    A pass runs only over a module that contains its *words*, so that it costs nothing
    elsewhere and touches nothing that is not its business.
    """

    METADATA_DEPENDENCIES = (QualifiedNameProvider,)
    words: ClassVar[re.Pattern[str]]
    _wrapper: MetadataWrapper

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[Note] = []
        self.changes: list[Note] = []

    def apply(self, module: cst.Module) -> cst.Module:
        """
        Return *module* rewritten; :attr:`notes` then has what is left.

        Args:
            module: A module fresh from the parser, which makes each node once.
        """
        # Positions cost as much as all the rest: they are computed when there is a note to take.
        self._wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        return self._wrapper.visit(self)

    def note(self, node: cst.CSTNode, text: str) -> None:
        """Leave the place of *node* to the author."""
        position = self._wrapper.resolve(PositionProvider)[node]
        self.notes.append(Note(position.start.line, text))

    def change(self, node: cst.CSTNode, text: str) -> None:
        """Tell the author that the place of *node*, rewritten, does not do quite the same."""
        position = self._wrapper.resolve(PositionProvider)[node]
        self.changes.append(Note(position.start.line, text))

    def imported(self, node: cst.CSTNode) -> frozenset[str]:
        """Return the full names *node* may have by the imports of its module."""
        names: Collection[QualifiedName] = self.get_metadata(QualifiedNameProvider, node, set())
        return frozenset(name.name for name in names if name.source is QualifiedNameSource.IMPORT)

    def is_imported(self, node: cst.CSTNode, names: Collection[str]) -> bool:
        """Tell whether *node* is one of *names*, which are full names."""
        return not self.imported(node).isdisjoint(names)


# Stands where a statement was taken out of a line whose comments stay.
GONE = cst.Pass()


def without_gone_lines(module: cst.Module) -> cst.Module:
    """Hand the comments of lines that are `GONE` to what follows; in a block the line stays."""
    body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement] = []
    comments: Sequence[cst.EmptyLine] = ()
    for statement in module.body:
        leading = (*comments, *statement.leading_lines)
        if isinstance(statement, cst.SimpleStatementLine) and statement.body[0] is GONE:
            comments = leading
        else:
            body.append(statement.with_changes(leading_lines=leading) if comments else statement)
            comments = ()
    return module.with_changes(body=body, footer=(*comments, *module.footer))


def comment_after(comma: cst.Comma | cst.MaybeSentinel) -> cst.ParenthesizedWhitespace | None:
    """Return the space after a comma if a comment stands in it."""
    if not isinstance(comma, cst.Comma):
        return None
    space = comma.whitespace_after
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return None
    lines = [space.first_line.comment, *(line.comment for line in space.empty_lines)]
    return space if any(lines) else None
