"""The drop-in: its modules, its hooks, what it refuses."""

import asyncio
import importlib
import subprocess
import sys
import unittest
import unittest.mock
import warnings
from pathlib import Path

import asyncio_testselector
import asyncloop_testcase
import asyncmock_plus
import pytest

import asynctest
import asynctest.aio_testing
from asynctest._installed import refuse_asynctest


def run(case: type[unittest.TestCase], method: str = "test") -> unittest.TestResult:
    result = unittest.TestResult()
    case(method).run(result)
    return result


def report(result: unittest.TestResult) -> str:
    [(_, text)] = result.failures + result.errors
    return text


def test_classes_are_those_of_the_packages():
    assert issubclass(asynctest.TestCase, asyncloop_testcase.TestCase)
    assert issubclass(asynctest.FunctionTestCase, asyncloop_testcase.FunctionTestCase)
    assert issubclass(asynctest.ClockedTestCase, asynctest.TestCase)
    assert asynctest.CoroutineMock is asyncmock_plus.CoroutineMock
    assert issubclass(asynctest.SocketMock, asyncio_testselector.SocketMock)


def is_ours(value: object) -> bool:
    return getattr(value, "__module__", "").startswith("async")


@pytest.mark.parametrize("module", ["case", "mock", "selector", "helpers"])
def test_names_of_a_module_are_at_the_top_level_too(module):
    here = importlib.import_module(f"asynctest.{module}")
    names = [name for name in vars(here) if name[0] != "_" and is_ours(getattr(here, name))]

    assert names
    assert all(getattr(asynctest, name) is getattr(here, name) for name in names)


def test_everything_of_unittest_can_be_imported_by_star():
    names: dict[str, object] = {}
    exec("from asynctest import *", names)

    del names["__builtins__"]
    assert set(unittest.__all__) <= set(names)
    assert set(names) == set(asynctest.__all__)
    assert names["TestCase"] is asynctest.TestCase


@pytest.mark.parametrize("module", [asynctest, asynctest.mock])
def test_part_of_the_old_mocks_that_is_gone_names_the_way_out_and_the_page(module):
    with pytest.raises(AttributeError, match=r"MagicMock has the .* docs/migration\.md$") as caught:
        module.AsyncMagicMixin
    assert caught.value.obj is None
    assert not hasattr(module, "AsyncMagicMixin")


def test_wrong_name_has_what_python_needs_for_its_suggestion():
    with pytest.raises(AttributeError, match="no attribute 'MagicMok'$") as caught:
        asynctest.MagicMok
    assert caught.value.name == "MagicMok"
    assert caught.value.obj is asynctest


def test_top_level_has_no_public_names_of_ours():
    ours = {"lead_to_the_command", "refuse_asynctest"}

    assert ours.isdisjoint(vars(asynctest))


def test_patches_make_coroutine_mocks():
    with asynctest.patch("asyncio.sleep") as sleep, asynctest.mock.patch("asyncio.run") as run:
        assert isinstance(sleep, asynctest.CoroutineMock)
        assert isinstance(run, asynctest.MagicMock)
        assert not isinstance(run, asynctest.CoroutineMock)
    assert isinstance(asynctest.patch("asyncio.sleep"), asynctest.mock._patch)


def test_checks_of_the_package_can_be_asked_for():
    class Tests(asynctest.TestCase):
        async def leave(self):
            self.task = self.loop.create_task(asyncio.sleep(60))

        test = leave
        test_strict = asynctest.fail_on(pending_tasks=True)(lambda self: self.leave())

    assert run(Tests).wasSuccessful()
    assert "pending_tasks" in report(run(Tests, "test_strict"))


def test_unknown_check_is_refused_with_the_known_ones():
    with pytest.raises(TypeError, match=r"'nonsense'.* known ones are .*unused_loop"):
        asynctest.fail_on(nonsense=True)


def test_override_of_set_up_that_opens_no_loop_is_told_so():
    class Tests(asynctest.TestCase):
        def _setUp(self):
            pass

        def test(self):
            pass

    assert "Tests._setUp() called neither super()._setUp() nor self._init_loop()" in report(
        run(Tests)
    )


def test_override_can_make_its_own_loop():
    loops = []

    class Tests(asynctest.TestCase):
        def _init_loop(self):
            self.loop = self._patch_loop(asyncio.SelectorEventLoop())
            loops.append(self.loop)

        async def test(self):
            assert asyncio.get_running_loop() is loops[0]
            sock = asynctest.SocketMock()
            self.loop.add_reader(sock, print)

    assert run(Tests).wasSuccessful()
    assert loops[0].is_closed()


def test_clock_can_be_changed_by_an_override():
    class Tests(asynctest.ClockedTestCase):
        def _init_loop(self):
            super()._init_loop()
            self.start = self.loop.time()

        async def test(self):
            await self.advance(3)
            assert self.loop.time() - self.start == 3

    assert run(Tests).wasSuccessful()


def test_generator_test_can_wait_for_coroutines():
    events = []

    class Tests(asynctest.TestCase):
        def test(self):
            events.append((yield from asyncio.sleep(0, "slept")))

    assert run(Tests).wasSuccessful()
    assert events == ["slept"]


def test_removed_assertion_warns_at_the_line_of_the_test():
    class Tests(asynctest.TestCase):
        def runTest(self):
            getattr(self, "assertEquals")(1, 1)  # noqa: B009 - no linter is to rename it

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert run(Tests, "runTest").wasSuccessful()

    assert [Path(warning.filename).name for warning in caught] == [Path(__file__).name]
    assert str(caught[0].message) == "Please use assertEqual instead."


def test_subset_that_is_contained_passes():
    case = asynctest.TestCase()

    with pytest.warns(DeprecationWarning, match="assertDictContainsSubset is deprecated"):
        case.assertDictContainsSubset({"a": 1}, {"a": 1, "b": 2})
    with pytest.warns(DeprecationWarning), pytest.raises(AssertionError, match="Missing: 'c'$"):
        case.assertDictContainsSubset({"c": 1}, {"a": 1})


def test_own_check_may_have_nothing_to_do_before_the_test():
    def check(case):
        case.fail("never good enough")

    with unittest.mock.patch.dict(asynctest._fail_on.DEFAULTS, own=False):
        asynctest._fail_on._fail_on.own = staticmethod(check)
        try:

            class Tests(asynctest.TestCase):
                @asynctest.fail_on(own=True)
                def test(self):
                    pass

                def test_off(self):
                    pass

            assert "never good enough" in report(run(Tests))
            assert run(Tests, "test_off").wasSuccessful()
        finally:
            del asynctest._fail_on._fail_on.own


def test_loop_is_closed_if_an_own_check_fails_before_the_test():
    loops = []

    def before(case):
        loops.append(case.loop)
        raise OSError("cannot look")

    with unittest.mock.patch.dict(asynctest._fail_on.DEFAULTS, own=True):
        asynctest._fail_on._fail_on.before_test_own = staticmethod(before)
        try:

            class Tests(asynctest.TestCase):
                def test(self):
                    pass

            assert "cannot look" in report(run(Tests))
        finally:
            del asynctest._fail_on._fail_on.before_test_own
    assert loops[0].is_closed()


def test_names_of_aio_testing_are_in_one_module():
    names = asynctest.aio_testing

    assert names.aiotest is names.run_until_complete is asyncloop_testcase.run_until_complete
    assert names.aiofuturetest is names.run_forever is asyncloop_testcase.run_forever
    assert names.child_loop is asyncloop_testcase.child_loop
    assert names.current_loop is asyncloop_testcase.current_loop


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("asynctest-0.13.0.dist-info", "0.13.0"),
        ("asynctest-0.12.3-py3.5.egg-info", "0.12.3"),
        ("asynctest-0.13.egg-info", "0.13"),
    ],
)
def test_asynctest_itself_beside_ours_is_refused(tmp_path, name, version):
    (tmp_path / name).mkdir()
    code = f"import sys; sys.path.append({str(tmp_path)!r}); import asynctest"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)

    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == (
        f"ImportError: asynctest {version} is installed in {str(tmp_path)!r} beside "
        "asynctest-suite, and both provide the package asynctest. Take the old one out, then put "
        "back the files that go with it: python -m pip uninstall asynctest && "
        "python -m pip install --force-reinstall --no-deps asynctest-suite"
    )


def test_installed_asynctest_is_looked_for_in_all_folders(tmp_path, monkeypatch):
    (tmp_path / "asynctest-0.13.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [__file__, str(tmp_path)])

    with pytest.raises(ImportError, match=r"asynctest 0\.13\.0 is installed in") as caught:
        refuse_asynctest()

    assert caught.value.name == "asynctest"


@pytest.mark.parametrize(
    "name", ["asynctest_suite-0.1.0.dist-info", "asynctest-tools.txt", "asynctest_x-1.dist-info"]
)
def test_other_distributions_are_no_matter(tmp_path, name):
    (tmp_path / name).mkdir()
    code = f"import sys; sys.path += [{str(tmp_path)!r}, 'nowhere', __file__]; import asynctest"

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code.replace("__file__", repr(__file__))],
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr


def test_files_of_other_names_are_passed_over(tmp_path, monkeypatch):
    (tmp_path / "asynctest-tools.txt").mkdir()
    (tmp_path / "asynctest-notes.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "nowhere")])

    refuse_asynctest()
