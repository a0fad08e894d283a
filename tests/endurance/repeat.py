"""
Runs all test suites again and again in random order, alone and with two workers.

A test that fails once in fifty runs is a bug, in the test or in what it tests.

Usage: ``python tests/endurance/repeat.py [--times 50] [--package NAME]``. Each run's seed is
printed: to repeat it, call ``pytest --randomly-seed=N``.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {path.parent.name: path.parent for path in sorted(ROOT.glob("packages/*/pyproject.toml"))}
FOLDERS["together"] = ROOT


def run(folder: Path, seed: int, *, workers: int) -> str:
    """Run the tests of a folder once, and return what pytest prints."""
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [f"--randomly-seed={seed}", *(["-n", str(workers)] if workers else []), "tests"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def failures(output: str) -> list[str]:
    """Return the names of the tests that did not pass, or the last line if pytest itself failed."""
    names = re.findall(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
    last = output.strip().splitlines()[-1:]
    return names or ([] if re.search(r"\d+ passed", output) else last)


def main() -> int:
    """Run everything, and report."""
    parser = argparse.ArgumentParser(description="Runs all test suites again and again.")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--package", choices=FOLDERS, action="append")
    parser.add_argument("--seed", type=int, default=1, help="of the seeds")
    options = parser.parse_args()
    seeds = random.Random(options.seed)
    failed: Counter[str] = Counter()
    for number in range(1, options.times + 1):
        for name in options.package or FOLDERS:
            seed, workers = seeds.randrange(2**31), 2 * (number % 2)
            output = run(FOLDERS[name], seed, workers=workers)
            broken = failures(output)
            failed.update(broken)
            verdict = f"FAILED: {', '.join(broken)}" if broken else "passed"
            print(f"{number:3} {name:22} seed {seed:10} workers {workers} {verdict}", flush=True)
    for name, times in failed.most_common():
        print(f"failed {times} times: {name}")
    print(f"{options.times} rounds, {sum(failed.values())} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
