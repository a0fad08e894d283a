"""Where each name of asynctest lives among the four packages."""

from __future__ import annotations

_MOCK = (
    "ANY", "CoroutineMock", "DEFAULT", "GLOBAL", "LIMITED", "MagicMock", "Mock",
    "NonCallableMagicMock", "NonCallableMock", "PatchScope", "PropertyMock", "call",
    "create_autospec", "mock_open", "patch", "return_once", "sentinel",
)  # fmt: skip
_CASE = ("FunctionTestCase", "TestCase")
_CHECKS = ("fail_on", "lenient", "strict")
_CLOCK = ("ClockedTestCase",)
_HELPERS = ("exhaust_callbacks",)
_SELECTOR = (
    "FileDescriptor", "FileMock", "SSLSocketMock", "SocketMock", "TestSelector", "fd",
    "get_registered_events", "isfilemock", "set_read_ready", "set_write_ready",
)  # fmt: skip
_UNITTEST_CASE = ("SkipTest", "expectedFailure", "skip", "skipIf", "skipUnless")
_UNITTEST = (
    *_UNITTEST_CASE, "IsolatedAsyncioTestCase", "TestLoader", "TestResult", "TestSuite",
    "TextTestResult", "TextTestRunner", "addModuleCleanup", "defaultTestLoader",
    "installHandler", "main", "registerResult", "removeHandler", "removeResult",
)  # fmt: skip


def _homes() -> dict[str, tuple[str, str]]:
    homes = {}
    for owner, package, names in (
        # Not asyncmock_plus itself, which makes AsyncMocks of coroutine functions.
        ("asynctest", "asyncmock_plus.coroutines", _MOCK),
        ("asynctest.mock", "asyncmock_plus.coroutines", _MOCK),
        ("asynctest", "asyncloop_testcase", (*_CASE, *_CHECKS, *_HELPERS)),
        ("asynctest.case", "asyncloop_testcase", _CASE),
        ("asynctest.helpers", "asyncloop_testcase", _HELPERS),
        ("asynctest", "asyncio_fakeclock", _CLOCK),
        ("asynctest.case", "asyncio_fakeclock", _CLOCK),
        ("asynctest", "asyncio_testselector", _SELECTOR),
        ("asynctest.selector", "asyncio_testselector", _SELECTOR),
        ("asynctest", "unittest", _UNITTEST),
        ("asynctest.case", "unittest", _UNITTEST_CASE),
    ):
        homes.update({f"{owner}.{name}": (package, name) for name in names})
    return homes


# Full name in asynctest: package of ours (or unittest), and name there.
HOMES = _homes()
# Modules of asynctest that one package replaces as a whole.
MODULES = {
    "asynctest.mock": "asyncmock_plus.coroutines",
    "asynctest.selector": "asyncio_testselector",
    "asynctest.helpers": "asyncloop_testcase",
}
# Modules whose names are spread over several packages.
DISSOLVED = frozenset({"asynctest", "asynctest.case"})
# The test cases, all of whose checks were off, and what switches them off.
CASES = frozenset(f"{owner}.{name}" for owner in DISSOLVED for name in (*_CASE, *_CLOCK))
NEW_CASES = frozenset(".".join(HOMES[name]) for name in CASES)
LENIENT = "asyncloop_testcase.lenient"
# The hooks of its test cases that were overridden, and what to do about each.
_LOOP = "override openLoop() and closeLoop()"
HOOKS = {
    "_init_loop": _LOOP,
    "_unset_loop": _LOOP,
    "_patch_loop": _LOOP,
    "_setUp": "override setUp()",
    "_tearDown": "override tearDown()",
    "_run_test_method": "override run(), or decorate the tests",
}

# What does not do quite the same in its new place: each use is listed.
_SOCKET = "its fileno() is -1 when it is closed, and a datagram socket has no peer"
_READY = "calls the reader in the next iteration of the loop, which is one earlier"
_CASE_DIFFERS = (
    "its tasks are cancelled when a test is over, its tests return None, and names such as "
    "timeout, loop_factory and asyncSetUp mean something to it"
)
_DIFFERENT = {
    "TestCase": _CASE_DIFFERS,
    "FunctionTestCase": _CASE_DIFFERS,
    "ClockedTestCase": f"its time is a float, clock and auto are its own names, {_CASE_DIFFERS}",
    "strict": "switches on more checks than the three of asynctest",
    "fail_on": "looks when the cleanups have run, not before",
    "FileMock": "its fileno() is -1 when it is closed",
    "SocketMock": _SOCKET,
    "SSLSocketMock": _SOCKET,
    "TestSelector": "has a real selector for real files, also if it was given none",
    "get_registered_events": "does not ask the selector inside a TestSelector",
    "set_read_ready": _READY,
    "set_write_ready": _READY,
}
DIFFERENT = {
    name: text for name in HOMES for last, text in _DIFFERENT.items() if name.endswith(f".{last}")
}
