# ruff: noqa: N802 (the methods have the names libcst calls)
"""
``loop=`` arguments: gone in Python 3.10, from the functions of asyncio that had lost their use.

Futures, tasks, ``ensure_future`` and the stream readers keep theirs, and so do everybody else's
functions: only a call of one of the names below, by way of its import, is touched.
"""

from __future__ import annotations

import re

import libcst as cst

from asynctest.migrate._pass import Pass, comment_after

_LOST_BY_FUNCTIONS = (
    "as_completed", "create_subprocess_exec", "create_subprocess_shell", "gather",
    "open_connection", "open_unix_connection", "shield", "sleep", "start_server",
    "start_unix_server", "wait", "wait_for",
)  # fmt: skip
_LOST_BY_CLASSES = (
    "BoundedSemaphore", "Condition", "Event", "LifoQueue", "Lock", "PriorityQueue", "Queue",
    "Semaphore",
)  # fmt: skip
_MODULES = ("asyncio", "asyncio.locks", "asyncio.queues", "asyncio.streams", "asyncio.subprocess",
            "asyncio.tasks")  # fmt: skip
_CLASSES = frozenset(f"{module}.{name}" for module in _MODULES for name in _LOST_BY_CLASSES)
_LOST = _CLASSES | {f"{module}.{name}" for module in _MODULES for name in _LOST_BY_FUNCTIONS}


class Loops(Pass):
    """Take ``loop=`` out of calls that no longer have it."""

    words = re.compile(r"\bloop\s*=")

    def __init__(self) -> None:
        super().__init__()
        self._heirs: list[bool] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._heirs.append(any(self.is_imported(base.value, _CLASSES) for base in node.bases))

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self._heirs.pop()
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        index = _loop_argument(original_node)
        if index is None:
            return updated_node
        if not self.is_imported(original_node.func, _LOST):
            if self._heirs and self._heirs[-1] and _is_super_init(original_node):
                self.note(original_node, "the base class takes no loop= since Python 3.10")
            return updated_node
        if not _is_without_effect(original_node.args[index].value):
            self.note(
                original_node, "loop= is gone since Python 3.10, and its value is more than a name"
            )
            return updated_node
        return _without(updated_node, index)


def _loop_argument(call: cst.Call) -> int | None:
    for index, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == "loop":
            return index
    return None


def _is_super_init(call: cst.Call) -> bool:
    func = call.func
    return (
        isinstance(func, cst.Attribute)
        and func.attr.value == "__init__"
        and isinstance(func.value, cst.Call)
        and isinstance(func.value.func, cst.Name)
        and func.value.func.value == "super"
    )


def _is_without_effect(value: cst.BaseExpression) -> bool:
    """Tell whether an expression can go: a name, or the question for the current loop."""
    while isinstance(value, cst.Attribute):
        value = value.value
    if isinstance(value, cst.Call) and not value.args:
        func = value.func
        name = func.attr if isinstance(func, cst.Attribute) else func
        return isinstance(name, cst.Name) and name.value in {
            "get_event_loop", "get_running_loop", "current_loop",
        }  # fmt: skip
    return isinstance(value, cst.Name)


def _without(call: cst.Call, index: int) -> cst.Call:
    """Return *call* without one argument, the comments of the others where they were."""
    gone = call.args[index]
    args = [*call.args[:index], *call.args[index + 1 :]]
    if not args:
        space = cst.SimpleWhitespace("")
        return call.with_changes(args=args, whitespace_before_args=space)
    if index == len(args):
        last = args[-1]
        commented = comment_after(last.comma)
        if commented is None:
            last = last.with_changes(
                comma=gone.comma, whitespace_after_arg=gone.whitespace_after_arg
            )
        else:
            # `x,  # why x` keeps its comma and its comment, and the closing bracket its place.
            closing = gone.whitespace_after_arg
            end = closing.last_line if isinstance(closing, cst.ParenthesizedWhitespace) else None
            commented = commented.with_changes(last_line=end or cst.SimpleWhitespace(""))
            last = last.with_changes(comma=cst.Comma(whitespace_after=commented))
        args[-1] = last
    return call.with_changes(args=args)
