"""Mocks of files and sockets, the selector and proactor that serve them, and I/O in memory."""

from asyncio_testselector._files.descriptor import FileDescriptor, fd
from asyncio_testselector._files.filemock import FileMock, isfilemock
from asyncio_testselector._files.socketmock import SocketMock, SSLSocketMock
from asyncio_testselector._http.peer import HttpPeer
from asyncio_testselector._http.request import HttpRequest
from asyncio_testselector._http.route import HttpRoute
from asyncio_testselector._installation.installation import install, set_read_ready, set_write_ready
from asyncio_testselector._memory.pair import memory_socketpair, memory_stream_pair
from asyncio_testselector._memory.socket import MemorySocket
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
from asyncio_testselector._selector.registry import get_registered_events
from asyncio_testselector._selector.selector import TestSelector
from asyncio_testselector._version import __version__

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
    "isfilemock",
    "memory_socketpair",
    "memory_stream_pair",
    "set_read_ready",
    "set_write_ready",
]
