"""
A network in memory, where unmodified clients and servers meet.

More than 300 lines, most of them documentation: one public class, whose methods hand on to the
modules beside this one.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, final

from asyncio_testselector._http.peer import HttpPeer
from asyncio_testselector._installation.installation import find_selector, install
from asyncio_testselector._installation.overrides import Overrides, running_loop
from asyncio_testselector._memory.stream import CAPACITY
from asyncio_testselector._memory.tcp import TcpEnd
from asyncio_testselector._names import resolution
from asyncio_testselector._names.hosts import Hosts
from asyncio_testselector._network import doors, resolver
from asyncio_testselector._network.checks import check_count, check_seconds
from asyncio_testselector._network.fabric import Fabric
from asyncio_testselector._network.faults import (
    check_bandwidth,
    check_flaw,
    check_probability,
    check_seed,
    check_span,
)
from asyncio_testselector._network.idle import IdleEnd
from asyncio_testselector._network.log import KEPT, WireLog
from asyncio_testselector._network.loop import forget, override, unwrap
from asyncio_testselector._network.scripted import Scenario, ScriptListener
from asyncio_testselector._network.seam import attach, detach
from asyncio_testselector._network.socket import NetworkSocket
from asyncio_testselector._network.topology import Topology
from asyncio_testselector._script.report import ScriptError, add_remark
from asyncio_testselector._script.script import SocketScript

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from asyncio_testselector._network.distributions import Distribution

CONNECT_TIMEOUT = 127.0
"""Seconds until a connection that nobody answers fails: Linux' six retries of a SYN."""

LOGGER = logging.getLogger("asyncio_testselector")
"""Tells the seed to reports of failures, such as pytest's; logging itself shows no such level."""

LOGGER.setLevel(logging.INFO)

FAULT_CHECKS: dict[str, Callable[[str, object], None]] = {
    "jitter": check_span,
    "loss": check_probability,
    "duplication": check_probability,
    "reordering": check_probability,
    "bandwidth": check_bandwidth,
}

TURNS = 50
"""Turns of the loop that closed transports get to close their sockets."""


@final
class MemoryNetwork:
    r"""
    A network in memory: while it is installed on a loop, sockets made there meet in it.

    Unmodified code, with whatever asyncio has for clients and servers, talks by host name and port,
    by address, or by Unix path, and no socket of the operating system is opened. Use it as
    ``with`` or ``async with`` in a coroutine, or `install` it on a loop.

    A host is there once it was named here or by `add_host`, or once a server was started on its
    name; whoever asks for another gets `socket.gaierror`. A server on all addresses
    (``host=None``, ``"0.0.0.0"``) answers for every host that does not listen on the port itself.

    Args:
        latency: Seconds that everything takes one way, by the loop's clock, or a `Uniform`,
            `Normal` or `Exponential` distribution of them; see `set_latency`.
        capacity: Bytes one direction of a connection holds before the other end reads.
        hosts: Names of hosts, or a mapping of names to an address or several.
        recv_limit: Bytes that a single ``recv()`` returns at most, for code that has to cope with
            small pieces; None is no limit.
        backed: Give each socket a descriptor of the kernel that is readable when the socket is,
            for libraries that poll ``fileno()`` themselves. It is no socket either.
        connect_timeout: Seconds until connecting to nobody fails with `TimeoutError`.
        log_size: Events that `log` keeps.
        log_bytes: Bytes of each event that it keeps; None is all of them, which
            `SocketScript.from_log` needs.
        seed: What chance goes by, where there is any: one seed is one run, on every version of
            Python and every system. When a test fails it says which it was.

    Raises:
        ValueError: A negative latency, a capacity below 1 or the like.
        TypeError: The seed is no whole number.

    Example:
        >>> from asyncio_testselector import TestSelector
        >>> async def shout(reader, writer):
        ...     writer.write((await reader.readline()).upper())
        ...     writer.close()
        >>> async def main():
        ...     async with MemoryNetwork():
        ...         server = await asyncio.start_server(shout, "echo.example", 7)
        ...         async with server:
        ...             reader, writer = await asyncio.open_connection("echo.example", 7)
        ...             writer.write(b"hello\n")
        ...             print(await reader.read())
        ...             writer.close()
        >>> loop = asyncio.SelectorEventLoop(TestSelector())
        >>> loop.run_until_complete(main())
        b'HELLO\n'
        >>> loop.close()

    .. versionadded:: 1.0.0
    """

    def __init__(
        self,
        *,
        latency: float | Distribution = 0.0,
        capacity: int = CAPACITY,
        hosts: Iterable[str] | Mapping[str, str | Sequence[str]] = (),
        recv_limit: int | None = None,
        backed: bool = False,
        connect_timeout: float = CONNECT_TIMEOUT,
        log_size: int = 1000,
        log_bytes: int | None = KEPT,
        seed: int = 0,
    ) -> None:
        check_span("latency", latency)
        check_seed(seed)
        check_seconds("connect_timeout", connect_timeout)
        check_count("capacity", capacity, 1)
        check_count("recv_limit", 1 if recv_limit is None else recv_limit, 1)
        check_count("log_size", log_size, 0)
        check_count("log_bytes", 0 if log_bytes is None else log_bytes, 0)
        log = WireLog(log_size, log_bytes)
        self._fabric = Fabric(
            hosts=Hosts([hosts] if isinstance(hosts, str) else hosts),
            log=log,
            topology=Topology(latency, log, seed),
            capacity=capacity,
            recv_limit=recv_limit or 0,
            connect_timeout=connect_timeout,
            backed=backed,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._overrides: Overrides | None = None
        self._wrapped = False
        self._playing: list[NetworkSocket] = []  # nobody else has to hold them
        self._peers: dict[tuple[str, int], HttpPeer] = {}
        self._listeners: list[ScriptListener] = []

    def __repr__(self) -> str:
        state = "not installed" if self._loop is None else f"{len(self._fabric.open)} open sockets"
        return f"<MemoryNetwork: {state}>"

    @property
    def log(self) -> WireLog:
        """What crossed the wires, newest last; print it when a test fails."""
        return self._fabric.log

    # -- being there -------------------------------------------------------------------------

    def install(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """
        Put the network in front of the operating system's, for one loop.

        Args:
            loop: A selector loop; the running one by default. It is given a `TestSelector` if it
                has none.

        Raises:
            TypeError: The loop cannot be served, as uvloop's.
            RuntimeError: No loop is running and none was given, this network is installed, or the
                loop has another one. Nothing is changed then.
        """
        if self._loop is not None:
            msg = f"{self!r} is installed on {self._loop!r} already: uninstall it first"
            raise RuntimeError(msg)
        if loop is None:
            loop = running_loop("install a MemoryNetwork")
        wrapped = find_selector(loop) is None
        install(loop)
        try:
            attach(loop, self._fabric)
        except BaseException:
            if wrapped:
                unwrap(loop)
            raise
        self._wrapped = wrapped
        self._loop = self._fabric.topology.loop = loop
        self._overrides = override(loop, self._fabric)
        resolver.take_over()
        doors.close()

    def uninstall(self) -> None:
        """
        Put the operating system's network back.

        Sockets that are still open are closed, and named by a `ResourceWarning`.

        Raises:
            RuntimeError: It is not installed.
        """
        self._conclude(self._take_down(), None)

    def _conclude(self, left: str, exc: BaseException | None) -> None:
        """Tell what its peers were asked in vain, and what was left open."""
        peers, self._peers = list(self._peers.values()), {}
        listeners, self._listeners = self._listeners, []
        self._tell_seed(exc)
        problems = [problem for peer in peers if (problem := peer.problem()) is not None]
        if exc is not None:
            # What a failed test left open is no news: its own error comes first.
            for problem in problems:
                add_remark(exc, str(problem))
            for remark in filter(None, (each.remark() for each in listeners)):
                add_remark(exc, remark)
        elif problems:
            raise ScriptError("\n".join(map(str, problems)))
        elif left:
            warnings.warn(left, ResourceWarning, stacklevel=3, source=self)

    def _tell_seed(self, exc: BaseException | None) -> None:
        """Say what chance went by, if there was any, where a report of a failure shows it."""
        dice = self._fabric.topology.dice
        if dice.used:
            text = f"memory network: what went by chance can be had again with seed={dice.seed!r}"
            if exc is not None:
                add_remark(exc, text)
            else:
                LOGGER.info(text)

    def _take_down(self) -> str:
        """Uninstall, and return what was left open."""
        loop = self._loop
        if loop is None or self._overrides is None:
            msg = f"{self!r}: install it before you uninstall it"
            raise RuntimeError(msg)
        resolver.give_back()
        self._overrides.remove()
        detach(loop)
        self._stop_playing()
        self._fabric.topology.stop()
        left = sorted(self._fabric.open, key=lambda sock: sock.fileno())
        text = f"memory network uninstalled with {len(left)} open sockets: {list(left)!r}"
        self._fabric.descriptors.clear()
        for sock in left:
            forget(loop, sock.fileno())
            sock.close()
        self._fabric.topology.stop()
        self._loop = self._overrides = self._fabric.topology.loop = None
        if self._wrapped:
            unwrap(loop)
        return text if left else ""

    def __enter__(self) -> MemoryNetwork:
        self.install()
        return self

    def __exit__(self, exc_type: object, exc: BaseException | None, traceback: object) -> None:
        self._conclude(self._take_down(), exc)

    async def __aenter__(self) -> MemoryNetwork:
        self.install()
        return self

    async def __aexit__(
        self, exc_type: object, exc: BaseException | None, traceback: object
    ) -> None:
        try:
            self._stop_playing()
            for _ in range(TURNS):
                if not self._fabric.open:
                    break
                # The last words of closed connections need no more time to arrive.
                self._fabric.topology.flush()
                await asyncio.sleep(0)
        finally:
            left = self._take_down()
        self._conclude(left, exc)

    def _stop_playing(self) -> None:
        for peer in self._peers.values():
            peer.close()
        while self._playing:
            self._playing.pop().close()

    # -- who is there ------------------------------------------------------------------------

    def add_host(self, name: str, *addresses: str) -> None:
        """
        Add a host.

        Args:
            name: Its name.
            addresses: Its addresses, of both families if you like; by default a free IPv4 one.
                They are tried in this order.

        Raises:
            ValueError: The host or an address is there already, or an address is invalid.
        """
        self._fabric.hosts.add(name, *addresses)

    def add_alias(self, name: str, *hosts: str) -> None:
        """
        Add a name that resolves to the addresses of several hosts, as in a service's DNS.

        Args:
            name: The name.
            hosts: Names of hosts; their addresses are tried in this order.

        Raises:
            ValueError: The name is taken, or there is no such host.
        """
        self._fabric.hosts.add_alias(name, *hosts)

    @contextmanager
    def on(self, host: str) -> Iterator[None]:
        """
        Have sockets made in a ``with`` block, and in tasks started there, be those of a host.

        Otherwise they are those of ``localhost``.

        Raises:
            ValueError: There is no such host.
        """
        self._check_hosts(host)
        token = self._fabric.host.set(host)
        try:
            yield
        finally:
            self._fabric.host.reset(token)

    def socket(
        self,
        family: int = socket.AF_INET,
        type: int = socket.SOCK_STREAM,  # noqa: A002
        proto: int = 0,
    ) -> NetworkSocket:
        """
        Return a new socket of this network, also where no loop is running.

        Raises:
            RuntimeError: The network is not installed.
        """
        if self._loop is None:
            msg = f"{self!r} makes no sockets: install it on a loop first"
            raise RuntimeError(msg)
        return NetworkSocket(family, type, proto, fabric=self._fabric)

    def play(self, host: str, port: int, *scripts: SocketScript) -> NetworkSocket:
        """
        Serve a port by scripts: the first connection plays the first script, and so on.

        Who comes after the last is refused. The scripts are checked by their own ``check()``. The
        network holds the socket, and closes it when it goes.

        Args:
            host: A name or address; an unknown one becomes a host.
            port: The port.
            scripts: One for each connection; the last one may be a reusable one, for all that
                are left.

        Returns:
            The listening socket; close it to stop serving.

        Raises:
            ValueError: A script comes after one that plays on every connection.
            OSError: The port is in use.
            RuntimeError: The network is not installed.
            TypeError: Something is no script, or there is none.
        """
        if not scripts or not all(isinstance(script, SocketScript) for script in scripts):
            msg = f"play() takes one SocketScript for each connection, not {scripts!r}"
            raise TypeError(msg)
        if any(script.reusable for script in scripts[:-1]):
            msg = f"play() never comes to the scripts behind a reusable one: {scripts!r}"
            raise ValueError(msg)
        return self._serve(host, port, scripts)

    def _serve(self, host: str, port: int, scripts: Sequence[Scenario]) -> NetworkSocket:
        sock = self.socket()
        try:
            info = resolution.getaddrinfo(
                self._fabric.hosts,
                host,
                port,
                socket.AF_INET,
                socket.SOCK_STREAM,
                0,
                socket.AI_PASSIVE,
            )
            sock.bind(info[0][4])
            idle = sock._end
            assert isinstance(idle, IdleEnd)
            listener = ScriptListener(idle, scripts)
            sock.serve(listener)
            self._listeners.append(listener)
        except BaseException:
            sock.close()
            raise
        self._playing = [other for other in self._playing if other.fileno() >= 0]
        self._playing.append(sock)
        return sock

    def http(
        self, host: str, port: int | None = None, *, tls: ssl.SSLContext | None = None
    ) -> HttpPeer:
        """
        Return the HTTP server of a host, which answers what its routes say; see `HttpPeer`.

        It needs h11: ``pip install asyncio-testselector[http]``.

        Args:
            host: A name or address; an unknown one becomes a host.
            port: The port: 80 by default, with *tls* 443. Asked again for the same, it returns
                the same.
            tls: A server's context, with its certificate.

        Raises:
            ImportError: There is no h11.
            OSError: The port is in use.
            RuntimeError: The network is not installed.
            ValueError: The peer of this port has another *tls*, or host or port are none.
        """
        if not host or "/" in host:
            msg = f"host is {host!r}: give the name of a host, without a scheme and a path"
            raise ValueError(msg)
        number = port if port is not None else 80 if tls is None else 443
        if not 0 < number < 65536:
            msg = f"port is {port!r}: give a number from 1 to 65535"
            raise ValueError(msg)
        peer = self._peers.get((host, number))
        if peer is None:
            peer = HttpPeer(host, number, tls)
            self._serve(host, number, [peer])
            self._peers[host, number] = peer
        elif tls is not None and tls is not peer.tls:
            msg = f"{peer!r} has another context for TLS: leave tls= out to get it as it is"
            raise ValueError(msg)
        return peer

    # -- what goes wrong ---------------------------------------------------------------------

    def set_latency(
        self,
        seconds: float | Distribution,
        host: str | None = None,
        other: str | None = None,
    ) -> None:
        """
        Change the latency of what is sent from now on.

        Args:
            seconds: The time one way, or a distribution of it.
            host: Of the links of this host only; of all links by default.
            other: Of the one link between *host* and this host.

        Raises:
            ValueError: It is negative or no number, or there is no such host.
        """
        check_span("latency", seconds)
        self._check_hosts(host, other)
        self._fabric.topology.change("latency", seconds, host, other)

    def set_faults(
        self,
        host: str | None = None,
        other: str | None = None,
        *,
        jitter: float | Distribution | None = None,
        loss: float | None = None,
        duplication: float | None = None,
        reordering: float | None = None,
        bandwidth: float | None = None,
    ) -> None:
        """
        Have things go wrong with what is sent from now on; what is not given stays as it is.

        Chance goes by the network's seed. Of two hosts that are linked, the worse value counts.

        Args:
            host: Of the links of this host only; of all links by default.
            other: Of the one link between *host* and this host.
            jitter: Seconds that everything takes longer, at most, or a distribution of them. The
                order stays.
            loss: How likely a datagram is lost.
            duplication: How likely a datagram arrives twice.
            reordering: How likely a datagram is overtaken by the next one.
            bandwidth: Bytes a second that a link transmits in one direction; ``math.inf`` is no
                limit.

        Raises:
            ValueError: A probability is not from 0 to 1, a bandwidth or a time makes no sense, or
                there is no such host. Nothing is changed then.
            TypeError: A time is none.

        Example:
            >>> network = MemoryNetwork(seed=7, latency=0.02, hosts=["db"])
            >>> network.set_faults("db", jitter=0.01, loss=0.1, bandwidth=1e6)
        """
        given = {
            "jitter": jitter,
            "loss": loss,
            "duplication": duplication,
            "reordering": reordering,
            "bandwidth": bandwidth,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        for name, value in changes.items():
            FAULT_CHECKS[name](name, value)
        self._check_hosts(host, other)
        for name, value in changes.items():
            self._fabric.topology.change(name, value, host, other)

    def flaky(
        self,
        host: str,
        other: str | None = None,
        *,
        every: int | None = None,
        probability: float | None = None,
        error: str = "refuse",
    ) -> None:
        """
        Have new connections to a host fail now and then, until `heal`.

        Args:
            host: The host.
            other: From this host only; from all by default.
            every: Which of them: 3 is each third one, from now on.
            probability: How likely each is, instead; by the network's seed.
            error: How: ``"refuse"``, ``"reset"`` as soon as the client has sent something, or
                ``"drop"``, which nobody answers until the connect timeout.

        Raises:
            ValueError: There is no such host, or not one of *every* and *probability*, or they
                make no sense.
        """
        check_flaw(every, probability, error)
        self._check_hosts(host, other)
        self._fabric.topology.make_flaky(host, other, error, every, probability)

    def partition(self, host: str, other: str | None = None) -> None:
        """
        Let nothing pass between a host and all others, or one other.

        What is sent meanwhile, and what is under way, arrives after `heal`, as it is sent again;
        datagrams are lost. Connecting fails after the connect timeout.

        Raises:
            ValueError: There is no such host.
        """
        self._check_hosts(host, other)
        self._fabric.topology.cut(host, other)

    def heal(self, host: str | None = None, other: str | None = None) -> None:
        """
        End partitions, and that hosts are flaky: all, those of a host, or between two hosts.

        Raises:
            ValueError: There is no such host.
        """
        self._check_hosts(host, other)
        self._fabric.topology.heal(host, other)

    def reset(self, host: str | None = None, other: str | None = None) -> int:
        """
        Reset TCP connections at once: all, those of a host, or those between two hosts.

        Returns:
            How many connections were reset.

        Raises:
            ValueError: There is no such host.
        """
        self._check_hosts(host, other)
        count = 0
        for sock in list(self._fabric.open):
            end = sock._end
            if isinstance(end, TcpEnd) and end.connected and self._concerns(end, host, other):
                count += 1
                self.log.add(self._fabric.topology.now(), "reset", end.local, end.remote)
                end.peer.arrive_reset()
                end.arrive_reset()
        return count

    def _concerns(self, end: TcpEnd, host: str | None, other: str | None) -> bool:
        owner = self._fabric.hosts.owner
        ends = {owner(end.local[0]), owner(end.remote[0])}
        return (host is None or host in ends) and (other is None or other in ends)

    def _check_hosts(self, host: str | None, other: str | None = None) -> None:
        if host is None and other is not None:
            msg = f"other is {other!r} and there is no host that it is the other one of: give both"
            raise ValueError(msg)
        for name in (host, other):
            if name is not None and name not in self._fabric.hosts:
                known = self._fabric.hosts.known()
                msg = f"there is no host {name!r} in the network: add_host() it; there are {known}"
                raise ValueError(msg)
