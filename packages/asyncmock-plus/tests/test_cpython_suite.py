"""The interpreter's own mock tests pass with their imports redirected to asyncmock_plus."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.cpython_suite import installed_tests

RUNNER = Path(__file__).with_name("support") / "cpython_suite.py"
TESTS = installed_tests()
FILES = sorted(path.stem for path in TESTS.glob("test*.py")) if TESTS else []

# What is not asked of us: the test, the versions that have it so, and why.
EXCLUDED = [
    (
        "testsealable.TestSealable.test_seal_with_autospec",
        sys.version_info < (3, 12),
        "gh-91803: a sealed autospecced method returns a mock, as in 3.12; this says it does not",
    ),
    (
        "testasync.AsyncAutospecTest.test_autospec_checks_signature",
        sys.version_info >= (3, 13),
        "the call of an autospecced coroutine function counts, as up to 3.12: this wants the await",
    ),
]


@pytest.mark.skipif(TESTS is None, reason="this Python is installed without its test package")
@pytest.mark.parametrize("name", FILES)
def test_file_of_the_interpreter_passes(name: str, tmp_path: Path) -> None:
    excluded = [test for test, applies, _ in EXCLUDED if applies and test.startswith(f"{name}.")]

    done = subprocess.run(
        [sys.executable, str(RUNNER), str(tmp_path), name, *excluded],
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    if "skipped" in result:
        pytest.skip(result["skipped"])
    assert result["bad"] == {}, "\n".join(result["bad"].values())
    assert result["run"] > 5 or name == "testsentinel"


def test_exclusions_are_few() -> None:
    assert len(EXCLUDED) < 10
