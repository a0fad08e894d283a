"""Checks: defaults, decorators, what they find."""

import asyncio
import warnings

from asynctest_cases import case
from asynctest_cases.running import attempt, verdict


def leaks(asynctest, decorate=lambda cls: cls):
    """Return a test case each of whose tests leaves something behind."""

    @decorate
    class Tests(asynctest.TestCase):
        def nothing(self):
            pass

        async def coroutine(self):
            pass

        async def timer(self):
            self.loop.call_later(60, print)

        async def cancelled_timer(self):
            self.loop.call_later(60, print).cancel()

        async def reader(self):
            self.loop.add_reader(asynctest.SocketMock(), print)

        async def removed_reader(self):
            sock = asynctest.SocketMock()
            self.loop.add_reader(sock, print)
            self.loop.remove_reader(sock)

    return Tests


NAMES = ("nothing", "coroutine", "timer", "cancelled_timer", "reader", "removed_reader")


def verdicts(tests):
    return {name: verdict(tests, name) for name in NAMES}


@case
def by_default(asynctest):
    return verdicts(leaks(asynctest))


@case
def strict(asynctest):
    return [
        verdicts(leaks(asynctest, asynctest.strict)),
        verdicts(leaks(asynctest, asynctest.strict())),
    ]


@case
def lenient(asynctest):
    return [
        verdicts(leaks(asynctest, asynctest.lenient)),
        verdicts(leaks(asynctest, asynctest.lenient())),
    ]


@case
def one_by_one(asynctest):
    return [
        verdicts(leaks(asynctest, asynctest.fail_on(**{name: True})))
        for name in ("unused_loop", "active_handles", "active_selector_callbacks")
    ]


@case
def all_but_one(asynctest):
    return [
        verdicts(asynctest.fail_on(**{name: False})(leaks(asynctest, asynctest.strict)))
        for name in ("unused_loop", "active_handles", "active_selector_callbacks")
    ]


@case
def precedence(asynctest):
    @asynctest.fail_on(unused_loop=True)
    class Parent(asynctest.TestCase):
        def test(self):
            pass

        @asynctest.fail_on(unused_loop=False)
        def test_off(self):
            pass

        @asynctest.fail_on(active_handles=True)
        def test_other(self):
            pass

    class Child(Parent):
        pass

    @asynctest.fail_on(unused_loop=False)
    class Off(Parent):
        def test_own(self):
            pass

        @asynctest.strict
        def test_strict(self):
            pass

    return [
        [verdict(cls, name) for name in ("test", "test_off", "test_other")]
        for cls in (Parent, Child, Off)
    ] + [[verdict(Off, name) for name in ("test_own", "test_strict")]]


@case
def loop_that_ran_elsewhere(asynctest):
    @asynctest.fail_on(unused_loop=True)
    class Tests(asynctest.TestCase):
        async def setUp(self):
            pass

        def test(self):
            pass

    @asynctest.fail_on(unused_loop=True)
    class TearDown(asynctest.TestCase):
        def test(self):
            pass

        async def tearDown(self):
            pass

    @asynctest.fail_on(unused_loop=True)
    class Cleanup(asynctest.TestCase):
        def setUp(self):
            self.addCleanup(asyncio.sleep, 0)

        def test(self):
            pass

    return [verdict(Tests), verdict(TearDown), verdict(Cleanup)]


@case
def unknown_check(asynctest):
    return attempt(asynctest.fail_on, nonsense=True)


@case
def ignore_loop(asynctest):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = [
            verdict(
                leaks(asynctest, lambda cls: asynctest.ignore_loop(asynctest.strict(cls))),
                "nothing",
            ),
            verdict(
                leaks(asynctest, lambda cls: asynctest.ignore_loop()(asynctest.strict(cls))),
                "nothing",
            ),
        ]
    return [found, [f"{w.category.__name__}: {w.message}" for w in caught]]


@case
def own_check(asynctest):
    events = []

    class Checks:
        @staticmethod
        def before_test_own(test):
            events.append(["before", test.state])

        @staticmethod
        def own(test):
            events.append(["after", test.state])
            if test.state == "bad":
                test.fail("state is bad")

    module = asynctest._fail_on
    module.DEFAULTS["own"] = True
    for name in ("own", "before_test_own"):
        setattr(module._fail_on, name, vars(Checks)[name])
    try:

        class Tests(asynctest.TestCase):
            state = "good"

            def setUp(self):
                events.append(["setUp", self.loop is not None])

            def test(self):
                events.append("test")

            def test_bad(self):
                self.state = "bad"

            @asynctest.fail_on(own=False)
            def test_off(self):
                self.state = "bad"

        return [[verdict(Tests, name) for name in ("test", "test_bad", "test_off")], events]
    finally:
        del module.DEFAULTS["own"], module._fail_on.own, module._fail_on.before_test_own


@case
def changed_defaults(asynctest):
    asynctest._fail_on.DEFAULTS["unused_loop"] = True
    try:
        on = verdict(leaks(asynctest), "nothing")
    finally:
        asynctest._fail_on.DEFAULTS["unused_loop"] = False
    return [on, verdict(leaks(asynctest), "nothing")]


@case
def decorator_object(asynctest):
    checker = asynctest.fail_on(unused_loop=True)
    copy = checker.copy()
    copy.update({"unused_loop": False, "active_handles": True}, override=False)
    checker.update({"active_handles": False})

    def test():
        pass

    decorated = checker(test)
    return [
        checker.checks,
        copy.checks,
        decorated is test,
        getattr(test, asynctest._fail_on._FAIL_ON_ATTR).checks,
        checker.get_checks(None),
    ]
