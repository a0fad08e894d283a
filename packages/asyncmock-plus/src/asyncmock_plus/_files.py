"""Files by their paths, for a mock of ``open``: each open file reads and writes on its own."""

from __future__ import annotations

import errno
import io
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__unittest = __tracebackhide__ = True


def _path(file: Any) -> Any:
    return file if isinstance(file, int) else os.fsdecode(file)


class Files:
    """
    What is in which file. What is written is kept, and read by who opens the file later.

    Args:
        contents: Text or bytes, by path.

    Raises:
        TypeError: A content is neither text nor bytes.
    """

    def __init__(self, contents: Mapping[Any, Any]) -> None:
        for path, content in contents.items():
            if not isinstance(content, (str, bytes)):
                msg = f"read_data of mock_open() has {content!r} for {path!r}: "
                raise TypeError(msg + "contents must be str or bytes")
        self._contents = {_path(path): content for path, content in contents.items()}

    def open(self, file: Any, mode: str, encoding: str | None) -> Any:
        """
        Return a stream, placed as the mode says.

        Raises:
            FileNotFoundError: It is not there, and the mode does not create it.
            FileExistsError: It is there, and the mode is to create it.
        """
        path = _path(file)
        if path not in self._contents and not set(mode) & set("wax"):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), file)
        if path in self._contents and "x" in mode:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), file)
        content: str | bytes = "" if "w" in mode else self._contents.get(path, "")
        if "b" in mode:
            content = content.encode(encoding or "utf-8") if isinstance(content, str) else content
            stream: Any = _Bytes(self._contents, path, content)
        else:
            content = content.decode(encoding or "utf-8") if isinstance(content, bytes) else content
            stream = _Text(self._contents, path, content)
        if "a" in mode:
            stream.seek(0, io.SEEK_END)
        return stream


class _Bytes(io.BytesIO):
    def __init__(self, contents: dict[Any, Any], path: Any, content: bytes) -> None:
        super().__init__(content)
        self._contents, self._path = contents, path
        contents[path] = content

    def write(self, data: Any) -> int:
        count = super().write(data)
        self._contents[self._path] = self.getvalue()
        return count


class _Text(io.StringIO):
    def __init__(self, contents: dict[Any, Any], path: Any, content: str) -> None:
        super().__init__(content)
        self._contents, self._path = contents, path
        contents[path] = content

    def write(self, data: str) -> int:
        count = super().write(data)
        self._contents[self._path] = self.getvalue()
        return count
