"""
``asyncio.async`` of Python 3.4 to 3.6, before ``async`` was a keyword.

No parser of today reads a file with it, so this one rewrite works on tokens: it only has to find
the name ``async`` after ``asyncio.`` or in ``from asyncio import ...``, and tokens tell a name
from the same letters in a string or a comment.
"""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEW = "ensure_future"
_LAYOUT = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})


def rename(text: str) -> str:
    """
    Return *text* with ``asyncio.async`` and imports of it renamed to ``ensure_future``.

    Text that cannot be split into tokens, or has no such name, is returned as it is.

    Example:
        >>> rename("import asyncio; asyncio.async(work())  # async")
        'import asyncio; asyncio.ensure_future(work())  # async'
    """
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text, newline="").readline))
    except (tokenize.TokenError, SyntaxError):
        return text
    tokens = [token for token in tokens if token.type not in _LAYOUT]
    lines = list(io.StringIO(text, newline=""))
    for row, column in sorted(_places(tokens), reverse=True):
        line = lines[row - 1]
        lines[row - 1] = line[:column] + _NEW + line[column + len("async") :]
    return "".join(lines)


def _places(tokens: list[tokenize.TokenInfo]) -> Iterator[tuple[int, int]]:
    """Yield row and column of each ``async`` that is the function of asyncio."""
    modules = set(_names_of_asyncio(tokens))
    imported = False
    for index, token in enumerate(tokens):
        if token.type != tokenize.NAME or token.string != "async":
            continue
        before = [other.string for other in tokens[max(0, index - 2) : index]]
        after = tokens[index + 1].string if index + 1 < len(tokens) else ""
        if before[-1:] == ["."]:
            if before[0] in modules:
                yield token.start
        elif _is_imported_from_asyncio(tokens, index):
            imported = imported or after != "as"
            yield token.start
        elif imported and after == "(":
            yield token.start


def _names_of_asyncio(tokens: list[tokenize.TokenInfo]) -> Iterator[str]:
    """Yield the names a module gives asyncio: ``asyncio``, and those of ``import asyncio as``."""
    yield "asyncio"
    strings = [token.string for token in tokens]
    for index, string in enumerate(strings):
        if string == "asyncio" and strings[index + 1 : index + 2] == ["as"]:
            yield strings[index + 2]


def _is_imported_from_asyncio(tokens: list[tokenize.TokenInfo], index: int) -> bool:
    """Tell whether the name at *index* stands in a ``from asyncio import`` statement."""
    start = index
    while start and tokens[start - 1].type != tokenize.NEWLINE and tokens[start - 1].string != ";":
        start -= 1
    words = [token.string for token in tokens[start:index]]
    return any(
        words[at : at + 3] == ["from", "asyncio", "import"] and ":" not in words[at:]
        for at in range(len(words))
    )
