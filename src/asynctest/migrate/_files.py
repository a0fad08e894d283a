"""Python source files: find them, read them exactly, replace them whole."""

from __future__ import annotations

import io
import os
import tempfile
import tokenize
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages"})


@dataclass(frozen=True)
class Source:
    """
    The text of a file, with what it takes to write it back byte by byte.

    Args:
        path: Where it was read.
        text: The decoded text; line ends are those of the file.
        encoding: The codec of the file: its coding cookie, ``utf-8-sig`` with a byte order mark.
    """

    path: Path
    text: str
    encoding: str


def find(paths: Iterable[Path]) -> Iterator[Path]:
    """
    Yield each Python file once: *paths* that are files as they are, folders searched.

    Hidden folders, caches and installed packages inside a folder are passed over. A path that
    does not exist is yielded too, so that reading it reports it.
    """
    seen = set()
    for path in paths:
        for file in _search(path) if path.is_dir() else [path]:
            if file not in seen:
                seen.add(file)
                yield file


def _search(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in _SKIPPED_FOLDERS and name[0] != "."
        )
        yield from (Path(parent, name) for name in sorted(names) if name.endswith(".py"))


def read(path: Path) -> Source:
    """
    Read a file as the interpreter would decode it, but with its own line ends.

    Raises:
        OSError: The file cannot be read.
        SyntaxError: The coding cookie names no known encoding, or contradicts the mark.
        UnicodeDecodeError: The bytes are not of that encoding.
    """
    data = path.read_bytes()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return Source(path, data.decode(encoding), encoding)


def write(source: Source, text: str) -> None:
    """
    Replace the file of *source* by *text*, in its encoding and with its permissions.

    The new text is complete on the disk, under another name, before it takes the place of the
    old: whatever happens, the file is the old one or the new one. A symbolic link stays a link.

    Raises:
        OSError: The folder or the file cannot be written; the file is as it was.
    """
    target = source.path.resolve()
    data = text.encode(source.encoding)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, target.stat().st_mode & 0o7777)
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
