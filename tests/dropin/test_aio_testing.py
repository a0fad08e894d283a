"""What the README of aio.testing 0.1 promises, kept by ``asynctest.aio_testing``."""

import asyncio
import time
import unittest

import pytest
from asyncio_fakeclock import FakeClock

from asynctest import aio_testing


@pytest.fixture
def current():
    """Make a loop the current one, as suites of its time relied on."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


class Clocked:
    """A ``loop=`` whose time moves by itself: the seconds of the options cost none."""

    def __enter__(self):
        self.child = aio_testing.child_loop()
        loop = self.child.__enter__()
        self.clock = FakeClock(loop, auto=True).install()
        return loop

    def __exit__(self, *exc_info):
        self.clock.uninstall()
        return self.child.__exit__(*exc_info)


def passes(case: type[unittest.TestCase]) -> bool:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert result.errors == [], result.errors[0][1]
    assert result.failures == [], result.failures[0][1]
    return result.testsRun > 0


def test_a_generator_test_is_run_until_complete_on_a_new_loop(current):
    seen = []

    class Tests(unittest.TestCase):
        @aio_testing.run_until_complete
        def test_example(self):
            seen.append(asyncio.get_event_loop())
            yield from asyncio.sleep(0)
            seen.append("done")

    assert passes(Tests)
    assert seen[1] == "done"
    assert seen[0] is not current
    assert seen[0].is_closed()


def test_the_original_loop_is_set_again(current):
    class Tests(unittest.TestCase):
        @aio_testing.run_until_complete
        def test_passes(self):
            yield from asyncio.sleep(0)

        @aio_testing.run_forever(timeout=0)
        def test_for_ever(self):
            yield from asyncio.sleep(0)

    assert passes(Tests)
    assert asyncio.get_event_loop() is current


def test_the_original_loop_is_set_again_when_the_test_fails(current):
    @aio_testing.run_until_complete
    def test():
        yield from asyncio.sleep(0)
        raise LookupError

    with pytest.raises(LookupError):
        test()
    assert asyncio.get_event_loop() is current


@pytest.mark.parametrize(("options", "when"), [({}, 1), ({"timeout": 10}, 10)])
def test_what_the_test_returns_is_called_after_the_timeout(options, when):
    seen = []

    @aio_testing.run_forever(loop=Clocked, **options)
    def test():
        loop = asyncio.get_running_loop()
        start = loop.time()
        yield from asyncio.sleep(0)

        def callback_test():
            seen.append(loop.time() - start)
            yield from asyncio.sleep(2)
            seen.append(loop.time() - start)

        return callback_test

    test()
    assert seen == [when, when + 2]


def test_the_loop_runs_on_for_the_seconds_of_sleep():
    seen = []

    @aio_testing.run_forever(timeout=0, sleep=3, loop=Clocked)
    async def test():
        loop = asyncio.get_running_loop()
        return lambda: loop.call_later(2.5, seen.append, "stopped")

    started = time.monotonic()
    test()
    assert seen == ["stopped"]
    assert time.monotonic() >= started


def test_a_test_that_returns_nothing_passes():
    @aio_testing.run_forever(loop=Clocked)
    def test():
        yield from asyncio.sleep(0)

    assert test() is None


def test_options_may_be_left_out():
    @aio_testing.run_forever
    def test():
        raise LookupError("before anything waits")

    with pytest.raises(LookupError):
        test()


@pytest.mark.parametrize("decorator", ["run_until_complete", "run_forever"])
def test_a_loop_of_ones_own_is_used_and_left_open(current, decorator):
    options = {} if decorator == "run_until_complete" else {"timeout": 0}
    seen = []

    @getattr(aio_testing, decorator)(loop=aio_testing.current_loop, **options)
    async def test():
        seen.append(asyncio.get_running_loop())

    test()
    assert seen == [current]
    assert not current.is_closed()
    assert asyncio.get_event_loop() is current


def in_a_callback(loop):
    loop.call_soon({}.__getitem__, "missing")


def in_a_callback_later(loop):
    loop.call_later(0.5, {}.__getitem__, "missing")


def in_a_task(loop):
    async def fail():
        raise KeyError("missing")

    loop.create_task(fail())


@pytest.mark.parametrize("fail", [in_a_callback, in_a_callback_later, in_a_task])
@pytest.mark.filterwarnings("ignore")
def test_an_error_on_the_loop_fails_the_test_with_that_very_error(fail):
    @aio_testing.run_forever(loop=Clocked)
    async def test():
        fail(asyncio.get_running_loop())

    with pytest.raises(KeyError, match="missing"):
        test()


def test_an_error_in_what_the_test_returns_fails_it():
    @aio_testing.run_forever(timeout=0)
    async def test():
        def callback_test():
            yield from asyncio.sleep(0)
            raise KeyError("missing")

        return callback_test

    with pytest.raises(KeyError, match="missing"):
        test()


def test_a_test_may_expect_the_error_of_a_callback():
    class Tests(unittest.TestCase):
        def test_fails(self):
            @aio_testing.run_forever(timeout=0)
            async def test():
                in_a_callback(asyncio.get_running_loop())

            with self.assertRaises(KeyError):
                test()

    assert passes(Tests)


def test_a_loop_that_is_stopped_too_early_is_told():
    @aio_testing.run_forever(timeout=100)
    async def test():
        asyncio.get_running_loop().call_soon(asyncio.get_running_loop().stop)

    with pytest.raises(Exception, match="test failed to run"):
        test()


def test_older_names_are_the_same():
    assert aio_testing.aiotest is aio_testing.run_until_complete
    assert aio_testing.aiofuturetest is aio_testing.run_forever
