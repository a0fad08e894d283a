"""
Checks that installed packages tell a type checker the type of every public name.

Usage: ``python tests/verify_types.py MODULE ...``, where the packages are installed from their
wheels and ``pyright`` is. Its figure for a module with mocks cannot reach 100 %: for a type
checker ``unittest.mock.NonCallableMock`` has the base class ``Any``, and whatever inherits from it
a metaclass that is unknown. This one finding is taken out, with what follows from it; all others
count.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

# A base class that is unknown for another reason has a finding of its own.
FROM_ANY = re.compile(
    r'Type of metaclass unknown|Type of base class ".*" is partially unknown|'
    # Generic mocks: what their parameters stand for is known, what they derive from is not.
    r'Return type is partially unknown\s+Return type is "Autospec\w+\[.*\]"'
)


def verify(module: str) -> list[str]:
    """Return the findings in a module, and print how many names were looked at."""
    command = ["pyright", "--verifytypes", module, "--ignoreexternal", "--outputjson"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    if "typeCompleteness" not in report:
        sys.exit(f"{module}: {report['generalDiagnostics']}")
    complete = report["typeCompleteness"]
    folder = complete["moduleRootDirectory"]
    found = [line["message"] for line in report["generalDiagnostics"]]
    for symbol in complete["symbols"]:
        for line in symbol["diagnostics"]:
            # A missing docstring; names of the standard library have them elsewhere than in stubs.
            if line["severity"] == "warning" and not line["file"].startswith(folder):
                continue
            if not FROM_ANY.fullmatch(line["message"]):
                found.append(f"{symbol['name']}: {line['message']}")
    known = len([symbol for symbol in complete["symbols"] if symbol["isTypeKnown"]])
    print(f"{module}: {known} of {len(complete['symbols'])} types are known to the last")
    return found


def main() -> int:
    """Verify all modules that are given."""
    found = [text for module in sys.argv[1:] for text in verify(module)]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
