"""What a peer answers to which requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, final
from urllib.parse import parse_qsl, urlsplit

from asyncio_testselector._http.answer import (
    NOTHING,
    WITHOUT_BODY,
    Answer,
    Headers,
    check_reset_after,
    check_span,
    check_status,
    check_texts,
    check_times,
    encoded,
    header_pairs,
)

if TYPE_CHECKING:
    from asyncio_testselector._http.request import HttpRequest
    from asyncio_testselector._script.report import Place

Chunks = Iterable["bytes | str"] | Callable[["HttpRequest"], Iterable["bytes | str"]]
Body = bytes | str | Callable[["HttpRequest"], bytes | str]


@final
class HttpRoute:
    """
    Requests of one kind, and what they are answered; an `HttpPeer` makes it.

    Attributes:
        requests: Those that it has answered.

    .. versionadded:: 1.0.0
    """

    def __init__(
        self,
        method: str | None,
        path: str | re.Pattern[str] | None,
        place: Place,
        check_head: Callable[[int, tuple[tuple[str, str], ...]], None],
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = NOTHING,
        body: bytes | None = None,
    ) -> None:
        self.requests: list[HttpRequest] = []
        self._method = method
        self._place = place
        self._check_head = check_head
        query = dict(query or {})
        check_texts("query", query)
        check_texts("headers", headers or {})
        if isinstance(body, str):
            msg = f"body is {body!r}: requests have bytes, encode it"
            raise TypeError(msg)
        if isinstance(path, str):
            query = {**dict(parse_qsl(urlsplit(path).query, keep_blank_values=True)), **query}
            path = urlsplit(path).path
        self._path = path
        self._query = query
        self._headers = {name.lower(): value for name, value in (headers or {}).items()}
        self._json = json
        self._body = body
        self._answers: list[Answer] = []
        self._given = 0

    def __repr__(self) -> str:
        return f"<HttpRoute {self}: {len(self.requests)} requests>"

    def __str__(self) -> str:
        if self._path is None:
            return "anything else"
        path = self._path if isinstance(self._path, str) else f"/{self._path.pattern}/"
        wants = {
            "query": self._query or NOTHING,
            "headers": self._headers or NOTHING,
            "json": self._json,
            "body": NOTHING if self._body is None else self._body,
        }
        given = [f"{name}={value!r}" for name, value in wants.items() if value is not NOTHING]
        return " ".join([self._method or "*", path, *given])

    # -- what it answers ---------------------------------------------------------------------

    def reply(
        self,
        body: Body = b"",
        *,
        status: int = 200,
        json: Any = NOTHING,
        headers: Headers = (),
        chunks: Chunks | None = None,
        every: float = 0.0,
        delay: float = 0.0,
        reset_after: int | None = None,
        times: int | None = None,
    ) -> HttpRoute:
        """
        Answer, from now on or after the answers that were given before have been used up.

        Args:
            body: The body. This, *json* and *chunks* may be functions of the `HttpRequest`.
            status: The status.
            json: A value that is the body as JSON.
            headers: More headers; they win over those that follow from the body.
            chunks: A body that is streamed, piece by piece.
            every: Seconds of the loop's clock between two chunks.
            delay: Seconds until the answer begins.
            reset_after: Reset the connection after so many bytes of the body.
            times: How often to answer so; what comes after the last time is for the next answer,
                or unexpected.

        Raises:
            ValueError: A status, a time or a number that makes no sense, a header that HTTP does
                not allow, more than one body, or an answer behind one that is always given.
            TypeError: A body that is none.
        """
        check_status(status)
        check_times(times)
        check_span("delay", delay)
        check_span("every", every)
        pairs = header_pairs(headers)
        self._check_head(status, pairs)
        given = [body != b"", json is not NOTHING, chunks is not None]
        if sum(given) > 1:
            msg = "a reply has one body: give one of body, json= and chunks="
            raise ValueError(msg)
        if any(given) and status in WITHOUT_BODY:
            msg = f"status is {status!r}, which has no body: leave the body out"
            raise ValueError(msg)
        check_reset_after(reset_after, has_body=any(given))
        if isinstance(chunks, (str, bytes)):
            msg = f"chunks={chunks!r} is one chunk: give several, or the body itself"
            raise TypeError(msg)
        if chunks is not None and not callable(chunks):
            chunks = [encoded(chunk, "chunks")[0] for chunk in chunks]
        answer = Answer(
            times=times,
            delay=delay,
            status=status,
            headers=pairs,
            body=body,
            json=json,
            chunks=chunks,
            every=every,
            reset_after=reset_after,
        )
        if not any(callable(each) for each in (body, json, chunks)):
            # What cannot be a body is told here, not to the client.
            answer.content(None)  # type: ignore[arg-type]
        return self._add(answer)

    def reset(self, *, delay: float = 0.0, times: int | None = None) -> HttpRoute:
        """
        Reset the connection instead of an answer.

        Args:
            delay: Seconds until then.
            times: How often; see `reply`.

        Raises:
            ValueError: As for `reply`.
        """
        check_times(times)
        check_span("delay", delay)
        return self._add(Answer("reset", times=times, delay=delay))

    def hang(self, *, times: int | None = None) -> HttpRoute:
        """
        Take the request and never answer.

        Args:
            times: How often; see `reply`.

        Raises:
            ValueError: As for `reply`.
        """
        check_times(times)
        return self._add(Answer("hang", times=times))

    def _add(self, answer: Answer) -> HttpRoute:
        if self._answers and self._answers[-1].times is None:
            msg = f"{self} always gets its last answer: give that one times= to have another one"
            raise ValueError(msg)
        self._answers.append(answer)
        return self

    # -- for this package --------------------------------------------------------------------

    def matched(self, request: HttpRequest) -> HttpRequest | None:
        """Return the request, with the match of a pattern, if it is one of these."""
        if self._path is None:
            return request
        if self._method not in (None, request.method):
            return None
        match = None
        if isinstance(self._path, re.Pattern):
            match = self._path.fullmatch(request.path)
            if match is None:
                return None
        elif self._path not in (request.path, urlsplit(request.target).path):
            return None
        query, headers = request.query, request.headers
        if any(query.get(name) != value for name, value in self._query.items()):
            return None
        if any(headers.get(name) != value for name, value in self._headers.items()):
            return None
        if self._body is not None and request.body != self._body:
            return None
        if self._json is not NOTHING and not _is_json(request, self._json):
            return None
        return replace(request, match=match)

    def take_answer(self) -> Answer | None:
        """Return the next answer, or None if all of them were given as often as they can be."""
        left = self._given
        for answer in self._answers:
            if answer.times is None or left < answer.times:
                self._given += 1
                return answer
            left -= answer.times
        return None

    def same_as(self, other: HttpRoute) -> bool:
        """Tell whether both are for the very same requests."""
        return self._wanted() == other._wanted()

    def _wanted(self) -> tuple[Any, ...]:
        return self._method, self._path, self._query, self._headers, self._json, self._body

    def offer(self) -> str:
        """Return what it is for, and what is left of it, in words."""
        if not self._answers:
            state = " (it has no reply)"
        elif self._answers[-1].times is None:
            state = ""
        else:
            times = sum(answer.times or 0 for answer in self._answers)
            state = f" ({min(self._given, times)} of {times} answers were given)"
        return f"{self}{state}, written at {self._place}"


def _is_json(request: HttpRequest, value: object) -> bool:
    try:
        return bool(request.json() == value)
    except ValueError:
        return False
