"""The packages two by two and all four, in one test, under every runner people use."""

import itertools
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PACKAGES = ("asyncio_fakeclock", "asyncio_testselector", "asyncloop_testcase", "asyncmock_plus")
PAIRS = list(itertools.combinations(PACKAGES, 2))

# A line of a test for each package; the lines of several packages make one test.
IMPORTS = {
    "asyncmock_plus": "from asyncmock_plus import CoroutineMock, patch",
    "asyncio_testselector": "from asyncio_testselector import install, memory_stream_pair",
    "asyncloop_testcase": "from asyncloop_testcase import TestCase, exhaust_callbacks, strict",
    "asyncio_fakeclock": "from asyncio_fakeclock import ClockedTestCase, FakeClock",
}
BODIES = {
    "asyncmock_plus": """
        mock = CoroutineMock(return_value="mocked")
        with patch("asyncio.open_connection", mock):
            assert await asyncio.open_connection("host", 1) == "mocked"
        mock.assert_awaited_once_with("host", 1)
    """,
    "asyncio_testselector": """
        install(asyncio.get_running_loop())
        (reader, writer), (other_reader, other_writer) = await memory_stream_pair()
        writer.write(b"sent")
        writer.write_eof()
        assert await other_reader.read() == b"sent"
        writer.close()
        other_writer.close()
    """,
    "asyncloop_testcase": """
        await exhaust_callbacks(asyncio.get_running_loop())
    """,
    "asyncio_fakeclock": """
        clock = get_clock_of(asyncio.get_running_loop())
        sleeper = asyncio.ensure_future(asyncio.sleep(3600, "slept"))
        await clock.advance(3600)
        assert await sleeper == "slept"
    """,
}
CLOCK = """
from asyncio_fakeclock import get_clock as get_clock_of
"""


def body(packages, indent):
    text = "".join(textwrap.dedent(BODIES[name]).strip("\n") + "\n" for name in packages)
    return textwrap.indent(text or "pass", " " * indent)


def head(packages):
    imports = "\n".join(IMPORTS[name] for name in packages)
    return f"import asyncio\nimport unittest\nimport pytest\n{imports}\n" + (
        CLOCK if "asyncio_fakeclock" in packages else ""
    )


def unittest_suite(packages):
    """Return a module with a test case of the most special class the packages have."""
    if "asyncio_fakeclock" in packages:
        base = "ClockedTestCase"
    elif "asyncloop_testcase" in packages:
        base = "TestCase"
    else:
        base = "unittest.IsolatedAsyncioTestCase"
    decorator = "@strict\n" if "asyncloop_testcase" in packages else ""
    return (
        f"{head(packages)}\n{decorator}class Tests({base}):\n"
        f"    async def test(self):\n{body(packages, 8)}\n"
    )


def pytest_suite(packages, marker):
    """Return a module with a test function for a plugin that runs coroutine functions."""
    lines = body(packages, 4)
    if "asyncio_fakeclock" in packages:
        lines = (
            "    clock = FakeClock().install()\n    try:\n"
            + textwrap.indent(
                lines.replace("clock = get_clock_of(asyncio.get_running_loop())\n", "pass\n"),
                "    ",
            )
            + "    finally:\n        clock.uninstall()\n"
        )
    backend = "\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    return f"{head(packages)}{backend}\n@pytest.mark.{marker}\nasync def test():\n{lines}"


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", "-W", "error", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )


def run_pytest(folder: Path, *options: str) -> str:
    common = ["-q", "-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function"]
    done = run(folder, "-m", "pytest", *common, "--rootdir", ".", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with the suites of all pairs, and of all four packages."""
    made = tmp_path_factory.mktemp("suites")
    for packages in [*PAIRS, PACKAGES]:
        name = "_and_".join(packages)
        (made / f"test_case_{name}.py").write_text(unittest_suite(packages))
        (made / f"test_asyncio_{name}.py").write_text(pytest_suite(packages, "asyncio"))
        (made / f"test_anyio_{name}.py").write_text(pytest_suite(packages, "anyio"))
    return made


COUNT = len(PAIRS) + 1


def test_under_unittest(folder):
    done = run(folder, "-m", "unittest", "discover", "-p", "test_case_*.py")

    assert done.returncode == 0, done.stderr
    assert f"Ran {COUNT} tests" in done.stderr


def test_under_pytest_with_pytest_asyncio_and_anyio(folder):
    assert f"{3 * COUNT} passed" in run_pytest(folder)


def test_with_pytest_asyncio_in_auto_mode(folder):
    files = sorted(path.name for path in folder.glob("test_asyncio_*"))

    assert f"{COUNT} passed" in run_pytest(folder, "-o", "asyncio_mode=auto", *files)


def test_under_xdist_in_random_order(folder):
    said = run_pytest(folder, "-n", "2", "-v")

    assert "random seed: " in said or "--randomly-seed=" in said
    assert f"{3 * COUNT} passed" in said


@pytest.mark.parametrize("package", PACKAGES)
def test_package_imports_no_other_than_it_needs(package):
    needed = {
        "asyncio_fakeclock": {"asyncio_fakeclock", "asyncloop_testcase"},
        "asyncio_testselector": {"asyncio_testselector", "asyncmock_plus"},
        "asyncloop_testcase": {"asyncloop_testcase"},
        "asyncmock_plus": {"asyncmock_plus"},
    }[package]
    # The others cannot be imported at all, as if they were not installed.
    hidden = {name: None for name in PACKAGES if name not in needed}
    code = f"""
    import sys
    sys.modules.update({hidden!r})
    import {package}
    loaded = {{name for name in {PACKAGES!r} if sys.modules.get(name)}}
    assert loaded <= {needed!r}, loaded
    """

    done = run(Path.cwd(), "-c", textwrap.dedent(code))

    assert done.returncode == 0, done.stderr


def test_test_case_works_without_the_selector(tmp_path):
    code = """
    import sys
    sys.modules["asyncio_testselector"] = sys.modules["asyncmock_plus"] = None
    import asyncio, unittest
    from asyncloop_testcase import TestCase, strict

    @strict
    class Tests(TestCase):
        async def test(self):
            await asyncio.sleep(0)

    unittest.main()
    """
    (tmp_path / "suite.py").write_text(textwrap.dedent(code))

    done = run(tmp_path, "suite.py")

    assert done.returncode == 0, done.stderr


def test_test_case_serves_mocks_as_soon_as_there_is_one(tmp_path):
    code = """
    import unittest
    from asyncio_testselector import SocketMock, TestSelector
    from asyncloop_testcase import TestCase

    class Tests(TestCase):
        async def test(self):
            self.assertNotIsInstance(self.loop._selector, TestSelector)
            mock = SocketMock()
            self.assertIsInstance(self.loop._selector, TestSelector)
            self.loop.add_reader(mock, print)
            self.assertTrue(self.loop.remove_reader(mock))

    unittest.main()
    """
    (tmp_path / "suite.py").write_text(textwrap.dedent(code))

    done = run(tmp_path, "suite.py")

    assert done.returncode == 0, done.stderr
