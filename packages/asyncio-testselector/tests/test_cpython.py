"""What this package knows of CPython's insides is still true."""

import asyncio
import inspect
import re
import selectors
import sys

import pytest
from asyncio_testselector import _cpython
from asyncio_testselector._pipes import PipeSystem

HINT = "CPython has changed, see _cpython.py: "

unix = pytest.mark.skipif(sys.platform == "win32", reason="Unix pipes")


@pytest.fixture
def loop():
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


def test_selector_of_a_loop_is_where_it_was(loop):
    selector = _cpython.selector_of(loop)
    assert isinstance(selector, selectors.BaseSelector), HINT + "loop._selector"


def test_selector_of_a_loop_can_be_replaced(loop):
    class Probe(selectors.DefaultSelector):
        asked = 0

        def select(self, timeout=None):
            self.asked += 1
            return super().select(0)

    original, probe = _cpython.selector_of(loop), Probe()
    _cpython.replace_selector(loop, probe)
    loop.run_until_complete(asyncio.sleep(0))
    assert probe.asked, HINT + "the loop keeps its first selector"
    _cpython.replace_selector(loop, original)
    probe.close()


def test_first_file_of_a_loop_leads_to_the_loop(loop):
    (key,) = _cpython.selector_of(loop).get_map().values()
    assert _cpython.loop_of(key) is loop, HINT + "Handle._loop"


def test_data_of_others_leads_to_no_loop():
    for data in (None, 5, (), (None, None), ("a", "b"), (1, 2, 3)):
        assert _cpython.loop_of(selectors.SelectorKey(0, 0, 1, data)) is None


def test_loop_acts_on_events_handed_to_it(loop):
    calls = []
    handle = asyncio.Handle(calls.append, ("read",), loop)
    key = selectors.SelectorKey(0, 0, selectors.EVENT_READ, (handle, None))
    _cpython.process_events(loop, [(key, selectors.EVENT_READ)])
    loop.run_until_complete(asyncio.sleep(0))
    assert calls == ["read"], HINT + "loop._process_events"


@unix
def test_pipe_factories_have_the_arguments_they_had(loop):
    for name, factory in _cpython.pipe_factories(loop).items():
        parameters = list(inspect.signature(factory).parameters)
        assert parameters == ["pipe", "protocol", "waiter", "extra"], HINT + name


@unix
@pytest.mark.parametrize("factory", _cpython.PIPE_TRANSPORTS)
def test_pipe_transports_call_no_other_function_of_os(factory):
    base = getattr(asyncio.unix_events, _cpython.PIPE_TRANSPORTS[factory])
    code = re.sub("#.*", "", inspect.getsource(base))
    called = set(re.findall(r"\bos\.(\w+)\(", code))
    known = {name for name in vars(PipeSystem) if not name.startswith("_")}
    assert called, HINT + "pipes are read without os"
    assert called <= known, HINT + "PipeSystem lacks a function"


@unix
@pytest.mark.parametrize("factory", _cpython.PIPE_TRANSPORTS)
def test_rebuilt_transport_is_asyncios_own(factory):
    system = PipeSystem()
    transport = _cpython.pipe_transport(factory, system)
    base = transport.__base__
    assert base.__module__ == "asyncio.unix_events"
    for name, function in vars(base).items():
        if inspect.isfunction(function):
            rebuilt = vars(transport)[name]
            assert rebuilt.__code__ is function.__code__
            assert rebuilt.__globals__["os"] is system
