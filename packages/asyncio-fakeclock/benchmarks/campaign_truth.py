"""
An automatic clock never lies: every scenario of real work, over and over.

    python packages/asyncio-fakeclock/benchmarks/campaign_truth.py [--runs 100] [--seconds 0.2]

Each run waits under a virtual timeout of 5 s for an answer that takes real seconds. It counts as
true when the answer came, and the clock did not move for it.
"""

from __future__ import annotations

import argparse
import platform
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from clocked import run
from scenarios import SCENARIOS


def is_true(name: str, seconds: float) -> bool:
    async def main(clock):
        answer = await SCENARIOS[name](seconds)
        return answer == "answer" and clock.time() in (0.0, 1.0)

    try:
        return run(main)
    except Exception as error:
        print(f"{name}: {error!r}", file=sys.stderr)
        return False


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("names", nargs="*", default=list(SCENARIOS))
    options = parser.parse_args()
    warnings.simplefilter("ignore", ResourceWarning)
    print(f"CPython {platform.python_version()}, answers after {options.seconds} real seconds\n")
    print("| scenario | true |\n| --- | ---: |")
    lies = 0
    for name in options.names:
        true = sum(is_true(name, options.seconds) for _ in range(options.runs))
        lies += options.runs - true
        print(f"| {name} | {true} of {options.runs} |", flush=True)
    return min(lies, 1)


if __name__ == "__main__":
    sys.exit(main())
