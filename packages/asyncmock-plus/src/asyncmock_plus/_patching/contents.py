"""Contents of dictionaries, and of containers that are like one: copied, replaced, compared."""

from __future__ import annotations

from typing import Any

# What a patch has set, and what it had deleted then; None if it had cleared the dictionary.
Change = tuple[dict[Any, Any], "set[Any] | None"]


def read_dict(mapping: Any) -> Any:
    """Return a copy; containers need to support iteration over their keys and ``[]``."""
    try:
        return mapping.copy()
    except AttributeError:
        return {key: mapping[key] for key in mapping}


def clear_dict(mapping: Any) -> None:
    """Delete everything, also from a container without ``clear``."""
    try:
        mapping.clear()
    except AttributeError:
        for key in list(mapping):
            del mapping[key]


def update_dict(mapping: Any, values: Any) -> None:
    """Set values, also in a container without ``update``."""
    try:
        mapping.update(values)
    except AttributeError:
        for key in values:
            mapping[key] = values[key]


def difference(before: Any, after: Any, always: Any = ()) -> Change:
    """Return which keys were set and deleted; those in *always* were set in any case."""
    changed = {
        key: after[key]
        for key in after
        if key in always or key not in before or before[key] is not after[key]
    }
    return changed, {key for key in before if key not in after}


def joined_changes(change: Change, later: Change) -> Change:
    """Return both changes as one."""
    values, deleted = change
    set_later, deleted_later = later
    gone = deleted_later or set()
    joined = {key: values[key] for key in values if key not in gone}
    joined.update(set_later)
    return joined, None if deleted is None else deleted | gone
