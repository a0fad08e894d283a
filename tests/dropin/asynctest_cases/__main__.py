# ruff: noqa: E402 (the path comes first)
"""Write the outcomes for the asynctest that is installed here into a file, by Python version."""

import json
import os
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

import asynctest
import asynctest_cases

path = sys.argv[1]
recorded = {}
if os.path.exists(path):
    with open(path) as file:
        recorded = json.load(file)
recorded["{}.{}".format(*sys.version_info)] = asynctest_cases.outcomes(asynctest)
with open(path, "w") as file:
    json.dump(recorded, file, indent=1, sort_keys=True)
    file.write("\n")
