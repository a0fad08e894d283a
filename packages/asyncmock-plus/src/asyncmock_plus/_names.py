"""
The names of ``unittest.mock`` beyond the public ones.

Code in the wild imports them: for annotations (``_Call``), for ``isinstance`` (``_CallList``), to
derive classes (``CallableMixin``). Those that are ours stand in the package; of all others, the
running Python's are as good, since what we make is derived from them. They are looked up when
somebody asks, so that ``dir()`` tells what the package offers, and nothing is copied that
``unittest.mock`` may set later, such as ``file_spec``.
"""

from __future__ import annotations

from typing import Any

from asyncmock_plus._cpython import std

__unittest = __tracebackhide__ = True


def standard_name(name: str) -> Any:
    """
    Return what ``unittest.mock`` of the running Python has under a name.

    Raises:
        AttributeError: It has nothing.
    """
    if name[:2] != "__" and name in vars(std):
        return vars(std)[name]
    msg = f"module 'asyncmock_plus' has no attribute {name!r}"
    raise AttributeError(msg, name=name, obj=None)
