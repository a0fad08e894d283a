"""A scripted HTTP server, for any client."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._http.answer import NOTHING, Answer
from asyncio_testselector._http.route import HttpRoute
from asyncio_testselector._script.report import Place, ScriptError, caller_outside, excerpt

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from asyncio_testselector._http.connection import HttpConnection
    from asyncio_testselector._http.request import HttpRequest
    from asyncio_testselector._selector.readiness import Readiness

__unittest = __tracebackhide__ = True

METHOD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


@final
class HttpPeer:
    r"""
    A host that answers HTTP as its routes say; `MemoryNetwork.http` makes it.

    A request that no route is for is answered with the status 501 and a text that says what was
    asked and what is offered. When the network is uninstalled, the test fails with that text.

    Attributes:
        requests: All requests, in the order they came.

    Example:
        >>> import asyncio
        >>> from asyncio_testselector import MemoryNetwork
        >>> async def main():
        ...     async with MemoryNetwork() as network:
        ...         api = network.http("api.example")
        ...         api.get("/rates").reply(status=503, times=1).reply(json={"EUR": 1.1})
        ...         for _ in range(2):
        ...             reader, writer = await asyncio.open_connection("api.example", 80)
        ...             writer.write(b"GET /rates HTTP/1.1\r\nHost: api.example\r\n\r\n")
        ...             print(await reader.readline())
        ...             writer.close()
        >>> asyncio.run(main())
        b'HTTP/1.1 503 Service Unavailable\r\n'
        b'HTTP/1.1 200 OK\r\n'

    .. versionadded:: 1.0.0
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.requests: list[HttpRequest] = []
        self.reusable: bool = True
        self._host = host
        self._port = port
        self._tls = tls
        self._routes: list[HttpRoute] = []
        self._fallback: HttpRoute | None = None
        self._connections: list[HttpConnection] = []
        self._problems: list[str] = []
        connection = require_h11()
        self._connect = connection.HttpConnection
        self._check_head = connection.check_head

    def __repr__(self) -> str:
        return (
            f"<HttpPeer {self._host}:{self._port}: {len(self._routes)} routes, "
            f"{len(self.requests)} requests>"
        )

    # -- routes ------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str | re.Pattern[str],
        /,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = NOTHING,
        body: bytes | None = None,
    ) -> HttpRoute:
        """
        Return a new route; give it answers by its `HttpRoute.reply`.

        Of several that are for one request, the first that has an answer left is taken.

        Args:
            method: The method; ``"*"`` is any.
            path: The path, possibly with a query, or a pattern that matches the whole path.
            query: What the query has, too.
            headers: What the headers have, too.
            json: What the body is as JSON, say with `unittest.mock.ANY` in it.
            body: What the body is.

        Raises:
            ValueError: There is such a route already, or the method or path is none.
        """
        return self._route(method, path, query=query, headers=headers, json=json, body=body)

    def get(self, path: str | re.Pattern[str], /, **options: Any) -> HttpRoute:
        """Return a new route for GET; see `request`."""
        return self._route("GET", path, **options)

    def head(self, path: str | re.Pattern[str], /, **options: Any) -> HttpRoute:
        """Return a new route for HEAD; see `request`."""
        return self._route("HEAD", path, **options)

    def post(self, path: str | re.Pattern[str], /, **options: Any) -> HttpRoute:
        """Return a new route for POST; see `request`."""
        return self._route("POST", path, **options)

    def put(self, path: str | re.Pattern[str], /, **options: Any) -> HttpRoute:
        """Return a new route for PUT; see `request`."""
        return self._route("PUT", path, **options)

    def patch(self, path: str | re.Pattern[str], /, **options: Any) -> HttpRoute:
        """Return a new route for PATCH; see `request`."""
        return self._route("PATCH", path, **options)

    def delete(self, path: str | re.Pattern[str], /, **options: Any) -> HttpRoute:
        """Return a new route for DELETE; see `request`."""
        return self._route("DELETE", path, **options)

    def _route(self, method: object, path: str | re.Pattern[str], **options: Any) -> HttpRoute:
        if not isinstance(method, str) or not METHOD.fullmatch(method):
            msg = f"method is {method!r}: give a name such as 'GET', or '*' for any"
            raise ValueError(msg)
        pattern = isinstance(path, re.Pattern) and isinstance(path.pattern, str)
        if not pattern and not (isinstance(path, str) and path.startswith("/")):
            msg = f"path is {path!r}: give one that begins with '/', or a pattern of str"
            raise ValueError(msg)
        frame = sys._getframe(2)
        place = Place(frame.f_code.co_filename, frame.f_lineno)
        route = HttpRoute(
            None if method == "*" else method.upper(), path, place, self._check_head, **options
        )
        for other in self._routes:
            if route.same_as(other):
                msg = f"there is a route {other.offer()}: give that one another reply()"
                raise ValueError(msg)
        self._routes.append(route)
        return route

    def fallback(self) -> HttpRoute:
        """
        Return the route of everything that no other route has an answer for.

        Raises:
            ValueError: There is one already.
        """
        if self._fallback is not None:
            msg = f"{self!r} has a fallback already: give that one another reply()"
            raise ValueError(msg)
        frame = sys._getframe(1)
        place = Place(frame.f_code.co_filename, frame.f_lineno)
        self._fallback = HttpRoute(None, None, place, self._check_head)
        return self._fallback

    # -- the end -----------------------------------------------------------------------------

    def check(self) -> None:
        """
        Fail if something was asked that no route is for.

        The network does it when it is uninstalled; what was told here is not told again.

        Raises:
            ScriptError: It says what was asked and what was offered.
        """
        problem = self.problem()
        if problem is not None:
            raise problem

    def problem(self) -> ScriptError | None:
        """Return what `check` would raise, or None, and forget it."""
        problems, self._problems = self._problems, []
        return ScriptError("\n".join(problems)) if problems else None

    # -- for this package --------------------------------------------------------------------

    @property
    def tls(self) -> ssl.SSLContext | None:
        """The server's context, or None for connections in the clear."""
        return self._tls

    def begin(self, level: Readiness) -> HttpConnection:
        """Return the peer's side of a new connection."""
        connection: HttpConnection = self._connect(self, level, self._tls)
        self._connections.append(connection)
        return connection

    def close(self) -> None:
        """Answer nothing any more."""
        for connection in self._connections:
            connection.close()

    def answer(self, request: HttpRequest) -> tuple[HttpRequest, Answer]:
        """Return the answer to a request, and the request as its route sees it."""
        fallback = [] if self._fallback is None else [self._fallback]
        for route in (*self._routes, *fallback):
            matched = route.matched(request)
            answer = None if matched is None else route.take_answer()
            if matched is not None and answer is not None:
                route.requests.append(matched)
                self.requests.append(matched)
                return matched, answer
        self.requests.append(request)
        return request, self._unexpected(request)

    def _unexpected(self, request: HttpRequest) -> Answer:
        place = caller_outside()
        where = "" if place is None else f", at {place}"
        lines = [f"{self._host}:{self._port} was asked for {request}, which is unexpected{where}"]
        if request.body:
            lines.append(f"  with the body {excerpt(request.body)}")
        offers = [route.offer() for route in self._routes] or ["nothing"]
        lines += [f"  offered: {offers[0]}", *(f"           {each}" for each in offers[1:])]
        return self._problem("\n".join(lines), 501)

    def malformed(self, error: Exception) -> Answer:
        """Return the answer to something that is no HTTP."""
        return self._problem(f"{self._host}:{self._port} was sent what is no HTTP: {error}", 400)

    def not_computed(self, request: HttpRequest, error: Exception) -> Answer:
        """Return the answer in place of one that could not be computed."""
        what = f"{self._host}:{self._port} could not compute its answer to {request}: {error!r}"
        return self._problem(what, 500)

    def _problem(self, text: str, status: int) -> Answer:
        self._problems.append(text)
        return Answer(status=status, body=f"{text}\n")


def require_h11() -> Any:
    """
    Return the module that needs h11, which is an extra.

    Raises:
        ImportError: It is not installed.
    """
    try:
        from asyncio_testselector._http import connection
    except ModuleNotFoundError as exc:
        msg = "HTTP peers need h11: pip install asyncio-testselector[http]"
        raise ImportError(msg, name="h11") from exc
    return connection
