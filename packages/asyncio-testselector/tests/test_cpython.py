"""What this package knows of CPython's insides is still true."""

import asyncio
import contextlib
import inspect
import re
import selectors
import socket
import sys

import pytest
from asyncio_testselector import TestProactor, TestProactorEventLoop
from asyncio_testselector._cpython import loops, proactors, sockets
from asyncio_testselector._files.pipes import PipeSystem

HINT = "CPython has changed, see _cpython: "

unix = pytest.mark.skipif(sys.platform == "win32", reason="Unix pipes")


@pytest.fixture
def loop():
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


def test_selector_of_a_loop_is_where_it_was(loop):
    selector = loops.selector_of(loop)
    assert isinstance(selector, selectors.BaseSelector), HINT + "loop._selector"


def test_selector_of_a_loop_can_be_replaced(loop):
    class Probe(selectors.DefaultSelector):
        asked = 0

        def select(self, timeout=None):
            self.asked += 1
            return []

    original, probe = loops.selector_of(loop), Probe()
    loops.replace_selector(loop, probe)
    loop.run_until_complete(asyncio.sleep(0))
    assert probe.asked, HINT + "the loop keeps its first selector"
    loops.replace_selector(loop, original)
    probe.close()


def test_first_file_of_a_loop_leads_to_the_loop(loop):
    (key,) = loops.selector_of(loop).get_map().values()
    assert loops.loop_of(key) is loop, HINT + "Handle._loop"


def test_process_waits_for_what_transports_have(loop):
    assert "self._transport._wait()" in inspect.getsource(asyncio.subprocess.Process.wait), (
        HINT + "asyncio.subprocess.Process.wait"
    )


def test_data_of_others_leads_to_no_loop():
    for data in (None, 5, (), (None, None), ("a", "b"), (1, 2, 3)):
        assert loops.loop_of(selectors.SelectorKey(0, 0, 1, data)) is None


def test_loop_acts_on_events_handed_to_it(loop):
    calls = []
    handle = asyncio.Handle(calls.append, ("read",), loop)
    key = selectors.SelectorKey(0, 0, selectors.EVENT_READ, (handle, None))
    loops.process_events(loop, [(key, selectors.EVENT_READ)])
    loop.run_until_complete(asyncio.sleep(0))
    assert calls == ["read"], HINT + "loop._process_events"


@unix
def test_pipe_factories_have_the_arguments_they_had(loop):
    for owner, name in loops.pipe_factories(type(loop)):
        assert issubclass(type(loop), owner)
        parameters = list(inspect.signature(getattr(loop, name)).parameters)
        assert parameters == ["pipe", "protocol", "waiter", "extra"], HINT + name


@unix
@pytest.mark.parametrize("factory", loops.PIPE_TRANSPORTS)
def test_pipe_transports_call_no_other_function_of_os(factory):
    base = getattr(asyncio.unix_events, loops.PIPE_TRANSPORTS[factory])
    code = re.sub("#.*", "", inspect.getsource(base))
    called = set(re.findall(r"\bos\.(\w+)\(", code))
    known = {name for name in vars(PipeSystem) if not name.startswith("_")}
    assert called, HINT + "pipes are read without os"
    assert called <= known, HINT + "PipeSystem lacks a function"


@unix
@pytest.mark.parametrize("factory", loops.PIPE_TRANSPORTS)
def test_rebuilt_transport_is_asyncios_own(factory):
    system = PipeSystem()
    transport = loops.pipe_transport(factory, system)
    base = transport.__base__
    assert base.__module__ == "asyncio.unix_events"
    for name, function in vars(base).items():
        if inspect.isfunction(function):
            rebuilt = vars(transport)[name]
            assert rebuilt.__code__ is function.__code__
            assert rebuilt.__globals__["os"] is system


@pytest.fixture
def proactor_loop():
    loop = TestProactorEventLoop()
    yield loop
    loop.close()


def test_proactor_of_a_loop_is_where_it_was(loop, proactor_loop):
    assert proactors.proactor_of(loop) is None
    assert isinstance(proactors.proactor_of(proactor_loop), TestProactor), HINT + "loop._proactor"
    assert loops.selector_of(proactor_loop) is proactors.proactor_of(proactor_loop), (
        HINT + "the alias loop._selector"
    )


def test_proactor_loop_reads_its_wakeups_while_it_runs(proactor_loop):
    async def pending():
        await asyncio.sleep(0)
        return proactor_loop._self_reading_future

    assert proactor_loop.run_until_complete(pending()) is not None, HINT + "_loop_self_reading"
    assert proactor_loop._self_reading_future is None


def test_transports_of_a_proactor_loop_are_asyncios_own():
    for name, member in proactors.loop_members().items():
        original = vars(asyncio.proactor_events.BaseProactorEventLoop).get(name)
        if name != "_closed":
            assert member.__code__ is original.__code__
            used = set(original.__code__.co_names)
            classes = {"_ProactorSocketTransport", "_ProactorDatagramTransport"}
            assert used & classes, HINT + f"{name} makes another transport"


def test_patient_transport_closes_a_socket_that_cannot_be_shut_down():
    closed = []

    class Transport:
        def __init__(self, sock):
            self._sock = sock

        def _call_connection_lost(self, exc):
            self._sock.shutdown(2)
            self._sock.close()

    class Sock:
        fileno = None

        def shutdown(self, how):
            raise OSError("not connected")

        def close(self):
            closed.append(self)

    proactors.patient(Transport)(Sock())._call_connection_lost(None)
    assert len(closed) == 1
    source = inspect.getsource(asyncio.proactor_events._ProactorBasePipeTransport)
    assert "self._sock.shutdown(" in source, HINT + "transports need no patience any more"


def test_asyncio_refuses_ssl_sockets_where_it_is_known_to():
    assert "cannot be of type SSLSocket" in inspect.getsource(
        asyncio.base_events._check_ssl_socket
    ), HINT + "_check_ssl_socket"


def test_loop_asks_for_a_descriptor_where_it_is_known_to():
    loop, asking = asyncio.SelectorEventLoop(), []

    class File:
        def fileno(self):
            frame = sys._getframe(1)
            asking.append((frame.f_globals["__name__"], frame.f_locals.get("self")))
            return 2**20

    with contextlib.suppress(OSError, ValueError):
        loop.add_reader(File(), print)
    loop.close()
    assert asking[0] == ("asyncio.selector_events", loop), HINT + "loop.add_reader()"


def test_class_of_sockets_is_the_one_of_the_standard_library():
    assert sockets.socket_class() is socket.socket


def test_pair_of_sockets_is_made_by_the_functions_that_are_known():
    assert sockets.SOCKETPAIRS or not hasattr(socket, "_fallback_socketpair"), HINT + "socketpair"
