# ruff: noqa: E501 (the messages are as long as they are)
"""What a test case refuses, and what it says of tests that hang."""

import asyncio

from asyncloop_testcase import (
    FunctionTestCase,
    TestCase,
    current_loop,
    exhaust_callbacks,
    lenient,
    run_forever,
    run_until_complete,
)

from messages.said import outcome_of, says, warned


def case(test=None, **members):
    """Return a class with this test."""

    async def passing(self):
        pass

    return type("Case", (TestCase,), {"test": test or passing, **members})


@says("TypeError: loop_factory must be a callable that returns a new event loop, not 3")
def test_factory_that_is_none():
    return outcome_of(case(loop_factory=3))


@says(
    "TypeError: loop_factory returned 'loop', which is not an event loop: it must be a plain callable that returns a new one, such as asyncio.SelectorEventLoop"
)
def test_factory_that_returns_no_loop():
    return outcome_of(case(loop_factory=staticmethod(lambda: "loop")))


@says(
    "RuntimeError: loop_factory returned a loop that is closed: <SelectorEventLoop running=False closed=True debug=False>; it has to return a new loop for each test (use_default_loop = True shares one)"
)
def test_factory_that_returns_a_closed_loop():
    loop = asyncio.SelectorEventLoop()
    loop.close()
    return outcome_of(case(loop_factory=staticmethod(lambda: loop)))


@says(
    "TypeError: Case.setUpClass() is a coroutine function, but no loop outlives a test: use an async def setUp(), or a plain method that calls asyncio.run()"
)
def test_coroutine_function_that_sets_up_the_class():
    class Case(TestCase):
        @classmethod
        async def setUpClass(cls):
            pass

    Case.__qualname__ = "Case"
    Case.setUpClass()


@says(
    "TypeError: addClassCleanup() cannot take the coroutine function <function tidy at 0x...>: no loop outlives a test; add a plain function that calls asyncio.run()"
)
def test_coroutine_function_that_tidies_up_the_class():
    async def tidy():
        pass

    tidy.__qualname__ = "tidy"
    TestCase.addClassCleanup(tidy)


@says(
    "TypeError: test() returned <coroutine object fetch at 0x...>, and that was never awaited: await it in the test"
)
def test_test_that_returns_a_coroutine_of_a_coroutine():
    async def fetch():
        pass

    async def test(self):
        return fetch()

    return outcome_of(case(test))


@says(
    "TypeError: test() returned <generator object test at 0x...>, and its body did not run: define the test with async def, and await where it yields"
)
def test_test_that_is_a_generator():
    def test(self):
        yield

    return outcome_of(case(test))


@says(
    "TypeError: test() returned <async_generator object test at 0x...>, and its body did not run: a test must not yield"
)
def test_test_that_is_an_asynchronous_generator():
    async def test(self):
        yield

    return outcome_of(case(test))


@says(
    "TypeError: test() returned 3, and a test returns None or something to await: assert on the value instead"
)
def test_test_that_returns_a_value():
    def test(self):
        return 3

    return outcome_of(case(test))


@says("DeprecationWarning: test() returned 3: it is deprecated to return a value from a test")
def test_coroutine_that_returns_a_value():
    async def test(self):
        return 3

    return warned(case(test)("test").run)


@says(
    "RuntimeError: <function tidy at 0x...> is an asynchronous cleanup, and doCleanups() was called while the loop runs: call it in a test that is no coroutine, or let it be called after it"
)
def test_cleanup_that_is_called_while_the_loop_runs():
    async def tidy():
        pass

    tidy.__qualname__ = "tidy"

    async def test(self):
        self.addCleanup(tidy)
        self.doCleanups()

    return outcome_of(lenient(case(test)))


@says(
    "TypeError: <memory at 0x...> is not an asynchronous context manager; enter it with enterContext()"
)
def test_context_manager_that_is_not_asynchronous():
    async def test(self):
        await self.enterAsyncContext(memoryview(b""))

    return outcome_of(case(test))


@says("TypeError: 3 is not an asynchronous context manager")
def test_context_manager_that_is_none():
    async def test(self):
        await self.enterAsyncContext(3)

    return outcome_of(case(test))


@says(
    "TypeError: assertAsyncRaises() awaits what it is given, and print cannot be awaited: call it to get a coroutine"
)
def test_assertion_on_a_function():
    async def test(self):
        await self.assertAsyncRaises(LookupError, print)

    return outcome_of(case(test)).replace("<built-in function print>", "print")


@says(
    "TypeError: assertAsyncRaises() awaits what it is given, and 3 cannot be awaited: pass a coroutine or a future"
)
def test_assertion_on_a_value():
    async def test(self):
        await self.assertAsyncRaises(LookupError, 3)

    return outcome_of(case(test))


@says("TypeError: FunctionTestCase(testFunc=3): testFunc must be a function")
def test_function_that_is_none():
    FunctionTestCase(3)


@says(
    "RuntimeError: callbacks schedule each other without an end: after 100000 turns the loop is not idle; next comes <Handle again() at test_cases.py:N>"
)
def test_callbacks_without_an_end():
    def again():
        asyncio.get_running_loop().call_soon(again)

    again.__qualname__ = "again"

    async def main():
        again()
        await exhaust_callbacks(asyncio.get_running_loop())

    asyncio.run(main())


@says("TypeError: exhaust_callbacks() takes the running event loop, not 'loop'")
async def test_callbacks_of_no_loop():
    await exhaust_callbacks("loop")


@says(
    "RuntimeError: exhaust_callbacks() cannot run callbacks of a loop that is closed: <SelectorEventLoop running=False closed=True debug=False>"
)
async def test_callbacks_of_a_closed_loop():
    loop = asyncio.SelectorEventLoop()
    loop.close()
    await exhaust_callbacks(loop)


@says(
    "RuntimeError: exhaust_callbacks() takes the running loop, and <SelectorEventLoop running=False closed=False debug=False> does not run here"
)
async def test_callbacks_of_another_loop():
    loop = asyncio.SelectorEventLoop()
    try:
        await exhaust_callbacks(loop)
    finally:
        loop.close()


@says("RuntimeError: there is no current event loop: set one with asyncio.set_event_loop() first")
def test_no_current_loop():
    asyncio.set_event_loop(None)
    with current_loop():
        pass


@says("RuntimeError: the loop was stopped: test failed to run")
def test_loop_that_is_stopped():
    @run_forever
    async def test():
        asyncio.get_running_loop().stop()
        await asyncio.Event().wait()

    test()


@says("LookupError: no such key")
def test_exception_that_is_lost_beside_a_plain_function():
    def fail():
        raise LookupError("no such key")

    @run_forever(timeout=0)
    async def test():
        asyncio.create_task(asyncio.to_thread(fail), name="worker")

    test()


@says("TypeError: run_until_complete() decorates a function, not 'loop'; options are given by name")
def test_decorator_of_no_function():
    run_until_complete("loop")


@says(
    "TypeError: run_until_complete(loop=3): loop must be a callable that returns a context manager, such as child_loop or current_loop"
)
def test_loop_that_is_no_context_manager():
    run_until_complete(loop=3)


@says("TypeError: loop=<class 'contextlib.nullcontext'> gave None, which is no event loop")
def test_context_manager_that_gives_no_loop():
    import contextlib

    @run_until_complete(loop=contextlib.nullcontext)
    async def test():
        pass

    test()


@says("TypeError: run_forever(timeout='long'): timeout must be a number of seconds")
def test_time_that_is_no_number():
    run_forever(timeout="long")


@says("ValueError: run_forever(sleep=-1): sleep must be 0 or more seconds")
def test_time_that_is_negative():
    run_forever(sleep=-1)
