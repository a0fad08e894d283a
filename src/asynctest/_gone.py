"""``asyncio.coroutine`` and other names that asyncio has lost: the error leads to the command."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

__unittest = __tracebackhide__ = True

# What the suites of asynctest's time use, with the version that removed it.
GONE = {"coroutine": "3.11", "JoinableQueue": "3.5"}


def lead_to_the_command() -> None:
    """
    Have asyncio say, of names that it has lost, how to rewrite the file that asks for them.

    A missing attribute stays one: ``hasattr`` and ``getattr`` with a default are what they were. It
    is the hook that modules have for that (PEP 562); a hook that asyncio has itself goes on to be
    asked for all other names.
    """
    present: Any = getattr(asyncio, "__getattr__", None)
    if getattr(present, "leads_to_the_command", False):
        return

    def __getattr__(name: str) -> Any:  # noqa: N807
        if name in GONE:
            # Without obj: Python would suggest a wrong name.
            raise AttributeError(_explanation(name), name=name)
        if present is not None:
            return present(name)
        msg = f"module 'asyncio' has no attribute {name!r}"
        raise AttributeError(msg, name=name, obj=asyncio)

    __getattr__.leads_to_the_command = True  # type: ignore[attr-defined]
    setattr(asyncio, "__getattr__", __getattr__)  # noqa: B010 - no type checker knows of it


def _explanation(name: str) -> str:
    frame = sys._getframe(2)
    file = frame.f_code.co_filename
    return (
        f"module 'asyncio' has no attribute {name!r} since Python {GONE[name]}: rewrite the file "
        f"with python -m asynctest.migrate --write {file} "
        "(pip install 'asynctest-suite[migrate]')"
    )
