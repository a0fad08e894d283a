"""The command line of asynctest.migrate: what is shown, written, left and reported."""

import os
import runpy
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("libcst.native", exc_type=ImportError, reason="asynctest.migrate needs it")

from asynctest.migrate import main

OLD = "import asyncio\n\n@asyncio.coroutine\ndef f():\n    yield from g()\n"
NEW = "import asyncio\n\nasync def f():\n    await g()\n"
BROKEN = "import asyncio\ndef f(:\n"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "test_old.py"
    path.write_text(OLD)
    return path


def test_diff_is_shown_and_nothing_written(old, capsys):
    assert main([str(old)]) == 0

    out, err = capsys.readouterr()
    assert out == (
        f"--- {old}\n+++ {old}\n@@ -1,5 +1,4 @@\n import asyncio\n \n"
        "-@asyncio.coroutine\n-def f():\n-    yield from g()\n+async def f():\n+    await g()\n"
    )
    assert err == "1 file to rewrite (--write does it)\n"
    assert old.read_text() == OLD


def test_write_writes_and_shows_nothing(old, capsys):
    assert main(["--write", str(old)]) == 0

    assert old.read_text() == NEW
    assert capsys.readouterr() == ("", "1 file rewritten\n")


def test_second_run_changes_nothing(old, capsys):
    main(["--write", str(old)])
    before = old.stat()

    assert main(["--write", str(old)]) == 0

    assert old.stat().st_mtime_ns == before.st_mtime_ns
    assert old.stat().st_ino == before.st_ino
    assert capsys.readouterr().err.endswith("0 files rewritten\n")


def test_what_is_left_is_listed_by_the_line_of_the_file_as_it_is(tmp_path, capsys):
    path = tmp_path / "test_old.py"
    path.write_text(OLD + "\n@asyncio.coroutine\ndef h():\n    yield 1\n")

    main([str(path)])
    shown = capsys.readouterr().err
    main(["--write", str(path)])
    written = capsys.readouterr().err

    note = "this yield has no counterpart in an async def: rewrite it by hand\n"
    assert shown == f"{path}:9: {note}1 file to rewrite (--write does it), 1 place left to you\n"
    assert written == f"{path}:8: {note}1 file rewritten, 1 place left to you\n"
    assert path.read_text().splitlines()[7] == "    yield 1"


def test_file_that_does_not_parse_is_left_alone_and_the_others_done(old, capsys):
    broken = old.with_name("a_broken.py")
    broken.write_text(BROKEN)

    assert main(["--write", str(broken), str(old)]) == 1

    assert broken.read_text() == BROKEN
    assert old.read_text() == NEW
    err = capsys.readouterr().err
    assert err.startswith(f"{broken}:2: left alone: not parsed: ")
    assert err.endswith("1 file rewritten, 1 file left alone\n")


def test_line_and_words_of_a_syntax_error_are_those_of_python(tmp_path, capsys):
    path = tmp_path / "broken.py"
    path.write_text('"""\\d"""\nx = = 1\ny = 2\nz = 3\n')

    assert main([str(path)]) == 1

    assert f"{path}:2: left alone: not parsed: invalid syntax\n" in capsys.readouterr().err


def test_null_byte_in_a_broken_file_is_what_is_told(tmp_path, capsys):
    path = tmp_path / "broken.py"
    path.write_text("x = = 1\ny = '\0'\n")

    assert main([str(path)]) == 1

    err = capsys.readouterr().err
    assert err.startswith(f"{path}:")
    assert ": left alone: not parsed: source code string cannot contain null bytes\n" in err


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"# \xff\n", "'utf-8' codec can't decode|invalid or missing encoding"),
        (b"# coding: nonsense\n", "unknown encoding"),
    ],
)
def test_file_that_cannot_be_decoded_is_left_alone(old, capsys, data, reason):
    other = old.with_name("a_other.py")
    other.write_bytes(data)

    assert main(["--write", str(other), str(old)]) == 1

    assert other.read_bytes() == data
    assert old.read_text() == NEW
    first = capsys.readouterr().err.splitlines()[0]
    assert any(part in first for part in reason.split("|")), first


def test_path_that_does_not_exist_is_reported(tmp_path, capsys):
    path = tmp_path / "nowhere.py"

    assert main([str(path)]) == 1

    assert f"{path}: left alone: No such file or directory\n" in capsys.readouterr().err


def test_folder_is_searched_but_not_its_caches_and_hidden_parts(tmp_path, capsys):
    for name in ("a.py", "sub/b.py", ".hidden/c.py", "__pycache__/d.py", "e.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(OLD)

    assert main(["--write", str(tmp_path), str(tmp_path / "a.py")]) == 0

    rewritten = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.*") if p.is_file()
                 and p.read_text() == NEW}  # fmt: skip
    assert rewritten == {"a.py", os.path.join("sub", "b.py")}
    assert capsys.readouterr().err == "2 files rewritten\n"


@pytest.mark.skipif(os.name == "nt", reason="permissions and links of POSIX")
def test_permissions_and_link_stay(old):
    old.chmod(0o751)
    link = old.with_name("link.py")
    link.symlink_to(old)

    main(["--write", str(link)])

    assert link.is_symlink()
    assert old.read_text() == NEW
    assert stat.S_IMODE(old.stat().st_mode) == 0o751


@pytest.mark.parametrize(
    "data",
    [
        OLD.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + OLD.encode(),
        b"# coding: latin-1\n# \xe9\n" + OLD.encode(),
        OLD.rstrip("\n").encode(),
        OLD.replace("    ", "\t").encode(),
        OLD.encode() + b"# \x0c form feed\r\nx = 1\r\n\n",
    ],
    ids=["crlf", "mark", "latin-1", "no last newline", "tabs", "mixed line ends"],
)
def test_encoding_and_line_ends_stay(old, data):
    old.write_bytes(data)

    assert main(["--write", str(old)]) == 0

    expected = data
    for was, new in ((b"@asyncio.coroutine\r\n", b""), (b"@asyncio.coroutine\n", b""),
                     (b"def f()", b"async def f()"), (b"yield from", b"await")):  # fmt: skip
        expected = expected.replace(was, new)
    assert old.read_bytes() == expected


def test_file_is_old_or_new_but_never_half_written(old, monkeypatch, capsys):
    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)

    assert main(["--write", str(old)]) == 1

    assert old.read_text() == OLD
    assert [path.name for path in old.parent.iterdir()] == [old.name]
    assert f"{old}: left alone: No space left on device" in capsys.readouterr().err


def test_interruption_leaves_no_file_behind(old, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)

    with pytest.raises(KeyboardInterrupt):
        main(["--write", str(old)])

    assert old.read_text() == OLD
    assert [path.name for path in old.parent.iterdir()] == [old.name]


def test_to_packages_is_an_option(old, capsys):
    old.write_text("from asynctest import patch\n")

    main(["--write", "--to-packages", str(old)])

    assert old.read_text() == "from asyncmock_plus.coroutines import patch\n"


def test_without_libcst_the_way_to_it_is_named(old, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "libcst", None)

    assert main([str(old)]) == 2

    assert capsys.readouterr().err == (
        "asynctest.migrate needs libcst: pip install 'asynctest-suite[migrate]'\n"
    )


def test_module_runs_as_a_program(old):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "asynctest.migrate", "--write", str(old)],
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "1 file rewritten\n")
    assert old.read_text() == NEW


def test_importing_asynctest_and_its_command_does_not_import_libcst():
    code = "import sys, asynctest, asynctest.migrate; sys.exit('libcst' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], timeout=300).returncode == 0


def test_module_is_run_as_a_program(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["asynctest.migrate", str(tmp_path)])

    with pytest.raises(SystemExit) as caught:
        runpy.run_module("asynctest.migrate", run_name="__main__")
    assert caught.value.code == 0


CHECKED = {
    "import asyncio\n": 0,
    "import asyncio\nasyncio.sleep(1, loop=loop)\n": 1,
    "import asyncio\nf = asyncio.coroutine(g)\n": 1,
}


@pytest.mark.parametrize("text", CHECKED)
def test_check_writes_nothing_and_tells_by_its_status_whether_there_is_work(text, tmp_path, capsys):
    path = tmp_path / "test_it.py"
    path.write_text(text)

    assert main(["--check", str(path)]) == CHECKED[text]
    assert path.read_text() == text
    assert capsys.readouterr().out == ""


def test_check_and_write_exclude_each_other(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--check", "--write", str(tmp_path)])
    assert "not allowed with argument" in capsys.readouterr().err


def test_places_that_do_something_else_are_listed(tmp_path, capsys):
    path = tmp_path / "test_it.py"
    path.write_text("from asynctest import SocketMock\n\nSocketMock()\n")

    assert main(["--to-packages", "--write", str(path)]) == 0
    told = capsys.readouterr().err
    assert f"{path}:3: another SocketMock: its fileno() is -1 when it is closed" in told
    assert "1 place that may do something else" in told
    assert main(["--to-packages", "--check", str(path)]) == 0
