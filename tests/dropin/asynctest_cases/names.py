"""Names, defaults and signatures."""

import importlib
import inspect
import types

from asynctest_cases import case

MODULES = ("case", "mock", "selector", "helpers", "_fail_on")
# All that can be called, with the arguments that may be given by position or by name.
CALLABLES = """
    Mock MagicMock NonCallableMock NonCallableMagicMock CoroutineMock FileMock SocketMock
    SSLSocketMock TestSelector FileDescriptor TestCase FunctionTestCase ClockedTestCase
    create_autospec mock_open return_once patch patch.object patch.multiple patch.dict
    patch.stopall fail_on strict lenient ignore_loop exhaust_callbacks fd isfilemock
    get_registered_events set_read_ready set_write_ready
    makeSuite findTestCases getTestCaseNames
    TestCase.run TestCase.debug TestCase.addCleanup TestCase.doCleanups TestCase.assertAsyncRaises
    TestCase.assertAsyncRaisesRegex TestCase.assertAsyncWarns TestCase.assertAsyncWarnsRegex
    TestCase._init_loop TestCase._unset_loop TestCase._patch_loop TestCase._setUp
    TestCase._tearDown TestCase._run_test_method ClockedTestCase.advance
    TestSelector.register TestSelector.unregister TestSelector.modify TestSelector.select
    TestSelector.get_map TestSelector.get_key TestSelector.close
    CoroutineMock.assert_awaited CoroutineMock.assert_awaited_once
    CoroutineMock.assert_awaited_with CoroutineMock.assert_awaited_once_with
    CoroutineMock.assert_any_await CoroutineMock.assert_has_awaits
    CoroutineMock.assert_not_awaited CoroutineMock.reset_mock
""".split()


def public(module):
    return sorted(
        name
        for name, value in vars(module).items()
        if name[0] != "_" and not isinstance(value, types.ModuleType)
    )


@case
def all_names(asynctest):
    names = {"asynctest": public(asynctest)}
    for name in MODULES:
        names[name] = public(importlib.import_module("asynctest." + name))
    return names


@case
def star_import(asynctest):
    names = {}
    exec("from asynctest import *", names)
    return sorted(name for name in names if name != "__builtins__")


@case
def dunder_all(asynctest):
    return sorted(asynctest.__all__)


@case
def defaults(asynctest):
    return asynctest._fail_on.DEFAULTS


@case
def class_attributes(asynctest):
    case = asynctest.TestCase
    return [case.use_default_loop, case.forbid_get_event_loop, case.loop]


@case
def signatures(asynctest):
    found = {}
    for path in CALLABLES:
        value = asynctest
        for name in path.split("."):
            value = getattr(value, name)
        found[path] = signature(value)
    for name in ("wait", "wait_next", "wait_for"):
        found["awaited." + name] = signature(getattr(asynctest.CoroutineMock().awaited, name))
    return found


def signature(value):
    """Return the parameters: name, kind and default of each."""
    try:
        # The classes of mocks are called through a metaclass that says nothing of arguments.
        called = value.__init__ if isinstance(value, type) else value
        parameters = inspect.signature(called).parameters.values()
    except (TypeError, ValueError):
        return None
    return [
        [p.name, str(p.kind).rpartition(".")[2], None if p.default is p.empty else shown(p.default)]
        for p in parameters
    ]


def shown(default):
    text = str(default)
    return text if " at 0x" not in text and "function" not in text else "..."
