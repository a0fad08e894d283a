"""
Draws RESULTS.md: one SVG for each script and Python version.

A bar begins at 1x, where both take the same time. To the right we are faster; to the left, hatched,
the other one is.

Usage: ``python benchmarks/_plots.py`` draws all of them anew, without measuring anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

HERE = Path(__file__).resolve().parent
SECTION = re.compile(r"^## (\w+) on CPython ([\d.]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
MOST_SERIES = 6
# Kinds of ours, and what is no contestant but a floor beneath all of them.
NOT_DRAWN = {"ours", "ours with file mocks", "without checks", "strict", "default", "target"}
FASTER, SLOWER = "#2f6f5e", "#b3432b"
COLOURS = [FASTER, "#d99a2b", "#4477aa", "#8a5aa8", "#66a3a0", "#777777"]


class Rows(NamedTuple):
    """A table of RESULTS.md: its title, and by row how many times faster we are than whom."""

    title: str
    rows: dict[str, dict[str, float]]


def read(section: str) -> Iterator[Rows]:
    """Return the tables of a section that compare us with somebody."""
    seen = set()
    for table in TABLE.findall(section):
        header, _, *lines = [cells(line) for line in table.splitlines()]
        title, names = header[0], header[1:]
        if "ours" not in names:
            continue
        others = [n for n in names if n not in NOT_DRAWN and not n.endswith("ratio")]
        rows = {}
        for row, *values in lines:
            times = dict(zip(names, values, strict=False))
            ours = seconds(times["ours"])
            found = {who: seconds(times[who]) for who in others[:MOST_SERIES]}
            if ours is not None:
                rows[row] = {who: time / ours for who, time in found.items() if time is not None}
        rows = {name: row for name, row in rows.items() if row}
        if rows and title not in seen:  # the same test against another baseline says no more
            seen.add(title)
            yield Rows(title, rows)


def cells(line: str) -> list[str]:
    """Split a line of a table."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def seconds(cell: str) -> float | None:
    """Return the number in a cell, in whatever unit the table has; None if there is none."""
    try:
        return float(cell)
    except ValueError:
        return None


def plot(results: Path, target: Path, version: str | None = None) -> None:
    """
    Draw one picture for each script and version.

    Args:
        results: RESULTS.md.
        target: Where the pictures go.
        version: The only Python version to draw; by default all.
    """
    target.mkdir(exist_ok=True)
    # The same data gives the same file: no date, no random ids.
    mpl.rcParams.update({"svg.hashsalt": "asynctest-suite", "svg.fonttype": "none"})
    for name, python, section in SECTION.findall(results.read_text("utf-8")):
        tables = list(read(section))
        if tables and version in (None, python):
            figure = draw(tables, f"{name}, CPython {python}")
            path = target / f"{name}-{python}.svg"
            figure.savefig(path, bbox_inches="tight", metadata={"Date": None})


def draw(tables: list[Rows], title: str) -> Figure:
    """Return one chart for each table, below one another."""
    heights = [1.2 + sum(0.1 + 0.16 * len(row) for row in table.rows.values()) for table in tables]
    figure = Figure(figsize=(8, sum(heights) + 0.6), layout="constrained")
    figure.suptitle(title, fontsize=11)
    charts = figure.subplots(len(tables), squeeze=False, height_ratios=heights)[:, 0]
    for axes, table in zip(charts, tables, strict=True):
        draw_table(axes, table)
    return figure


def draw_table(axes: Axes, table: Rows) -> None:
    """Draw a table: a group of bars for each row, on a logarithmic scale that begins at 1x."""
    others = list(dict.fromkeys(who for row in table.rows.values() for who in row))
    height = 0.84 / len(others)
    for n, who in enumerate(others):
        drawn = [(y, row[who]) for y, row in enumerate(table.rows.values()) if who in row]
        for number, (y, ratio) in enumerate(drawn):
            faster = ratio >= 1
            colour = COLOURS[n] if faster or len(others) > 1 else SLOWER
            axes.barh(
                y + (n + 0.5) * height - 0.42,
                ratio - 1,
                height * 0.88,
                left=1,
                color=colour if faster else "none",
                edgecolor=colour,
                hatch=None if faster else "////",
                label=who if number == 0 else None,
            )
            axes.annotate(
                f"{ratio:.3g}x" if ratio < 1000 else f"{ratio:,.0f}x",
                (ratio, y + (n + 0.5) * height - 0.42),
                xytext=(3 if faster else -3, 0),
                textcoords="offset points",
                ha="left" if faster else "right",
                va="center",
                fontsize=7,
            )
    ratios = [ratio for row in table.rows.values() for ratio in row.values()]
    axes.set_xscale("log")
    axes.set_xlim(min(0.5, min(ratios) / 2), max(2, max(ratios) * 2))
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_yticks(range(len(table.rows)), list(table.rows), fontsize=8)
    axes.set_ylim(len(table.rows) - 0.45, -0.55)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if max(ratios) < 300 else (1,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}x"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", labelsize=7)
    axes.set_title(f"{table.title}: others' time / ours", fontsize=9, loc="left", pad=18)
    axes.set_xlabel("they are faster  <  1x  >  we are faster", fontsize=8)
    axes.legend(
        fontsize=7, loc="lower left", bbox_to_anchor=(-0.01, 1), ncols=MOST_SERIES, frameon=False
    )
    axes.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    plot(HERE / "RESULTS.md", HERE / "plots")
