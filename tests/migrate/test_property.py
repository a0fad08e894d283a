"""What holds for every module: nothing else is touched, a second run changes nothing."""

import bisect
import inspect
import random
import re
import textwrap
from pathlib import Path

import pytest

pytest.importorskip("libcst.native", exc_type=ImportError, reason="asynctest.migrate needs it")

from hypothesis import example, given, settings
from hypothesis import strategies as st

from asynctest.migrate._async_name import rename
from asynctest.migrate._migration import _PASSES, migrate
from asynctest.migrate._packages import Packages

IMPORTS = (
    "import asyncio",
    "import asyncio as aio",
    "from asyncio import coroutine, sleep",
    "import asynctest",
    "from asynctest import ignore_loop, patch, mock",
    "from asynctest import (TestCase,  # why\n    fail_on)",
    "import unittest",
    "import types",
)
DECORATORS = (
    "@asyncio.coroutine",
    "@coroutine",
    "@types.coroutine",
    "@asynctest.ignore_loop",
    "@ignore_loop()",
    "@patch('a.b')",
    "@asynctest.mock.patch.object(x, 'y')",
    "# a comment",
)
STATEMENTS = (
    "yield from asyncio.sleep(0, loop=self.loop)  # a turn",
    "x = yield from (a or b)",
    "x = (yield from asyncio.wait_for(\n        f,  # f\n        1, loop=loop,\n    ))",
    "yield",
    "yield 1",
    "return x",
    "return (yield from x())",
    "with (yield from lock): pass",
    "self.assertEquals(1 , 1)",
    "self.assertRaisesRegexp(OSError, 'x')",
    "asyncio.async(f(), loop = loop)",
    "lock = asyncio.Lock( loop=loop )",
    "asynctest.unknown(asynctest.CoroutineMock)",
    "text = '''\n\tyield from asyncio.sleep(1, loop=loop)\n'''",
    "def inner():\n        yield from x",
    "# yield from nothing",
    "pass",
)


@st.composite
def modules(draw: st.DrawFn) -> str:
    """Draw a module in the old style, with odd layout."""
    lines = draw(st.lists(st.sampled_from(IMPORTS), max_size=5))
    for index in range(draw(st.integers(0, 3))):
        lines += [""] * draw(st.integers(0, 2))
        lines += draw(st.lists(st.sampled_from(DECORATORS), max_size=3))
        lines.append(f"def function{index}( self, *args ):")
        body = draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=4))
        lines += [f"    {statement}" for statement in [*body, "pass"]]
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n# end\n"]))


@settings(deadline=None, derandomize=True, max_examples=20)
@given(modules(), st.booleans())
def test_second_run_changes_nothing(source, to_packages):
    once = migrate(source, to_packages=to_packages)
    twice = migrate(once.after, to_packages=to_packages)

    assert twice.after == once.after
    assert twice.notes == once.notes


@settings(deadline=None, derandomize=True, max_examples=10)
@given(modules())
def test_result_is_python_wherever_the_source_was(source):
    try:
        compile(rename(source), "old", "exec", dont_inherit=True)
    except SyntaxError:
        return  # such as a `return x` and a `yield 1` in one async def: not for us to mend

    compile(migrate(source).after, "new", "exec", dont_inherit=True)


@settings(deadline=None, derandomize=True, max_examples=10)
@given(modules())
def test_comments_and_strings_stay(source):
    done = migrate(source, to_packages=True)

    for text in ("# a comment", "# f\n", "# why", "# end", "# a turn", "# yield from nothing",
                 "'''\n\tyield from asyncio.sleep(1, loop=loop)\n'''"):  # fmt: skip
        assert done.after.count(text) == source.count(text)


@settings(deadline=None, derandomize=True, max_examples=10)
@given(modules())
def test_notes_point_into_either_text(source):
    done = migrate(source, to_packages=True)

    notes, changes = done.before_it()
    before, after = source.count("\n") + 1, done.after.count("\n") + 1
    assert all(1 <= note.line <= after for note in (*done.notes, *done.changes))
    assert all(1 <= note.line <= before for note in (*notes, *changes))
    assert [note.text for note in notes] == [note.text for note in done.notes]
    assert [note.text for note in changes] == [note.text for note in done.changes]


@pytest.mark.parametrize("module", [bisect, textwrap])
def test_module_of_today_is_untouched(module):
    source = inspect.getsource(module)

    assert migrate(source, to_packages=True).after == source


def some_of_the_standard_library() -> list[Path]:
    """Return a few modules, always the same ones in a version of Python."""
    modules = sorted(Path(textwrap.__file__).parent.glob("*.py"))
    small = [path for path in modules if 1000 < path.stat().st_size < 10_000]
    return random.Random(1).sample(small, 5)


@pytest.mark.parametrize("path", some_of_the_standard_library(), ids=lambda path: path.stem)
def test_every_pass_can_read_whatever_it_is_given(path, monkeypatch):
    for each in (*_PASSES, Packages):
        monkeypatch.setattr(each, "words", re.compile(""))  # else most would not look at it
    source = path.read_text("utf-8")
    try:
        once = migrate(source, to_packages=True)
    except SyntaxError as error:
        pytest.skip(f"libcst does not know all of this Python: {error}")

    compile(once.after, path.name, "exec", dont_inherit=True)
    assert migrate(once.after, to_packages=True).after == once.after


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text(alphabet="asyncio.import from()\n\r\t'\"#;\\:=\x0c", max_size=60))
@example("asyncio.\\\nasync")
@example("from asyncio import async\rasync(x)")
def test_renaming_of_async_touches_nothing_else(text):
    renamed = rename(text)

    assert renamed.replace("ensure_future", "async") == text
