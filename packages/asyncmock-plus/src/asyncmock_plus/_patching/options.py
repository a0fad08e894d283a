"""What a patch was asked for, as far as those who make its mock need to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Family(Protocol):
    """What makes the mocks of patches: a `Patch`."""

    magic_mock: Callable[..., Any]
    async_mock: Callable[..., Any]
    non_callable_magic_mock: Callable[..., Any]
    create_autospec: Callable[..., Any]


class Options(Protocol):
    """The arguments of one patch."""

    attribute: str
    new: Any
    spec: Any
    spec_set: Any
    autospec: Any
    new_callable: Callable[..., Any] | None
    kwargs: Mapping[str, Any]
    owner: Family
