"""Mocks of files and sockets, the selector and proactor that serve them, and I/O in memory."""

from typing import TYPE_CHECKING, Any

from asyncio_testselector._files.descriptor import FileDescriptor, fd
from asyncio_testselector._files.filemock import FileMock, isfilemock
from asyncio_testselector._files.service import install_when_needed
from asyncio_testselector._files.socketmock import SocketMock, SSLSocketMock
from asyncio_testselector._installation.installation import install, set_read_ready, set_write_ready
from asyncio_testselector._memory.pair import memory_socketpair, memory_stream_pair
from asyncio_testselector._memory.socket import MemorySocket
from asyncio_testselector._selector.registry import get_registered_events
from asyncio_testselector._selector.selector import TestSelector
from asyncio_testselector._version import __version__

if TYPE_CHECKING:
    from asyncio_testselector._http.peer import HttpPeer
    from asyncio_testselector._http.request import HttpRequest
    from asyncio_testselector._http.route import HttpRoute
    from asyncio_testselector._network.distributions import Exponential, Normal, Uniform
    from asyncio_testselector._network.log import WireEvent, WireLog
    from asyncio_testselector._network.network import MemoryNetwork
    from asyncio_testselector._network.socket import NetworkSocket
    from asyncio_testselector._proactor.loop import TestProactorEventLoop
    from asyncio_testselector._proactor.proactor import TestProactor
    from asyncio_testselector._process.run import ProcessRun
    from asyncio_testselector._process.script import ProcessScript
    from asyncio_testselector._script.report import ScriptError
    from asyncio_testselector._script.script import SocketScript

__all__ = [
    "Exponential",
    "FileDescriptor",
    "FileMock",
    "HttpPeer",
    "HttpRequest",
    "HttpRoute",
    "MemoryNetwork",
    "MemorySocket",
    "NetworkSocket",
    "Normal",
    "ProcessRun",
    "ProcessScript",
    "SSLSocketMock",
    "ScriptError",
    "SocketMock",
    "SocketScript",
    "TestProactor",
    "TestProactorEventLoop",
    "TestSelector",
    "Uniform",
    "WireEvent",
    "WireLog",
    "__version__",
    "fd",
    "get_registered_events",
    "install",
    "install_when_needed",
    "isfilemock",
    "memory_socketpair",
    "memory_stream_pair",
    "set_read_ready",
    "set_write_ready",
]

# Whoever mocks a socket imports no network: these are imported when they are first asked for.
_LATER = {
    "Exponential": "_network.distributions",
    "HttpPeer": "_http.peer",
    "HttpRequest": "_http.request",
    "HttpRoute": "_http.route",
    "MemoryNetwork": "_network.network",
    "NetworkSocket": "_network.socket",
    "Normal": "_network.distributions",
    "ProcessRun": "_process.run",
    "ProcessScript": "_process.script",
    "ScriptError": "_script.report",
    "SocketScript": "_script.script",
    "TestProactor": "_proactor.proactor",
    "TestProactorEventLoop": "_proactor.loop",
    "Uniform": "_network.distributions",
    "WireEvent": "_network.log",
    "WireLog": "_network.log",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
