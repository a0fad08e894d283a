"""One name goes out of an import, and nothing else does."""

import pytest

pytest.importorskip("libcst.native", exc_type=ImportError, reason="asynctest.migrate needs it")

from asynctest.migrate._migration import migrate

OLD = "\n\n@coroutine\ndef f():\n    yield from g()\n"
NEW = "\n\nasync def f():\n    await g()\n"


@pytest.mark.parametrize(
    ("names", "left"),
    [
        ("Queue, coroutine, sleep", "Queue, sleep"),
        ("coroutine, Queue, sleep", "Queue, sleep"),
        ("sleep, coroutine, Queue", "sleep, Queue"),
        ("sleep, Queue, coroutine", "sleep, Queue"),
        ("(sleep, Queue, coroutine,)", "(sleep, Queue,)"),
    ],
)
def test_name_is_taken_out_wherever_it_stands(names, left):
    after = migrate(f"from asyncio import {names}{OLD}").after

    assert after == f"from asyncio import {left}{NEW}"


@pytest.mark.parametrize("module", ["aaa", "zzz", ".asyncio", ".", "asyncio.aaa"])
def test_name_of_another_module_stays(module):
    other = f"from {module} import coroutine as other\n"

    assert migrate(f"{other}from asyncio import coroutine, sleep{OLD}").after == (
        f"{other}from asyncio import sleep{NEW}"
    )


def test_star_stays():
    star = "from asyncio import *\n"

    assert migrate(f"{star}from asyncio import coroutine, sleep{OLD}").after == (
        f"{star}from asyncio import sleep{NEW}"
    )
