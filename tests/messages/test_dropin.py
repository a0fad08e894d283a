# ruff: noqa: E501 (the messages are as long as they are)
"""What the drop-in refuses, and what ``asynctest.migrate`` leaves to the author."""

import sys
import warnings

import pytest

import asynctest
from asynctest._installed import refuse_asynctest
from messages.said import outcome_of, says, warned

pytest.importorskip("libcst.native", exc_type=ImportError, reason="asynctest.migrate needs it")

from asynctest.migrate import _migration
from asynctest.migrate._command import main
from asynctest.migrate._migration import migrate


def notes(*lines: str, to_packages: bool = False) -> str:
    """Return what is left to the author of a module."""
    done = migrate("\n".join(lines) + "\n", to_packages=to_packages)
    return "\n".join(f"{note.line}: {note.text}" for note in done.notes)


@says(
    "TypeError: _setUp() called neither super()._setUp() nor self._init_loop(), so that there is no loop: see the page Migration of the documentation, docs/migration.md"
)
def test_override_that_does_not_call_super():
    class Case(asynctest.TestCase):
        def _setUp(self):
            pass

        def test(self):
            pass

    return outcome_of(Case)


@says(
    "TypeError: fail_on() got an unexpected keyword argument 'unused_lop': unknown checks: 'unused_lop' (did you mean 'unused_loop'?); the known ones are active_asyncgens, active_handles, active_selector_callbacks, changed_environment, changed_signal_handlers, leaked_processes, leaked_threads, pending_tasks, slow_callbacks, unawaited_coroutines, unclosed_transports, unhandled_exceptions, unused_loop"
)
def test_unknown_check():
    asynctest.fail_on(unused_lop=True)


@says("DeprecationWarning: ignore_loop() is deprecated in favor of fail_on(unused_loop=False)")
def test_ignore_loop():
    return warned(asynctest.ignore_loop)


@says("DeprecationWarning: Please use assertEqual instead.")
def test_removed_assertion():
    return warned(lambda: asynctest.TestCase().assertEquals(1, 1))


@says("AssertionError: Missing: 'a'; Mismatched values: 'b', expected: 2, actual: 3")
def test_subset_that_is_not():
    def test(self):
        self.assertDictContainsSubset({"a": 1, "b": 2}, {"b": 3})

    case = type("Case", (asynctest.TestCase,), {"test": test})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return outcome_of(case)


def test_asynctest_beside_the_drop_in(tmp_path, monkeypatch):
    (tmp_path / "asynctest-0.13.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(ImportError) as caught:
        refuse_asynctest()
    assert str(caught.value) == (
        f"asynctest 0.13.0 is installed in {str(tmp_path)!r} beside asynctest-suite, and both "
        "provide the package asynctest. Take the old one out, then put back the files that go "
        "with it: python -m pip uninstall asynctest && python -m pip install --force-reinstall "
        "--no-deps asynctest-suite"
    )


@says(
    """
    4: this yield has no counterpart in an async def: rewrite it by hand
    6: a decorator below @asyncio.coroutine: decide what it decorates
    11: @asyncio.coroutine awaits this result if it can: write an async def
    12: asyncio.coroutine is gone since Python 3.11: write an async def
    16: `e` is a generator function without @asyncio.coroutine: make it an async def, or decorate it with types.coroutine
    """
)
def test_coroutines_that_are_left():
    return notes(
        "import asyncio",
        "@asyncio.coroutine",
        "def a():",
        "    yield 1",
        "@asyncio.coroutine",
        "@other",
        "def b():",
        "    yield from c()",
        "@asyncio.coroutine",
        "def c():",
        "    return other()",
        "d = asyncio.coroutine(c)",
        "def e():",
        "    yield from c()",
        "async def f():",
        "    await e()",
    )


@says("4: a bare yield is `await asyncio.sleep(0)`: import asyncio")
def test_turn_without_asyncio():
    return notes("from asyncio import coroutine", "@coroutine", "def a():", "    yield")


@says(
    """
    4: failIf() is defined in this module, and is left alone
    5: assertDictContainsSubset() is gone since Python 3.12: compare with {**whole, **part} by assertEqual
    """
)
def test_assertions_that_are_left():
    return notes(
        "class Tests:",
        "    def failIf(self): pass",
        "    def test(self):",
        "        self.failIf(1)",
        "        self.assertDictContainsSubset({}, {})",
    )


@says("2: asynctest.unknown has no place in the four packages: asynctest stays imported for it")
def test_names_without_a_package():
    return notes("import asynctest", "asynctest.unknown", to_packages=True)


@says(
    """
    2: loop= is gone since Python 3.10, and its value is more than a name
    5: the base class takes no loop= since Python 3.10
    """
)
def test_loops_that_are_left():
    return notes(
        "import asyncio",
        "asyncio.sleep(1, loop=make())",
        "class Queue(asyncio.Queue):",
        "    def __init__(self, loop):",
        "        super().__init__(loop=loop)",
    )


@says(
    """
    2: from asynctest import *: name what is imported
    3: asynctest.unknown has no place in the four packages: asynctest stays imported for it
    """
)
def test_imports_that_are_left():
    return notes(
        "import asynctest.unknown",
        "from asynctest import *",
        "from asynctest import unknown",
        "if x: import asynctest; y = 1",
        to_packages=True,
    )


@says("SyntaxError: not parsed: invalid syntax (line 1)")
def test_source_that_is_no_python():
    migrate("def f(:\n")


@says("RuntimeError: the passes did not come to an end in 5 rounds: please report the file")
def test_passes_without_an_end():
    once = _migration._once
    _migration._once = lambda text, to_packages: (text + "#", [], ())
    try:
        migrate("")
    finally:
        _migration._once = once


def test_report_of_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.py").write_text("import asyncio\nasyncio.coroutine(f)\n")
    (tmp_path / "bad.py").write_text("def f(:\n")
    assert main(["old.py", "bad.py", "gone.py"]) == 1
    assert capsys.readouterr().err == (
        "old.py:2: asyncio.coroutine is gone since Python 3.11: write an async def\n"
        "bad.py:1: left alone: not parsed: invalid syntax\n"
        "gone.py: left alone: No such file or directory\n"
        "0 files to rewrite (--write does it), 1 place left to you, 2 files left alone\n"
    )


def test_command_without_libcst(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "libcst", None)
    assert main(["old.py"]) == 2
    assert capsys.readouterr().err == (
        "asynctest.migrate needs libcst: pip install 'asynctest-suite[migrate]'\n"
    )
