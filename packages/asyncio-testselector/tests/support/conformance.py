"""
Runs a class of asyncio's own tests over a loop, or over mocks, of this package.

``python conformance.py selector|proactor|mocks MODULE CLASS EXCLUDED...`` prints as JSON how many
tests ran, and those that did not pass. It is a process of its own: asyncio's tests change global
state.
"""

from __future__ import annotations

import asyncio
import importlib
import io
import json
import logging
import socket
import sys
import unittest
import unittest.mock
import warnings
from fnmatch import fnmatch

from asyncio_testselector import SocketMock, TestProactorEventLoop, TestSelector


def selector_loop(*args):
    return asyncio.SelectorEventLoop(TestSelector())


LOOPS = {"selector": selector_loop, "proactor": TestProactorEventLoop}


def over_loops(kind, module, name):
    """Return asyncio's test case, with new loops of ours."""
    factory = LOOPS[kind]
    asyncio.new_event_loop = factory
    case = getattr(module, name)
    bases = (case,) if issubclass(case, unittest.TestCase) else (case, module.test_utils.TestCase)
    members = {
        "__module__": module.__name__,
        "new_loop": lambda self: factory(),
        "create_event_loop": lambda self: factory(),
    }
    return type(name, bases, members)


def over_mocks(module, name):
    """Return asyncio's test case, with SocketMock for its own mocks of sockets."""
    original = unittest.mock.Mock

    class Mock(original):
        def __new__(cls, spec=None, *args, **kwargs):
            if cls is Mock and spec is socket.socket:
                return SocketMock(**kwargs)
            return super().__new__(cls)

    module.mock = unittest.mock
    unittest.mock.Mock = Mock
    return getattr(module, name)


def chosen(case, excluded):
    """Return the tests without those that do not apply."""
    tests = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    return unittest.TestSuite(
        test for test in tests if not any(fnmatch(test._testMethodName, name) for name in excluded)
    )


def run(tests):
    """Run tests; return the result, and what failed by name."""
    result = unittest.TextTestRunner(io.StringIO(), verbosity=0).run(unittest.TestSuite(tests))
    bad = {test.id().split(".")[-1]: text for test, text in result.errors + result.failures}
    return result, bad


def main(kind, module_name, name, *excluded):
    warnings.simplefilter("ignore")  # they use what is deprecated, and test it
    logging.disable(logging.CRITICAL)
    module = importlib.import_module(f"test.test_asyncio.{module_name}")
    case = over_mocks(module, name) if kind == "mocks" else over_loops(kind, module, name)
    result, bad = run(chosen(case, excluded))
    if bad and all(hasattr(case, name) for name in bad):
        # Some of them give a real server a second or so: on a busy machine that may be too little.
        _, bad = run(map(case, bad))
    print(json.dumps({"run": result.testsRun - len(result.skipped), "bad": bad}))


if __name__ == "__main__":
    main(*sys.argv[1:])
