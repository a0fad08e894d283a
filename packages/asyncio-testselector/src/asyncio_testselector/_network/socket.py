"""
The sockets that code gets from ``socket.socket()`` while a memory network is installed.

More than 300 lines: one class, which has a socket's many methods a second time, with the network
that `MemorySocket` has not.
"""

from __future__ import annotations

import errno
import operator
import socket
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._cpython.sockets import Socket
from asyncio_testselector._files.errors import os_error
from asyncio_testselector._memory.closed import CLOSED
from asyncio_testselector._memory.socket import MemorySocket
from asyncio_testselector._memory.tcp import TcpEnd
from asyncio_testselector._names.addresses import (
    IPV6,
    V6ONLY,
    family_in,
    presented,
    unbound,
)
from asyncio_testselector._names.numeric import is_multicast, is_wildcard
from asyncio_testselector._network import groups
from asyncio_testselector._network.datagram import NetworkDatagramEnd
from asyncio_testselector._network.fabric import UNIX, Fabric
from asyncio_testselector._network.idle import IdleEnd
from asyncio_testselector._network.listening import Attempt, Listener

if TYPE_CHECKING:
    from asyncio_testselector._files.descriptor import FileDescriptor
    from asyncio_testselector._memory.stream import Buffer, StreamEnd

FLAGS = int(getattr(socket, "SOCK_NONBLOCK", 0)) | int(getattr(socket, "SOCK_CLOEXEC", 0))

PROTOCOLS = {
    (False, int(socket.SOCK_STREAM)): (socket.IPPROTO_TCP, 262),  # and Multipath TCP, which is TCP
    (False, int(socket.SOCK_DGRAM)): (socket.IPPROTO_UDP, 136),  # and UDP-Lite
    (True, int(socket.SOCK_STREAM)): (1,),
    (True, int(socket.SOCK_DGRAM)): (1,),
}

LOOPS = groups.options(groups.IP, "IP_MULTICAST_LOOP") | groups.options(IPV6, "IPV6_MULTICAST_LOOP")

REUSEPORT: int = getattr(socket, "SO_REUSEPORT", 0)

_raw_new: Any = Socket.__mro__[1].__new__  # of the C class, also while a network has taken over


@final
class NetworkSocket(MemorySocket):
    """
    A socket of a `MemoryNetwork`: it can be bound, listen, accept and connect, by name or address.

    Args:
        family: ``AF_INET``, the default, ``AF_INET6`` or ``AF_UNIX``.
        type: ``SOCK_STREAM``, the default, or ``SOCK_DGRAM``, possibly with ``SOCK_NONBLOCK``.
        proto: The protocol.
        fileno: The descriptor of another one that was detached, to take over what it was.
        fabric: The network it belongs to, unless it was given one when it was created.

    .. versionadded:: 1.0.0
    """

    __slots__ = ("_fabric", "_fresh", "_host")

    _fabric: Fabric
    _host: str

    def __init__(
        self,
        family: int = -1,
        type: int = -1,  # noqa: A002
        proto: int = -1,
        fileno: int | None = None,
        *,
        fabric: Fabric | None = None,
    ) -> None:
        self._fresh = False
        if fabric is not None:
            self._fabric = fabric
        fabric = self._fabric
        if fileno is not None:
            self._take(fileno)
            return
        self._host = host = fabric.host.get()
        family = int(socket.AF_INET) if family == -1 else operator.index(family)
        kind = int(socket.SOCK_STREAM) if type == -1 else operator.index(type)
        nonblocking = kind & int(getattr(socket, "SOCK_NONBLOCK", 0))
        kind &= ~FLAGS
        if proto > 0 and proto not in PROTOCOLS.get((family == UNIX, kind), ()):
            raise os_error(errno.EPROTONOSUPPORT)
        level = fabric.new_level()
        local = unbound(family)
        end: Any = IdleEnd(fabric, level, family, local)
        if kind == socket.SOCK_DGRAM:
            end = NetworkDatagramEnd(fabric, level, family, local, host)
        timeout = 0.0 if nonblocking else socket.getdefaulttimeout()
        super().__init__(family, kind, max(proto, 0), level, end, timeout)
        fabric.open.add(self)

    def _take(self, number: int) -> None:
        """Become the socket of a descriptor."""
        other = self._fabric.socket_of(number)
        if other is None:
            raise os_error(errno.EBADF)
        self.become_twin(other, other._descriptor)
        if self._fabric.descriptors.pop(number, None) is not None:
            other.detach_silently()

    def become_twin(self, other: MemorySocket, descriptor: FileDescriptor) -> None:
        """Become a twin of another socket; for this package."""
        assert isinstance(other, NetworkSocket)
        self._fabric, self._host, self._fresh = other._fabric, other._host, other._fresh
        super().become_twin(other, descriptor)
        self._fabric.open.add(self)

    def detach(self) -> int:
        """Close the socket but not the connection, and return the descriptor, which stays open."""
        if self._end is not CLOSED:
            owner = _raw_new(NetworkSocket)
            owner.become_twin(self, self._descriptor)
            self._fabric.descriptors[self._descriptor] = owner
        return self.detach_silently()

    def detach_silently(self) -> int:
        """Be closed, as somebody else has the descriptor; for this package."""
        self._fabric.open.discard(self)
        return super().detach()

    def _adopt(self, other: NetworkSocket, end: StreamEnd) -> None:
        """Become the socket of a connection that *other* accepted."""
        self._fabric, self._host, self._fresh = other._fabric, other._host, False
        timeout = socket.getdefaulttimeout()
        MemorySocket.__init__(self, other.family, other.type, other.proto, end.level, end, timeout)
        if other.family != UNIX:
            self._options.inherit(other._options)
        if isinstance(end, TcpEnd):
            end.linger_reset = self._options.resets_on_close()
        self._fabric.open.add(self)

    # -- serving -----------------------------------------------------------------------------

    def bind(self, address: Any, /) -> None:
        """
        Take an address.

        Raises:
            OSError: It is in use, or the socket has one already.
        """
        end = self._end
        if end is CLOSED:
            raise os_error(errno.EBADF)
        if getattr(end, "binding", True) is not None:
            raise os_error(errno.EINVAL)
        resolved = self._fabric.resolved(self._family, address, self._type)
        dual = self._speaks(resolved, errno.EINVAL)
        shared = bool(REUSEPORT and self._options.get(socket.SOL_SOCKET, REUSEPORT))
        if self._type == socket.SOCK_DGRAM and self._family != UNIX:
            shared = shared or bool(self._options.get(socket.SOL_SOCKET, socket.SO_REUSEADDR))
        binding = self._fabric.bind(
            self._type, self._family, resolved, self._host, shared=shared, dual=dual
        )
        end.binding = binding
        end.local = binding.address
        self._host = binding.host
        if isinstance(end, NetworkDatagramEnd):
            end.host = binding.host
            binding.end = end

    def _speaks(self, remote: Any, code: int = errno.ENETUNREACH) -> bool:
        """
        Tell whether a socket of IPv6 speaks IPv4 as well.

        Raises:
            OSError: It does not, and has to in order to reach *remote*.
        """
        dual = self._family == socket.AF_INET6 and not self._options.get(IPV6, V6ONLY)
        if self._family == socket.AF_INET6 and family_in(remote) == socket.AF_INET:
            end = self._end
            alone = end.binding is not None and not is_wildcard(end.local[0]) and len(end.local) > 2
            if alone or not dual:
                raise os_error(code)
        return dual

    def setsockopt(
        self, level: int, optname: int, value: Any, optlen: int | None = None, /
    ) -> None:
        """Keep an option; which families it speaks, a socket decides before it has an address."""
        if (level, optname) == (IPV6, V6ONLY) and getattr(self._end, "binding", None) is not None:
            raise os_error(errno.EINVAL)
        end = self._end
        if not isinstance(end, NetworkDatagramEnd):
            super().setsockopt(level, optname, value, optlen)
            return
        if (level, optname) in groups.JOINING | groups.LEAVING:
            groups.change(end.groups, (level, optname), value)
            return
        super().setsockopt(level, optname, value, optlen)
        if (level, optname) == (socket.SOL_SOCKET, socket.SO_BROADCAST):
            end.broadcasts = bool(self._options.get(level, optname))
        elif (level, optname) in LOOPS:
            end.loops = bool(self._options.get(level, optname))

    def getsockname(self) -> Any:
        """Return the own address."""
        return presented(self._family, self._end.local)

    def getpeername(self) -> Any:
        """Return the peer's address."""
        return presented(self._family, self._end.peername())

    def listen(self, backlog: int = 128, /) -> None:
        """Accept connections from now on; *backlog* of them, and one more, may wait."""
        end = self._end
        if not isinstance(end, IdleEnd):
            raise self._not_listening()
        if isinstance(end, Listener):
            end.backlog = max(backlog, 0)
            return
        if end.binding is None:
            if self._family == UNIX:
                raise os_error(errno.EINVAL)
            self.bind(unbound(self._family))
        self.serve(Listener(end, max(backlog, 0)))

    def serve(self, listener: Listener) -> None:
        """Listen with a listener of any kind, on the address that is bound; for this package."""
        assert listener.binding is not None
        listener.binding.end = listener
        self.become(listener)
        listener.level.events = 0
        self._options.listening()

    def accept(self) -> tuple[NetworkSocket, Any]:
        """Return the socket of the oldest connection that waits, and its peer's address."""
        try:
            if not isinstance(self._end, IdleEnd):
                raise self._not_listening()
            end: Any = self._end.accept()
        except BlockingIOError as exc:
            raise self._cannot_wait(exc) from None
        conn = _raw_new(NetworkSocket)
        conn._adopt(self, end)
        return conn, presented(self._family, end.remote)

    def _not_listening(self) -> OSError:
        if self._end is CLOSED:
            return os_error(errno.EBADF)
        stream = self._type == socket.SOCK_STREAM
        return os_error(errno.EINVAL if stream else errno.EOPNOTSUPP)

    # -- connecting --------------------------------------------------------------------------

    def connect(self, address: Any, /) -> None:
        """
        Begin to connect: `BlockingIOError` says that it is under way, as on any such socket.

        Raises:
            BlockingIOError: It is under way; wait until the socket can be written.
            OSError: It cannot be, or is connected already.
        """
        end = self._end
        if end is CLOSED:
            raise os_error(errno.EBADF)
        if not isinstance(end, (IdleEnd, NetworkDatagramEnd)):
            if self._fresh:  # the first call after connecting asks how it went
                self._fresh = False
                return
            raise os_error(errno.EISCONN)
        remote = self._fabric.resolved(self._family, address, self._type)
        if self._family != UNIX and is_wildcard(remote[0]):
            # Linux connects to the own machine then.
            remote = ("127.0.0.1" if len(remote) == 2 else "::1", *remote[1:])
        if self._family != UNIX:
            self._speaks(remote)
        if isinstance(end, NetworkDatagramEnd):
            self._name_for(remote)
            end.connect(remote)
        else:
            try:
                self._attempt(end, remote)
            except BlockingIOError as exc:
                if self._timeout == 0 or not self._is_settled(end):
                    raise self._cannot_wait(exc) from None

    def _is_settled(self, end: IdleEnd) -> bool:
        """Tell whether a ``connect()`` that may wait succeeded at once; raise if it failed."""
        if end.error:
            end.failed = False
            raise end.take_error()
        self._fresh = False
        return self._end is not end

    def _attempt(self, end: IdleEnd, remote: Any) -> None:
        if isinstance(end, Listener) or end.attempt is not None:
            raise os_error(errno.EALREADY if end.attempt is not None else errno.EISCONN)
        end.begin()
        self._name_for(remote)
        end.error = 0
        end.level.events = 0
        end.attempt = attempt = Attempt(self, end, self._host, remote)
        attempt.start()
        if self._family != UNIX:
            raise os_error(errno.EINPROGRESS)
        if end.error:
            raise end.take_error()
        if not attempt.over:
            raise os_error(errno.EAGAIN)

    def _name_for(self, remote: Any) -> None:
        """Give the socket the address it has towards *remote*, unless it is bound to one."""
        end = self._end
        if self._family == UNIX or (end.binding is not None and not is_wildcard(end.local[0])):
            return
        source = self._source(remote)
        port = end.local[1] or self._fabric.free_port()
        end.local = (source, port, *remote[2:])
        if isinstance(end, NetworkDatagramEnd) and end.binding is None:
            self._end.local = unbound(self._family)
            self.bind(presented(self._family, (source, port, *remote[2:])))

    def _source(self, remote: Any) -> str:
        """Return the own address towards *remote*."""
        if is_multicast(remote[0]):
            chosen = groups.interface(self._options.get(groups.IP, groups.INTERFACE))
            if chosen is not None and self._fabric.hosts.owner(chosen) == self._host:
                return chosen
        return self._fabric.hosts.source(self._host, family_in(remote), remote[0])

    def connected(self, end: StreamEnd) -> None:
        """Become connected; for this package."""
        binding = self._end.binding
        if binding is not None:
            self._fabric.unbind(binding)
        self.become(end)
        if isinstance(end, TcpEnd):
            self._fresh = True
            end.linger_reset = self._options.resets_on_close()

    # -- datagrams ---------------------------------------------------------------------------

    def sendto(self, data: Buffer, *args: Any) -> int:
        """Send a message to an address."""
        end = self._end
        if not isinstance(end, NetworkDatagramEnd) or len(args) not in {1, 2}:
            return super().sendto(data, *args)
        remote = self._fabric.resolved(self._family, args[-1], self._type)
        if self._family != UNIX:
            self._speaks(remote)
            if end.binding is None:
                self.bind(unbound(self._family))
        if self._family != UNIX and is_wildcard(end.local[0]):
            # Each message says where it comes from, as seen from there.
            source = self._source(remote)
            bound, end.local = end.local, (source, end.local[1], *remote[2:])
            try:
                return end.send_to(data, remote)
            finally:
                end.local = bound
        return end.send_to(data, remote)

    def recvfrom(self, bufsize: int, flags: int = 0, /) -> tuple[bytes, Any]:
        """Receive a message, and say from where; a stream says None."""
        end = self._end
        if not isinstance(end, NetworkDatagramEnd):
            return super().recvfrom(bufsize, flags)
        source = end.next_source()
        return self.recv(bufsize, flags), presented(self._family, source)

    def release(self) -> None:
        """Close for good; the network forgets the socket."""
        self._fabric.open.discard(self)
        super().release()
