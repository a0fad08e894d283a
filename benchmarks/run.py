"""
Runs the benchmarks of all packages on this Python, beside the peers that are installed.

Usage: ``python benchmarks/run.py [NAME ...] [--keep]``. A NAME is a script without its path, such
as ``bench_mock``. ``--keep`` writes the tables into this Python's section of RESULTS.md, and the
ratios as plots (SVG) into plots/.
"""

from __future__ import annotations

import argparse
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
PLOTS = HERE / "plots"
VERSION = "{}.{}".format(*sys.version_info)


def scripts(names: list[str]) -> list[Path]:
    """Return the benchmark scripts of these names, or all of them."""
    found = {
        path.stem: path for path in sorted(HERE.parent.glob("packages/*/benchmarks/bench_*.py"))
    }
    unknown = set(names) - set(found)
    if unknown:
        sys.exit(f"no benchmark called {', '.join(sorted(unknown))}; there are {', '.join(found)}")
    return [found[name] for name in names or found]


def measure(script: Path, samples: Path) -> str:
    """Run one script, and return the tables that it prints."""
    command = [sys.executable, str(script), "--output", str(samples / script.stem)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def keep(tables: dict[str, str]) -> None:
    """Write the tables into this version's section of RESULTS.md, and leave the others alone."""
    text = RESULTS.read_text("utf-8") if RESULTS.exists() else HEADING
    for name, table in tables.items():
        section = f"## {name} on CPython {VERSION}\n\n{strip(table)}\n\n"
        pattern = rf"^## {name} on CPython {re.escape(VERSION)}\n.*?(?=^## |\Z)"
        flags = re.MULTILINE | re.DOTALL
        text, replaced = re.subn(pattern, lambda _, s=section: s, text, flags=flags)
        if not replaced:
            text = text.rstrip() + "\n\n" + section
    RESULTS.write_text(text.rstrip() + "\n", "utf-8")


def strip(table: str) -> str:
    """Leave out the line with the version, which the heading has."""
    return re.sub(r"^CPython [\w.+]+\n+", "", table, flags=re.MULTILINE).strip()


HEADING = """\
# Benchmark results

Made by `nox -s bench -- --keep`, or `python benchmarks/run.py --keep` on the version in question.
Machines are noisy, and so was this one: the contestants of a row take turns, and what is compared
are the minima of all rounds. The ratios are worth reading, the times are not.
"""


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(description="Runs the benchmarks of all packages.")
    parser.add_argument("names", nargs="*", help="scripts, such as bench_mock; default: all")
    parser.add_argument("--keep", action="store_true", help="write RESULTS.md and the plots")
    options = parser.parse_args()
    tables = {}
    with tempfile.TemporaryDirectory() as folder:
        for script in scripts(options.names):
            tables[script.stem] = measure(script, Path(folder))
            print(f"\n# {script.stem}, CPython {platform.python_version()}\n")
            print(strip(tables[script.stem]), flush=True)
        if options.keep:
            from _plots import plot

            keep(tables)
            plot(RESULTS, PLOTS, VERSION)


if __name__ == "__main__":
    main()
