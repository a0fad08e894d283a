"""What a failure by the clock looks like."""

from pathlib import Path

import pytest
from pytest_suites import HEADS, output_of

DEAD = """
async def helper(future):
    await future

@pytest.mark.fakeclock(auto=True)
async def test_dead():
    await helper(asyncio.get_running_loop().create_future())
"""
PLAIN = """
import asyncio, pytest

@pytest.mark.fakeclock(auto=True)
def test_dead():
    async def main():
        await asyncio.Event().wait()
    asyncio.run(main())
"""


def shown(output: str) -> list[str]:
    """Return the lines of the failure, blank ones left out."""
    failure = output.partition("= FAILURES =")[2].partition("fake_clock: ")[0]
    return [line for line in failure.splitlines()[1:] if line.strip()][1:]


@pytest.mark.parametrize("runner", HEADS)
def test_deadlock_shows_the_line_of_the_test_and_the_report(runner: str) -> None:
    lines = shown(output_of(HEADS[runner] + DEAD))
    assert lines[0].startswith(">   await helper(asyncio.get_running_loop().create_future())")
    report = [line for line in lines if line.startswith("E ")]
    assert len(lines) - len(report) <= 10
    assert "site-packages" not in "\n".join(lines)
    assert "asyncio_fakeclock_pytest" not in "\n".join(lines)
    assert "_pytest/" not in "\n".join(lines)
    assert "base_events.py" not in "\n".join(lines)


def test_deadlock_of_a_plain_function_too() -> None:
    lines = shown(output_of(PLAIN))
    assert lines[0].startswith(">   ")
    assert "base_events.py" not in "\n".join(lines)


def test_everything_is_shown_when_asked_for() -> None:
    output = output_of(HEADS["pytest-asyncio"] + DEAD, "-vv")
    assert "base_events.py" in output


def test_error_of_a_call_ends_in_the_line_of_the_test() -> None:
    output = output_of(
        HEADS["pytest-asyncio"]
        + "async def test_it(fake_clock):\n    await fake_clock.advance(-1)\n"
    )
    assert "test_suite.py:6: ValueError" in output


def test_report_of_pytest_html_has_the_timeline_drawn(tmp_path: Path) -> None:
    pytest.importorskip("pytest_html")
    page = tmp_path / "report.html"
    traced = PLAIN.replace("(auto=True)", "(auto=True, trace=True)")
    output_of(traced, f"--html={page}", "--self-contained-html")
    assert "&lt;svg" in page.read_text("utf-8") or "<svg" in page.read_text("utf-8")
