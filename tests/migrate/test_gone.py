"""Names that asyncio has lost."""

import textwrap

import pytest

pytest.importorskip("libcst.native", exc_type=ImportError, reason="asynctest.migrate needs it")

from asynctest.migrate._migration import migrate


def after(source: str) -> str:
    done = migrate(source).after
    assert migrate(done).after == done
    return done


def notes(source: str) -> list[tuple[int, str]]:
    return [(note.line, note.text) for note in migrate(textwrap.dedent(source)).notes]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("asyncio.Task.all_tasks()", "asyncio.all_tasks()"),
        ("asyncio.Task.current_task(loop=loop)", "asyncio.current_task(loop=loop)"),
        ("asyncio.tasks.Task.all_tasks(loop)", "asyncio.tasks.all_tasks(loop)"),
        ("f = asyncio.Task.all_tasks", "f = asyncio.all_tasks"),
    ],
)
def test_functions_of_tasks_have_moved(old, new):
    assert after(f"import asyncio\n{old}\n") == f"import asyncio\n{new}\n"


def test_asyncio_under_another_name_is_known():
    assert after("import asyncio as aio\naio.Task.all_tasks()\n").endswith("aio.all_tasks()\n")


@pytest.mark.parametrize(
    "use",
    [
        "Task.all_tasks()",
        "mock.patch('asyncio.Task.all_tasks')",
        "mock.patch('asyncio.tasks.Task.all_tasks')",
        "mock.patch.object(asyncio.Task, 'all_tasks')",
        "mock.patch.object(Task, 'all_tasks')",
        "getattr(asyncio.Task, 'all_tasks')",
    ],
)
def test_what_cannot_be_rewritten_alone_is_listed(use):
    source = f"import asyncio\nfrom asyncio import Task\nfrom unittest import mock\n{use}\n"

    [(line, text)] = notes(source)
    assert line == 4
    assert "Task.all_tasks is gone since Python 3.9" in text
    assert after(source) == source


@pytest.mark.parametrize("use", ["asyncio.JoinableQueue()", "asyncio.test_utils.run_briefly(x)"])
def test_names_without_a_successor_are_listed(use):
    [(line, text)] = notes(f"import asyncio\n{use}\n")

    assert line == 2
    assert "is gone from Python" in text


@pytest.mark.parametrize(
    "source",
    [
        "class Task: ...\nTask.all_tasks()\n",
        "import trio\ntrio.Task.all_tasks()\n",
        "import asyncio\nasyncio.all_tasks()\n",
        "from mine import Task\nmock.patch.object(Task, 'all_tasks')\n",
        "mock.patch('mine.Task.all_tasks')\n",
        "mock.patch.object(b'x', b'all_tasks')\n",
    ],
)
def test_others_names_are_left_alone(source):
    assert (after(source), notes(source)) == (source, [])
