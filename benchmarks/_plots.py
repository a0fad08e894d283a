"""Draws the ratios of the benchmarks: one SVG for each script and Python version."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import matplotlib as mpl
import pyperf
from matplotlib.figure import Figure

Rows = dict[str, dict[str, float]]


def read(folder: Path) -> tuple[Rows, str]:
    """Return seconds by row and contestant, minima, and the name of the baseline."""
    rows: Rows = defaultdict(dict)
    baseline = ""
    for path in sorted(folder.glob("*.json")):
        for benchmark in pyperf.BenchmarkSuite.load(str(path)).get_benchmarks():
            title, row, contestant = benchmark.get_name().split(": ", 2)
            rows[f"{title}: {row}"][contestant] = min(benchmark.get_values())
            baseline = baseline or contestant
    return rows, baseline


def plot(samples: Path, target: Path, version: str) -> None:
    """
    Draw one picture for each script.

    Args:
        samples: Holds a folder of pyperf files for each script.
        target: Where the pictures go.
        version: The Python version, for the title and the name of the file.
    """
    target.mkdir(exist_ok=True)
    # The same data gives the same file: no date, no random ids.
    mpl.rcParams.update({"svg.hashsalt": "asynctest-suite", "svg.fonttype": "none"})
    for folder in sorted(samples.iterdir()):
        rows, _ = read(folder)
        rows = {name: row for name, row in rows.items() if "ours" in row and len(row) > 1}
        if rows:
            figure = draw(rows, f"{folder.name} on CPython {version}: how many times faster we are")
            path = target / f"{folder.name}-{version}.svg"
            figure.savefig(path, bbox_inches="tight", metadata={"Date": None})


def draw(rows: Rows, title: str) -> Figure:
    """Return bars of every other contestant's time divided by ours, on a logarithmic scale."""
    others = sorted({who for row in rows.values() for who in row} - {"ours"})
    figure = Figure(figsize=(9, 0.8 + 0.28 * len(rows) * max(1, len(others) * 0.7)))
    axes = figure.subplots()
    height = 0.8 / len(others)
    for n, who in enumerate(others):
        drawn = [(y, row[who] / row["ours"]) for y, row in enumerate(rows.values()) if who in row]
        places = [y + (n + 0.5) * height - 0.4 for y, _ in drawn]
        bars = axes.barh(places, [value for _, value in drawn], height * 0.9, label=who)
        axes.bar_label(bars, [f"{value:.3g}x" for _, value in drawn], padding=3, fontsize=7)
    axes.set_yticks(range(len(rows)), list(rows), fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_title(title, fontsize=10)
    axes.legend(fontsize=8, loc="best")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
