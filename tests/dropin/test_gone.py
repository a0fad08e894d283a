"""Names that asyncio has lost lead to the command that rewrites them."""

import asyncio
import subprocess
import sys

import pytest
from support.programs import python_m

import asynctest
from asynctest._gone import lead_to_the_command

SUITE = """\
import asyncio
import asynctest

class Tests(asynctest.TestCase):
    @asyncio.coroutine
    def test(self):
        yield from asyncio.sleep(0)
"""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python has it still")
def test_missing_decorator_names_the_command_and_the_file(tmp_path):
    path = tmp_path / "test_old.py"
    path.write_text(SUITE)

    done = subprocess.run(
        python_m("unittest", "test_old"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 1
    [line] = [line for line in done.stderr.splitlines() if line.startswith("AttributeError")]
    assert line == (
        "AttributeError: module 'asyncio' has no attribute 'coroutine' since Python 3.11: rewrite "
        f"the file with python -m asynctest.migrate --write {path} "
        "(pip install 'asynctest-suite[migrate]')"
    )


def test_missing_names_are_missing_as_before():
    assert asynctest.__version__
    assert not hasattr(asyncio, "JoinableQueue")
    assert getattr(asyncio, "JoinableQueue", 3) == 3
    with pytest.raises(AttributeError, match=r"^module 'asyncio' has no attribute 'nothing'$"):
        asyncio.nothing  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'JoinableQueue'"):
        from asyncio import JoinableQueue  # noqa: F401


def test_hook_of_asyncio_itself_goes_on_to_be_asked(monkeypatch):
    def hook(name):
        return name.upper()

    monkeypatch.setattr(asyncio, "__getattr__", hook, raising=False)
    lead_to_the_command()
    assert asyncio.something == "SOMETHING"
    with pytest.raises(AttributeError, match=r"since Python 3\.5: rewrite the file with python -m"):
        asyncio.JoinableQueue  # noqa: B018
    installed = asyncio.__getattr__
    lead_to_the_command()
    assert asyncio.__getattr__ is installed
