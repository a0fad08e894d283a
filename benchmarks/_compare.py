"""
Measures the same work done by several libraries, and prints ratios.

Shared machines are noisy, so the contestants of a row take turns: one round of each, then the
next round, with the garbage collector off and everything collected in between. A row compares the
*minima*, the rounds that were disturbed least. pyperf keeps the samples (``--output FOLDER``), so
that ``python -m pyperf stats FILE`` and ``compare_to`` read them.

Example:
    >>> table = Table("sums", unit="us", baseline="loop")
    >>> _ = table.row("1,000 numbers", {"sum": lambda: sum(range(1000)), "loop": slow_sum})
    >>> table.print()  # doctest: +SKIP
"""

from __future__ import annotations

import argparse
import gc
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyperf

Work = Callable[[], object]

ROUNDS = 15
ROUND_SECONDS = 0.02
SCALES = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


@dataclass
class Row:
    """One line of a table: seconds of one operation, every round, by contestant."""

    name: str
    samples: dict[str, list[float]]
    target: float | None = None

    def minimum(self, contestant: str) -> float:
        """Return the seconds of the contestant's least disturbed round."""
        return min(self.samples[contestant])


@dataclass
class Table:
    """
    Rows measured against one baseline.

    Args:
        title: The heading.
        baseline: The contestant that the others are divided by. A ratio above 1 means: faster
            than the baseline by that factor.
        ours: The contestant that a row's target is for.
        unit: What the times are printed in: ``s``, ``ms``, ``us`` or ``ns``.
    """

    title: str
    baseline: str
    ours: str = "ours"
    unit: str = "us"
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def row(
        self,
        name: str,
        contestants: Mapping[str, Work],
        *,
        number: int | None = None,
        rounds: int = ROUNDS,
        target: float | None = None,
    ) -> Row:
        """
        Measure one row, the contestants taking turns.

        Args:
            name: What is done.
            contestants: Who does it: the name and a callable without arguments.
            number: Calls a round; by default as many as take about 0.02 s.
            rounds: Rounds of each contestant.
            target: The ratio to the baseline that *ours* has to reach.

        Returns:
            The row, which has been added to the table.
        """
        numbers = {who: number or calibrate(work) for who, work in contestants.items()}
        samples: dict[str, list[float]] = {who: [] for who in contestants}
        for _ in range(rounds):
            for who, work in contestants.items():
                samples[who].append(time_round(work, numbers[who]))
        row = Row(name, samples, target)
        self.rows.append(row)
        print(f"  {self.title}: {name}", file=sys.stderr)
        return row

    def note(self, text: str) -> None:
        """Add a line under the table, such as a peer that is not installed."""
        self.notes.append(text)

    def contestants(self) -> list[str]:
        """Return everybody who appears in a row: the baseline, ours, then the others."""
        everyone = dict.fromkeys(who for row in self.rows for who in row.samples)
        first = [who for who in (self.baseline, self.ours) if who in everyone]
        return first + [who for who in everyone if who not in first]

    def markdown(self) -> str:
        """Return the table: times of all, ratios to the baseline, and the verdict on the target."""
        everyone = self.contestants()
        others = [who for who in everyone if who != self.baseline]
        targets = any(row.target is not None for row in self.rows)
        head = [f"{self.title} ({self.unit})", *everyone, *(f"{who} ratio" for who in others)]
        head += ["target"] if targets else []
        lines = [head, ["---", *("---:" for _ in head[1:])]]
        for row in self.rows:
            verdict = [_verdict(row, self)] if targets else []
            lines.append([*self._cells(row, everyone, others), *verdict])
        text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return "\n".join([text, "", *self.notes]).rstrip() + "\n"

    def _cells(self, row: Row, everyone: Sequence[str], others: Sequence[str]) -> list[str]:
        scale = SCALES[self.unit]
        times = [row.minimum(who) * scale if who in row.samples else None for who in everyone]
        measured = row.samples if self.baseline in row.samples else ()
        ratios = [ratio(row, self.baseline, who) if who in measured else None for who in others]
        cells = ["" if time is None else f"{time:.3g}" for time in times]
        cells += ["" if value is None else f"{value:.2f}x" for value in ratios]
        return [row.name, *cells]

    def print(self) -> None:
        """Print the interpreter and the table."""
        print(f"\nCPython {platform.python_version()}\n\n{self.markdown()}")

    def save(self, path: Path) -> None:
        """Write every sample to *path* in pyperf's format."""
        benchmarks = []
        for row in self.rows:
            for who, samples in row.samples.items():
                name = {"name": f"{self.title}: {row.name}: {who}"}
                benchmarks.append(pyperf.Benchmark([pyperf.Run(samples, metadata=name)]))
        pyperf.BenchmarkSuite(benchmarks).dump(str(path), replace=True)


def ratio(row: Row, baseline: str, who: str) -> float:
    """Return how many times faster than the baseline the contestant is."""
    return row.minimum(baseline) / row.minimum(who)


def _verdict(row: Row, table: Table) -> str:
    if row.target is None or table.baseline not in row.samples:
        return ""
    reached = ratio(row, table.baseline, table.ours) >= row.target
    return f"{row.target:.3g}x {'reached' if reached else 'MISSED'}"


def time_round(work: Work, number: int) -> float:
    """Return the seconds of one call of *work*, averaged over one undisturbed round."""
    gc.collect()
    gc.disable()
    try:
        start = pyperf.perf_counter()
        for _ in range(number):
            work()
        return (pyperf.perf_counter() - start) / number
    finally:
        gc.enable()


def calibrate(work: Work) -> int:
    """Return how many calls of *work* fill a round."""
    number = 1
    while True:
        seconds = time_round(work, number) * number
        if seconds >= ROUND_SECONDS / 2:
            return max(1, round(number * ROUND_SECONDS / seconds))
        number *= 4


def main(*tables: Callable[[], Table]) -> None:
    """Run the tables of a script: ``python bench_x.py [--output DIR]``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, help="folder for the samples, in pyperf's format")
    options = parser.parse_args()
    for make in tables:
        table = make()
        table.print()
        if options.output:
            options.output.mkdir(parents=True, exist_ok=True)
            table.save(options.output / f"{make.__module__}-{make.__name__}.json")
