"""A TestSelector does what the platform's selector does, with real files, with mocks, with both."""

import contextlib
import select
import selectors
import socket
from selectors import EVENT_READ, EVENT_WRITE

import pytest
from asyncio_testselector import TestSelector
from asyncio_testselector._selector.readiness import Readiness
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

EVENTS = st.sampled_from([EVENT_READ, EVENT_WRITE, EVENT_READ | EVENT_WRITE])
BAD_EVENTS = st.sampled_from([0, 4, 7, -1])
NUMBERS = st.integers(0, 2)
STRANGERS = st.sampled_from([-1, "text", object(), None, 1.5])
SELECTORS = ["SelectSelector", *(["PollSelector"] if hasattr(selectors, "PollSelector") else [])]
SELECTORS += sorted({selectors.DefaultSelector.__name__} - {*SELECTORS})
# Pairs of the internet's sockets bring things over in their own time.
AT_ONCE = hasattr(socket, "AF_UNIX")


class Virtual:
    """Something of memory, as ready as the level says."""

    def __init__(self):
        self.level = Readiness(EVENT_WRITE)
        self.closed = False

    def fileno(self):
        return -1 if self.closed else self.level.fd

    def fill(self, readable):
        self.level.set(self.level.events & EVENT_WRITE | (EVENT_READ if readable else 0))

    def block(self, blocked):
        self.level.set(self.level.events & EVENT_READ | (0 if blocked else EVENT_WRITE))

    def close(self):
        self.closed = True
        self.level.close()


class Real:
    """One end of a socket pair."""

    def __init__(self):
        self.sock, self.peer = socket.socketpair()
        self.sock.setblocking(False)
        self.peer.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

    def fileno(self):
        return self.sock.fileno()

    def fill(self, readable):
        with contextlib.suppress(BlockingIOError):
            self.sock.recv(1 << 20)
        if readable:
            self.peer.send(b"x")
            select.select([self.sock], [], [])

    def block(self, blocked):
        with contextlib.suppress(BlockingIOError):
            while True:
                if blocked:
                    self.sock.send(bytes(4096))
                else:
                    self.peer.recv(1 << 20)

    def close(self):
        self.sock.close()
        self.peer.close()


def outcome(call, *args):
    try:
        return call(*args)
    except (OSError, KeyError, RuntimeError, ValueError) as exc:
        return type(exc)


class Machine(RuleBasedStateMachine):
    kinds = [Real] * 3
    selector = selectors.DefaultSelector

    @initialize()
    def open(self):
        self.closed = False
        self.real = self.selector()
        self.test = TestSelector(self.selector())
        self.originals = [Real() for _ in self.kinds]
        self.doubles = [kind() for kind in self.kinds]

    def both(self, method, number, *args):
        """Call a method of both selectors; a key is compared by what it says of its file."""
        answers = []
        for selector, things in ((self.real, self.originals), (self.test, self.doubles)):
            answer = outcome(getattr(selector, method), things[number], *args)
            if isinstance(answer, selectors.SelectorKey):
                answer = (things.index(answer.fileobj), answer.events, answer.data)
            answers.append(answer)
        assert answers[0] == answers[1], method

    @rule(number=NUMBERS, events=EVENTS, data=st.integers(0, 1))
    def register(self, number, events, data):
        if not self.closed:
            self.both("register", number, events, data)

    @rule(number=NUMBERS, events=BAD_EVENTS)
    def register_bad_events(self, number, events):
        self.both("register", number, events)

    @rule(number=NUMBERS, events=EVENTS, data=st.integers(0, 1))
    def modify(self, number, events, data):
        if self.originals[number].fileno() >= 0:  # the kernel has forgotten the closed one
            self.select()
            self.both("modify", number, events, data)
            self.select()

    @rule(number=NUMBERS)
    def unregister(self, number):
        self.both("unregister", number)

    @rule(number=NUMBERS)
    def get_key(self, number):
        self.both("get_key", number)

    @rule(stranger=STRANGERS, method=st.sampled_from(["register", "modify", "unregister"]))
    def stranger(self, stranger, method):
        args = () if method == "unregister" else (EVENT_READ,)
        real = outcome(getattr(self.real, method), stranger, *args)
        assert outcome(getattr(self.test, method), stranger, *args) == real

    @rule(number=NUMBERS, readable=st.booleans())
    def fill(self, number, readable):
        for things in (self.originals, self.doubles):
            if things[number].fileno() >= 0:
                things[number].fill(readable)

    @precondition(lambda self: AT_ONCE)
    @rule(number=NUMBERS, blocked=st.sampled_from([True, True, False]))
    def block(self, number, blocked):
        for things in (self.originals, self.doubles):
            if things[number].fileno() >= 0:
                things[number].block(blocked)

    @rule(number=NUMBERS)
    def close_file(self, number):
        for things in (self.originals, self.doubles):
            things[number].close()

    @rule()
    def select(self):
        ours = self.reported(self.test, self.doubles)
        if self.can_tell():
            assert ours == self.reported(self.real, self.originals)

    def can_tell(self):
        """Say whether the real selector knows that it, or a file, is closed."""
        if hasattr(self.real, "fileno"):  # it is something of the kernel's
            return True
        if self.closed:
            return False
        return all(key.fileobj.fileno() >= 0 for key in self.real.get_map().values())

    def reported(self, selector, things):
        events = outcome(selector.select, 0)
        if not isinstance(events, list):
            # Windows cannot wait for nothing at all, where ours can.
            nothing = events is OSError and not selector.get_map()
            return set() if nothing else events
        assert len({key.fd for key, _ in events}) == len(events)
        return {(things.index(key.fileobj), key.events, key.data, mask) for key, mask in events}

    @rule()
    def compare_maps(self):
        real, test = self.real.get_map(), self.test.get_map()
        if self.closed:
            assert real is test is None
            return
        assert len(test) == len(real)
        assert {self.doubles.index(key.fileobj) for key in test.values()} == {
            self.originals.index(key.fileobj) for key in real.values()
        }
        assert all(test[fd].fd == fd for fd in test)
        for original, double in zip(self.originals, self.doubles, strict=True):
            assert (outcome(real.__contains__, original)) == (outcome(test.__contains__, double))

    @precondition(lambda self: not self.closed)
    @rule(dice=st.integers(0, 9))
    def close_selector(self, dice):
        if not dice:
            self.closed = True
            self.real.close()
            self.test.close()

    def teardown(self):
        if hasattr(self, "real"):
            self.real.close()
            self.test.close()
            for thing in (*self.originals, *self.doubles):
                thing.close()


@pytest.mark.parametrize(
    "kinds",
    [[Real] * 3, [Virtual] * 3, [Real, Virtual, Virtual]],
    ids=["files", "mocks", "mixed"],
)
@pytest.mark.parametrize("selector", SELECTORS)
def test_selector_behaves_as_the_real_one(kinds, selector):
    members = {"kinds": kinds, "selector": getattr(selectors, selector)}
    machine = type("Machine", (Machine,), members).TestCase
    machine.settings = settings(
        max_examples=80,
        stateful_step_count=50,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    machine("runTest").debug()
