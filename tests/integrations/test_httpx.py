"""httpx, uvicorn, Starlette and FastAPI."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import on_both_loops, run

httpx = pytest.importorskip("httpx")
uvicorn = pytest.importorskip("uvicorn")


@contextlib.asynccontextmanager
async def serving(app: Any, host: str, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(app, host=host, port=port, log_config=None, ws="none")
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # the test runner's signals are its own
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.1)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def ask_twice(app: Any, path: str) -> list[Any]:
    """Ask twice over one connection, and return the answers."""
    async with MemoryNetwork(latency=0.01) as network:
        async with serving(app, "web.example", 8000):
            async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
                # The second goes over the first one's connection, which httpcore polls by its
                # descriptor before it does that.
                answers = [await client.get(f"http://web.example:8000{path}") for _ in range(2)]
        assert [event.kind for event in network.log].count("accept") == 1
    return answers


@on_both_loops
def test_client_meets_starlette(loop_kind: str) -> None:
    applications = pytest.importorskip("starlette.applications")
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def hello(request: Any) -> Any:
        await asyncio.sleep(2)
        return PlainTextResponse(f"hello {request.path_params['name']}")

    async def main() -> None:
        app = applications.Starlette(routes=[Route("/hello/{name}", hello)])
        answers = await ask_twice(app, "/hello/you")
        assert [(each.status_code, each.text) for each in answers] == [(200, "hello you")] * 2

    assert 4 <= run(main(), loop_kind) < 8


@on_both_loops
def test_client_meets_fastapi(loop_kind: str) -> None:
    fastapi = pytest.importorskip("fastapi")
    app = fastapi.FastAPI()

    @app.get("/items/{number}")
    async def item(number: int, q: str = "") -> dict[str, Any]:
        await asyncio.sleep(2)
        return {"number": number, "q": q}

    async def main() -> None:
        answers = await ask_twice(app, "/items/3?q=x")
        assert [each.json() for each in answers] == [{"number": 3, "q": "x"}] * 2

    assert 4 <= run(main(), loop_kind) < 8


@on_both_loops
def test_client_meets_fastapi_whose_handler_runs_in_a_thread(loop_kind: str) -> None:
    fastapi = pytest.importorskip("fastapi")
    app = fastapi.FastAPI()

    @app.get("/")
    def plain() -> str:
        return "from a thread"

    async def main() -> None:
        answers = await ask_twice(app, "/")
        assert [each.json() for each in answers] == ["from a thread"] * 2

    assert run(main(), loop_kind) < 5


@on_both_loops
def test_client_gets_scripted_answers(loop_kind: str) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            api = network.http("api.example")
            api.get("/rates").reply(status=503, times=1).reply(json={"EUR": 1.1})
            api.get("/cut").reply("x" * 100, reset_after=50)
            async with httpx.AsyncClient(trust_env=False) as client:
                answers = [await client.get("http://api.example/rates") for _ in range(2)]
                assert [each.status_code for each in answers] == [503, 200]
                assert answers[1].json() == {"EUR": 1.1}
                with pytest.raises(httpx.ReadError):
                    await client.get("http://api.example/cut")

    assert run(main(), loop_kind) == 0


@on_both_loops
def test_client_times_out_where_nobody_answers(loop_kind: str) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            network.http("api.example").get("/").hang()
            async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
                with pytest.raises(httpx.ReadTimeout):
                    await client.get("http://api.example/")

    assert run(main(), loop_kind) == 30
