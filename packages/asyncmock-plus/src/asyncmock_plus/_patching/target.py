"""From the dotted name of a target to the object that is patched."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# How a name was resolved last: the module that was imported for it, what comes next in the name,
# and the attributes to follow. The import of a name that turns out to be an attribute costs a
# search of the file system, every time.
_resolved: dict[str, tuple[str, str, list[str]]] = {}


def importer(target: str) -> Any:
    """
    Import the object of a dotted name.

    The last module that can be imported is imported, what follows are attributes of it: what
    `pkgutil.resolve_name` does, which the standard library's ``patch`` uses since Python 3.11.

    Example:
        >>> importer("asyncio.Queue.put_nowait").__qualname__
        'Queue.put_nowait'
    """
    module = sys.modules.get(target)
    if module is not None:
        return module
    known = _resolved.get(target)
    if known is not None:
        name, submodule, attributes = known
        module = sys.modules.get(name)
        if module is not None and submodule not in sys.modules:
            found: Any = module
            for attribute in attributes:
                found = getattr(found, attribute)
            return found
    import pkgutil  # takes a while on Python 3.10, where unittest.mock does not need it

    found = pkgutil.resolve_name(target)
    _remember(target)
    return found


def _remember(target: str) -> None:
    if ":" in target:
        return
    parts = target.split(".")
    for length in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:length])
        if name in sys.modules:
            _resolved[target] = name, f"{name}.{parts[length]}", parts[length:]
            return


def split_target(target: str) -> tuple[Callable[[], Any], str]:
    """
    Return a function that imports the object, and the name of the attribute to patch.

    Raises:
        TypeError: The target is not a dotted name.
    """
    try:
        owner, attribute = target.rsplit(".", 1)
    except (TypeError, ValueError, AttributeError):
        msg = f"Need a valid target to patch. You supplied: {target!r}"
        raise TypeError(msg) from None
    return partial(importer, owner), attribute
