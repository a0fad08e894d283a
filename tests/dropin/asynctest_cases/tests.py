"""Test cases: their phases, their loop, their assertions."""

import asyncio
import unittest
import warnings

from asynctest_cases import case
from asynctest_cases.running import attempt, result_of, run, verdict


def recorder(asynctest, events, base=None):
    """Return a test case that notes its phases."""

    class Tests(base or asynctest.TestCase):
        async def setUp(self):
            events.append("setUp")
            self.addCleanup(self.cleanup, 1, two=2)
            self.addCleanup(events.append, "second")

        async def test(self):
            await asyncio.sleep(0)
            events.append("test")

        async def test_fails(self):
            self.fail("on purpose")

        async def test_raises(self):
            raise OSError("on purpose")

        async def test_skips(self):
            self.skipTest("on purpose")

        @unittest.skip("not at all")
        def test_skipped(self):
            events.append("never")

        @unittest.expectedFailure
        async def test_expected(self):
            self.fail("on purpose")

        @unittest.expectedFailure
        async def test_unexpected(self):
            pass

        async def test_subtests(self):
            for n in range(3):
                with self.subTest(n=n):
                    self.assertNotEqual(1, n)

        async def tearDown(self):
            events.append("tearDown")

        async def cleanup(self, one, two):
            events.append(["cleanup", one, two])

    return Tests


@case
def phases(asynctest):
    events = []
    return [verdict(recorder(asynctest, events)), events]


@case
def phases_of_other_outcomes(asynctest):
    found = {}
    for name in ("fails", "raises", "skips", "skipped", "expected", "unexpected", "subtests"):
        events = []
        found[name] = [result_of(recorder(asynctest, events), "test_" + name), events]
    return found


@case
def phases_of_debug(asynctest):
    events = []
    recorder(asynctest, events)("test").debug()
    return events


@case
def phases_of_a_clocked_test(asynctest):
    events = []
    return [verdict(recorder(asynctest, events, asynctest.ClockedTestCase)), events]


@case
def phases_when_set_up_fails(asynctest):
    events = []

    class Tests(recorder(asynctest, events)):
        async def setUp(self):
            await super().setUp()
            raise OSError("on purpose")

    return [result_of(Tests), events]


@case
def plain_functions(asynctest):
    events = []

    class Tests(asynctest.TestCase):
        def setUp(self):
            self.addCleanup(events.append, "cleanup")

        def test(self):
            events.append(self.loop.run_until_complete(asyncio.sleep(0, "test")))

        def tearDown(self):
            events.append("tearDown")

    return [verdict(Tests), events]


@case
def test_that_returns_something_to_await(asynctest):
    events = []

    class Tests(asynctest.TestCase):
        def test(self):
            return self.work()

        async def work(self):
            events.append("work")

    return [verdict(Tests), events]


@case
def test_that_returns_a_value(asynctest):
    class Tests(asynctest.TestCase):
        def test(self):
            return 3

    return verdict(Tests)


@case
def test_that_is_a_generator(asynctest):
    events = []

    class Tests(asynctest.TestCase):
        def test(self):
            yield
            events.append("test")

    return [verdict(Tests), events]


@case
def loop_of_a_test(asynctest):
    loops = []

    class Tests(asynctest.TestCase):
        async def test(self):
            loops.append(self.loop)
            self.assertIs(self.loop, asyncio.get_event_loop())
            self.assertIsInstance(self.loop._selector, asynctest.TestSelector)

        def test_current(self):
            loops.append(self.loop)
            self.assertIs(self.loop, asyncio.get_event_loop())

    test = Tests("test")
    found = [verdict(Tests), verdict(Tests, "test_current"), test.loop]
    test.debug()
    return [*found, test.loop, loops[0] is loops[1], all(loop.is_closed() for loop in loops)]


@case
def default_loop(asynctest):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    class Tests(asynctest.TestCase):
        use_default_loop = True

        async def test(self):
            self.assertIs(loop, self.loop)

    try:
        return [verdict(Tests), loop.is_closed(), asyncio.get_event_loop() is loop]
    finally:
        asyncio.set_event_loop(None)
        loop.close()


@case
def forbidden_get_event_loop(asynctest):
    class Tests(asynctest.TestCase):
        forbid_get_event_loop = True

        def test(self):
            asyncio.get_event_loop()

        async def test_running(self):
            self.assertIs(self.loop, asyncio.get_event_loop())

    return [result_of(Tests), result_of(Tests, "test_running")]


@case
def hooks(asynctest):
    events = []

    class Tests(asynctest.TestCase):
        def _init_loop(self):
            super()._init_loop()
            events.append(["_init_loop", self.loop is not None])

        def _patch_loop(self, loop):
            events.append("_patch_loop")
            return super()._patch_loop(loop)

        def _setUp(self):
            events.append("_setUp")
            super()._setUp()

        def setUp(self):
            events.append("setUp")

        def _run_test_method(self, method):
            events.append(["_run_test_method", method.__name__])
            super()._run_test_method(method)

        def test(self):
            events.append("test")

        def _tearDown(self):
            events.append("_tearDown")
            super()._tearDown()

        def _unset_loop(self):
            events.append(["_unset_loop", self.loop.is_closed()])
            super()._unset_loop()
            events.append(self.loop)

    return [verdict(Tests), events]


@case
def function_test_case(asynctest):
    events = []

    async def test():
        events.append("test")

    test_case = asynctest.FunctionTestCase(
        test,
        setUp=lambda: events.append("setUp"),
        tearDown=lambda: events.append("tearDown"),
        description="described",
    )
    result = unittest.TestResult()
    test_case.run(result)
    return [events, result.wasSuccessful(), test_case.shortDescription()]


async def fail(error=None):
    await asyncio.sleep(0)
    if error is not None:
        raise error
    return "result"


async def warn(message=None):
    await asyncio.sleep(0)
    if message:
        warnings.warn(message, DeprecationWarning)
    return "result"


@case
def async_assertions(asynctest):
    class Tests(asynctest.TestCase):
        def runTest(self):
            pass

    test = Tests()
    return [
        attempt(run, test.assertAsyncRaises(OSError, fail(OSError("x")))),
        attempt(run, test.assertAsyncRaises(OSError, fail())),
        attempt(run, test.assertAsyncRaises(OSError, fail(ValueError("x")))),
        attempt(run, test.assertAsyncRaisesRegex(OSError, "^x", fail(OSError("xyz")))),
        attempt(run, test.assertAsyncRaisesRegex(OSError, "^z", fail(OSError("xyz")))),
        attempt(run, test.assertAsyncRaisesRegex(OSError, "^z", fail())),
        attempt(run, test.assertAsyncWarns(DeprecationWarning, warn("x"))),
        attempt(run, test.assertAsyncWarns(DeprecationWarning, warn())),
        attempt(run, test.assertAsyncWarnsRegex(DeprecationWarning, "^x", warn("xyz"))),
        attempt(run, test.assertAsyncWarnsRegex(DeprecationWarning, "^z", warn("xyz"))),
        attempt(run, test.assertAsyncWarnsRegex(DeprecationWarning, "^z", warn())),
    ]


@case
def aliases_of_assertions(asynctest):
    class Tests(asynctest.TestCase):
        def runTest(self):
            pass

    test = Tests()
    found = {}
    for name, args in {
        "assertEquals": (1, 2),
        "failUnlessEqual": (1, 2),
        "assertNotEquals": (1, 1),
        "failIfEqual": (1, 1),
        "assertAlmostEquals": (1, 2),
        "failUnlessAlmostEqual": (1, 2),
        "assertNotAlmostEquals": (1, 1),
        "failIfAlmostEqual": (1, 1),
        "assert_": (0,),
        "failUnless": (0,),
        "failIf": (1,),
        "failUnlessRaises": (OSError, int),
        "assertRaisesRegexp": (OSError, "x", int),
        "assertRegexpMatches": ("a", "b"),
        "assertNotRegexpMatches": ("a", "a"),
        "assertDictContainsSubset": ({"a": 1, "b": 2}, {"b": 3}),
    }.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            outcome = attempt(getattr(test, name), *args)
        found[name] = [outcome, [f"{w.message}" for w in caught]]
    return found


@case
def functions_of_unittest(asynctest):
    class Tests(asynctest.TestCase):
        def test_b(self):
            pass

        def test_a(self):
            pass

        def check_c(self):
            pass

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        suites = [
            asynctest.makeSuite(Tests),
            asynctest.makeSuite(Tests, prefix="check"),
            asynctest.makeSuite(Tests, "test", lambda a, b: (a < b) - (a > b)),
        ]
        return [
            [[test._testMethodName for test in suite] for suite in suites],
            asynctest.getTestCaseNames(Tests, "test"),
            asynctest.findTestCases(asynctest.helpers).countTestCases(),
        ]
