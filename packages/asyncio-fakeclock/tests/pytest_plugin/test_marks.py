"""Markers that are wrong: one line, before any test runs."""

import pytest
from pytest_suites import output_of

HEAD = "import pytest, unittest\n"


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        (
            "fakeclock(5)",
            (
                "@pytest.mark.fakeclock(5): options have names, as in fakeclock(auto=True); "
                "fakeclock(False) is no clock"
            ),
        ),
        (
            "fakeclock(False, auto=True)",
            (
                "@pytest.mark.fakeclock(False, auto=True): options have names, as in "
                "fakeclock(auto=True); fakeclock(False) is no clock"
            ),
        ),
        (
            "fakeclock(atuo=True)",
            "@pytest.mark.fakeclock(atuo=True): no option is named 'atuo'; did you mean 'auto'?",
        ),
        (
            "fakeclock(zzz=1)",
            "@pytest.mark.fakeclock(zzz=1): no option is named 'zzz'; there are auto",
        ),
        (
            "fakeclock(start='now')",
            "@pytest.mark.fakeclock(start='now'): start must be a number, not 'now'",
        ),
    ],
)
def test_wrong_marker_is_one_line(mark: str, text: str) -> None:
    output = output_of(HEAD + f"@pytest.mark.{mark}\ndef test_it(): pass\n")
    assert f"test_suite.py:2: {text}" in output
    assert "Traceback" not in output
    assert "1 error in" in output


def test_wrong_marker_of_a_module_is_told_for_each_test() -> None:
    output = output_of(
        HEAD
        + "pytestmark = pytest.mark.fakeclock(begin=5)\n"
        + "class T(unittest.TestCase):\n    def test_one(self): pass\n"
    )
    assert "no option is named 'begin'; " in output
    assert "1 error in" in output
