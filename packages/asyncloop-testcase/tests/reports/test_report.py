"""How the findings of a check are told together."""

from asyncloop_testcase import Finding, Site
from asyncloop_testcase._reports.report import MOST_ALIKE, Verdict

HERE, THERE = Site("there_is_none.py", 3, "leak"), Site("there_is_none.py", 4, "leak")


def told(count: int, *others: Finding) -> str:
    alike = [Finding(f"Task {number}", HERE) for number in range(count)]
    return str(Verdict("pending_tasks", "tasks are left pending", [*alike, *others]))


def test_many_that_one_line_has_made_are_told_by_the_first_and_their_number() -> None:
    text = told(100)
    assert "Task 2\n" in text
    assert "Task 3\n" not in text
    assert text.endswith("\n  and 97 more that were created there")


def test_a_few_are_told_each() -> None:
    text = told(MOST_ALIKE + 1)
    assert text.count("Task ") == MOST_ALIKE + 1
    assert "more" not in text


def test_those_of_other_lines_and_of_unknown_ones_are_told_each() -> None:
    others = [Finding("Task of another", THERE), *(Finding(f"thread {n}") for n in range(9))]
    lines = told(100, *others).splitlines()
    assert "  Task of another" in lines
    assert [line for line in lines if "thread" in line] == [f"  thread {n}" for n in range(9)]


def test_those_of_one_line_are_told_together() -> None:
    other = Finding("Task of another", THERE)
    verdict = Verdict("it", "is", [Finding("1", HERE), other, Finding("2", HERE)])
    assert [line for line in str(verdict).splitlines()[1:] if "created" not in line] == [
        "  1",
        "  2",
        "  Task of another",
    ]
