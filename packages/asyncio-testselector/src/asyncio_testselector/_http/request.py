"""What a client asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    import re


@final
@dataclass(frozen=True)
class HttpRequest:
    """
    A request that an `HttpPeer` was sent.

    Attributes:
        method: Its method, in capitals.
        target: What was asked for, as it was sent: the path and the query.
        headers: Its headers, by their names in small letters.
        body: Its body.
        match: The match of the route's path, if that is a pattern.

    Example:
        >>> request = HttpRequest("GET", "/rates?base=EUR%2FUSD", {"host": "api.example"})
        >>> request.path, request.query
        ('/rates', {'base': 'EUR/USD'})

    .. versionadded:: 1.0.0
    """

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    match: re.Match[str] | None = None

    @property
    def path(self) -> str:
        """The path without the query, decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The query; of a name that comes twice, the last value."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def text(self) -> str:
        """The body, decoded as UTF-8."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """
        Return the body, parsed.

        Raises:
            ValueError: It is no JSON.
        """
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.target}"
