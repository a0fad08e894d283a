"""
One connection to an HTTP peer: h11 reads the requests and writes the answers.

Theory of operation. As a script's, the peer's side of a connection is no socket but code that runs
within the client's own ``send()``; a timer is needed only where an answer takes its time. Requests
that a client pipelines are answered in their order: h11 pauses until an answer is complete.
"""

from __future__ import annotations

import asyncio
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, final

import h11

from asyncio_testselector._http.answer import WITHOUT_BODY, Answer, check_length
from asyncio_testselector._http.request import HttpRequest
from asyncio_testselector._script.conversation import ClientSide, Conversation, PeerSide

if TYPE_CHECKING:
    import ssl

    from asyncio_testselector._selector.readiness import Readiness

__unittest = __tracebackhide__ = True

REASONS = {int(status): status.phrase.encode("ascii") for status in HTTPStatus}


class Site(Protocol):
    """What knows the answers."""

    def answer(self, request: HttpRequest) -> tuple[HttpRequest, Answer]:
        """Return the answer to a request, and the request as its route sees it."""
        ...

    def malformed(self, error: Exception) -> Answer:
        """Return the answer to something that is no HTTP."""
        ...

    def not_computed(self, request: HttpRequest, error: Exception) -> Answer:
        """Return the answer in place of one that could not be computed."""
        ...


@final
class HttpConnection:
    """
    The peer's side of a connection.

    Args:
        site: What knows the answers.
        level: The readiness of the client's socket.
        tls: The server's context, or None for a connection in the clear.
    """

    def __init__(self, site: Site, level: Readiness, tls: ssl.SSLContext | None) -> None:
        self._site = site
        self._http = h11.Connection(h11.SERVER)
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._queue: deque[bytes] = deque()
        self._answer = Answer()
        self._answering = False
        self._timer: asyncio.TimerHandle | None = None
        self._conversation = Conversation(level, self)
        if tls is not None:
            self._conversation.secured(tls, None, bytearray())

    @property
    def client(self) -> ClientSide:
        """The end inside of the client's socket."""
        return self._conversation.client

    @property
    def side(self) -> PeerSide:
        """The peer's own end."""
        return self._conversation.side

    def play(self) -> None:
        """Wait: the client speaks first."""

    def tls_failed(self, error: ssl.SSLError) -> None:
        """Give up: the client has an error of its own."""
        self._conversation.reset()

    def close(self) -> None:
        """Answer nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- requests ----------------------------------------------------------------------------

    def arrived(self, chunk: bytes) -> None:
        """Take bytes of the client."""
        self._http.receive_data(chunk)
        self._read()

    def client_ended(self) -> None:
        """Take note that the client sends nothing more."""
        if self.client.closed:
            self.close()
            return
        self._http.receive_data(b"")
        self._read()

    def _read(self) -> None:
        while not self._answering:
            try:
                event: Any = self._http.next_event()
            except h11.RemoteProtocolError as exc:
                self._refuse(exc)
                return
            if isinstance(event, h11.Request):
                self._head = event
                self._body.clear()
            elif isinstance(event, h11.Data):
                self._body += event.data
            elif isinstance(event, h11.EndOfMessage):
                self._asked()
            else:
                self._wait(event)
                return

    def _wait(self, event: Any) -> None:
        """Have the client go on, if it waits for that, or end as it did."""
        if isinstance(event, h11.ConnectionClosed):
            self._conversation.hang_up()
        elif self._http.they_are_waiting_for_100_continue:
            self._send(h11.InformationalResponse(status_code=100, headers=[], reason="Continue"))

    def _asked(self) -> None:
        assert self._head is not None
        request = HttpRequest(
            self._head.method.decode("ascii"),
            self._head.target.decode("latin-1"),
            {name.decode("ascii"): text.decode("latin-1") for name, text in self._head.headers},
            bytes(self._body),
        )
        self._answering = True
        request, self._answer = self._site.answer(request)
        self._later(self._answer.delay, self._begin, request)

    def _refuse(self, error: Exception) -> None:
        """Answer what is no HTTP, if h11 still lets us."""
        self._answering = True
        self._answer = self._site.malformed(error)
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._begin(HttpRequest("?", "?"))
        else:
            self._conversation.hang_up()

    # -- answers -----------------------------------------------------------------------------

    def _later(self, seconds: float, function: Any, *args: Any) -> None:
        if not seconds:
            function(*args)
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, function, *args)

    def _begin(self, request: HttpRequest) -> None:
        self._timer = None
        if self._answer.kind == "reset":
            self._conversation.reset()
        elif self._answer.kind == "reply" and not self.client.closed:
            try:
                pieces, kind = self._answer.content(request)
                if self._has_body(request):
                    length, cut = sum(map(len, pieces)), self._answer.reset_after is not None
                    check_length(self._answer.headers, length, cut=cut)
            except Exception as exc:
                self._answer = self._site.not_computed(request, exc)
                pieces, kind = self._answer.content(request)
            self._send_head(request, pieces, kind)

    def _send_head(self, request: HttpRequest, pieces: list[bytes], kind: str | None) -> None:
        answer = self._answer
        headers = list(answer.headers)
        names = {name.lower() for name, _ in headers}
        if kind is not None and "content-type" not in names:
            headers.append(("Content-Type", kind))
        framed = names & {"content-length", "transfer-encoding"}
        if answer.chunks is None and not framed and answer.status not in WITHOUT_BODY:
            headers.append(("Content-Length", str(sum(map(len, pieces)))))
        phrase = REASONS.get(answer.status, b"")
        if request.method == "?":
            headers.append(("Connection", "close"))
        self._send(h11.Response(status_code=answer.status, headers=headers, reason=phrase))
        self._queue = deque(filter(None, pieces)) if self._has_body(request) else deque()
        self._send_pieces(0)

    def _has_body(self, request: HttpRequest) -> bool:
        """Tell whether the body is sent, and not only spoken of in the headers."""
        return request.method != "HEAD" and self._answer.status not in WITHOUT_BODY

    def _send_pieces(self, sent: int) -> None:
        self._timer = None
        if self.client.closed:
            return
        limit = self._answer.reset_after
        while self._queue:
            piece = self._queue.popleft()
            if limit is not None and sent + len(piece) > limit:
                self._send_data(piece[: limit - sent])
                self._conversation.reset()
                return
            self._send_data(piece)
            sent += len(piece)
            if self._queue and self._answer.every:
                self._later(self._answer.every, self._send_pieces, sent)
                return
        if limit is not None:
            self._conversation.reset()
            return
        self._finish()

    def _send_data(self, piece: bytes) -> None:
        if piece:
            self._send(h11.Data(data=piece))

    def _send(self, event: Any) -> None:
        data = self._http.send(event)
        if data:
            self._conversation.send(data)

    def _finish(self) -> None:
        self._send(h11.EndOfMessage())
        self._answering = False
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            self._read()
        elif self._http.our_state is not h11.DONE:
            self._conversation.hang_up()


def check_head(status: int, headers: tuple[tuple[str, str], ...]) -> None:
    """
    Refuse headers that HTTP does not allow.

    Raises:
        ValueError: It says why.
    """
    try:
        h11.Response(status_code=status, headers=list(headers), reason=b"")
    except (h11.LocalProtocolError, UnicodeEncodeError) as exc:
        msg = f"headers are {headers!r}, which cannot be sent: {exc}"
        raise ValueError(msg) from exc
