"""
Runs one file of the interpreter's own mock tests against asyncmock_plus.

``python cpython_suite.py FOLDER MODULE [EXCLUDED ...]`` copies the installed tests to *FOLDER*,
rewrites their imports, runs *MODULE* and prints one line of JSON. It is a program of its own: the
tests need private names beside ours, so they are added to asyncmock_plus, in this process only.
"""

import importlib
import json
import os
import sys
import unittest
import unittest.mock
import warnings
from pathlib import Path

PACKAGE = "cpython_testmock"
REWRITES = {
    "test.test_unittest.testmock": PACKAGE,
    "unittest.test.testmock": PACKAGE,
    "from unittest import mock": "import asyncmock_plus as mock",
    "unittest.mock": "asyncmock_plus",
}


def installed_tests():
    """Return the folder of the interpreter's mock tests, None when it has none."""
    for name in ("test.test_unittest.testmock", "unittest.test.testmock"):
        try:
            return Path(importlib.import_module(name).__file__).parent
        except ImportError:
            continue
    return None


def copy(source, folder):
    """Copy the tests with their imports redirected."""
    target = folder / PACKAGE
    target.mkdir()
    for path in source.glob("*.py"):
        text = path.read_text("utf-8")
        if path.name == "__init__.py":
            text = ""
        for old, new in REWRITES.items():
            text = text.replace(old, new)
        if "import unittest" in text and "asyncmock_plus." in text:
            text = text.replace("import unittest\n", "import unittest\nimport asyncmock_plus\n", 1)
        (target / path.name).write_text(text, "utf-8")


def add_private_names():
    """Give asyncmock_plus the private names the tests import: ours, or the standard library's."""
    import asyncmock_plus

    ours = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith("asyncmock_plus._") and module is not None:
            ours.update(vars(module))
    for name, value in vars(unittest.mock).items():
        if not name.startswith("__"):
            vars(asyncmock_plus).setdefault(name, ours.get(name, value))


def selected(suite, excluded):
    """Yield the tests that are not excluded."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from selected(test, excluded)
        elif test.id().split(".", 1)[1] not in excluded:
            yield test


def main(folder, module, *excluded):
    """Run one file and print what came of it."""
    copy(installed_tests(), Path(folder))
    sys.path.insert(0, folder)
    os.chdir(folder)
    add_private_names()
    warnings.simplefilter("ignore", DeprecationWarning)
    try:
        suite = unittest.defaultTestLoader.loadTestsFromName(f"{PACKAGE}.{module}")
    except unittest.SkipTest as missing:  # what the tests import needs a module that is not there
        print(json.dumps({"skipped": str(missing)}))
        return
    tests = unittest.TestSuite(selected(suite, set(excluded)))
    result = unittest.TestResult()
    tests.run(result)
    bad = {test.id(): text for test, text in result.failures + result.errors}
    bad.update({test.id(): "passed unexpectedly" for test in result.unexpectedSuccesses})
    print(json.dumps({"run": result.testsRun, "bad": bad}))


if __name__ == "__main__":
    main(*sys.argv[1:])
