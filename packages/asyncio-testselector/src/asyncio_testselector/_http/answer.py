"""What a route answers: the values, checked when they are written."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio_testselector._http.request import HttpRequest

Headers = Mapping[str, str] | Iterable[tuple[str, str]]

NOTHING: Any = type("NOTHING", (), {"__repr__": lambda self: "nothing"})()
"""What says that no JSON is given, where None would be one."""

WITHOUT_BODY = {204, 304}


@dataclass(frozen=True)
class Answer:
    """
    What is sent, and how; each of the three bodies may be a function of the request.

    Attributes:
        kind: ``reply``, ``reset`` instead of one, or ``hang`` for none at all.
        times: How often it is given; None is always.
    """

    kind: str = "reply"
    times: int | None = None
    delay: float = 0.0
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = b""
    json: Any = NOTHING
    chunks: Any = None
    every: float = 0.0
    reset_after: int | None = None

    def content(self, request: HttpRequest) -> tuple[list[bytes], str | None]:
        """
        Return the body's pieces, and the type that its headers name unless told otherwise.

        Raises:
            TypeError: A function returned something that is no body.
        """
        if self.json is not NOTHING:
            value = self.json(request) if callable(self.json) else self.json
            return [json.dumps(value).encode("utf-8")], "application/json"
        if self.chunks is not None:
            several: Any = self.chunks(request) if callable(self.chunks) else self.chunks
            return [encoded(chunk, "chunks")[0] for chunk in several], None
        body, kind = encoded(self.body(request) if callable(self.body) else self.body, "body")
        return [body], kind


def encoded(body: object, name: str) -> tuple[bytes, str | None]:
    """
    Return a body as bytes, and the type it has by itself.

    Raises:
        TypeError: It is neither bytes nor text.
    """
    if isinstance(body, str):
        return body.encode("utf-8"), "text/plain; charset=utf-8"
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body), None
    msg = f"{name}={body!r} is no body: give bytes or str, or json= for a value"
    raise TypeError(msg)


def check_times(times: object) -> None:
    """Refuse what is no number of answers."""
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
        msg = f"times is {times!r}: give a whole number of 1 or more, or None for always"
        raise ValueError(msg)


def check_status(status: object) -> None:
    """Refuse what is no status of a final answer."""
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        msg = f"status is {status!r}: give a whole number from 200 to 599"
        raise ValueError(msg)


def check_reset_after(count: object, *, has_body: bool) -> None:
    """Refuse what is no number of bytes of a body."""
    whole = isinstance(count, int) and not isinstance(count, bool)
    if count is not None and (not whole or count < 0 or not has_body):  # type: ignore[operator]
        msg = f"reset_after is {count!r}: give a number of bytes of a body that is there"
        raise ValueError(msg)


def check_texts(name: str, wanted: Mapping[str, Any]) -> None:
    """Refuse what no text of a request could ever be equal to."""
    for key, value in wanted.items():
        if value is None or isinstance(value, (int, float, bytes, list, tuple)):
            msg = f"{name} have {key!r}: {value!r}, which no request has: give a str"
            raise TypeError(msg)


def check_length(headers: Iterable[tuple[str, str]], length: int, *, cut: bool) -> None:
    """
    Refuse a header that says another length than the body has.

    Args:
        headers: The headers.
        length: How many bytes the body has.
        cut: Whether the connection is reset within the body, so that more may be promised.
    """
    for name, text in headers:
        if name.lower() == "content-length" and (
            length > int(text) or not (cut or length == int(text))
        ):
            msg = (
                f"the header Content-Length is {text} and the body has {length} bytes; for a "
                "body that is cut off give reset_after="
            )
            raise ValueError(msg)


def check_span(name: str, seconds: float) -> None:
    """Refuse what is no time span."""
    if not (math.isfinite(seconds) and seconds >= 0):
        msg = f"{name} is {seconds!r} s: give a finite number of 0 or more"
        raise ValueError(msg)


def header_pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    """
    Return headers as pairs.

    Raises:
        TypeError: They are neither a mapping nor pairs of str.
    """
    several: Any = headers.items() if isinstance(headers, Mapping) else headers
    pairs = tuple(several)
    for pair in pairs:
        if [type(each) for each in pair] != [str, str]:
            msg = f"headers have {pair!r}: give names and values as str"
            raise TypeError(msg)
    return pairs
