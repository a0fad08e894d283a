"""The fault matrix: one class body, a fault in one of its phases, two base classes to compare."""

import asyncio
import contextlib
import unittest
from collections.abc import Callable
from typing import Any

OUTCOMES = (
    "return",
    "failure",
    "error",
    "SkipTest",
    "CancelledError",
    "KeyboardInterrupt",
    "SystemExit",
    "GeneratorExit",
)
# What only a coroutine can do. The reference has no such thing, so it just returns there.
ASYNC_OUTCOMES = ("swallowed cancellation", "background failure")
PHASES = (
    "setUp",
    "asyncSetUp",
    "test",
    "subTest",
    "asyncTearDown",
    "tearDown",
    "cleanup",
    "asyncCleanup",
)
EXPECTATIONS = ("success expected", "failure expected")
MODES = ("run", "debug", "failfast")


def fault(case: unittest.TestCase, outcome: str) -> None:
    """Do what *outcome* says, synchronously."""
    if outcome == "failure":
        case.fail("on purpose")
    if outcome == "SkipTest":
        raise unittest.SkipTest("on purpose")
    kinds: dict[str, type[BaseException]] = {
        "error": ZeroDivisionError,
        "CancelledError": asyncio.CancelledError,
        "KeyboardInterrupt": KeyboardInterrupt,
        "SystemExit": SystemExit,
        "GeneratorExit": GeneratorExit,
    }
    if outcome in kinds:
        raise kinds[outcome]("on purpose")


async def async_fault(case: unittest.TestCase, outcome: str) -> None:
    """Do what *outcome* says, in a coroutine that waits a little before."""
    await asyncio.sleep(0)
    if outcome == "swallowed cancellation":
        asyncio.current_task().cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0)
    elif outcome == "background failure":
        task = asyncio.ensure_future(_fail())
        await asyncio.sleep(0)
        assert task.done()
    else:
        fault(case, outcome)


async def _fail() -> None:
    raise ZeroDivisionError("in the background")


def sync_body(phase: str, outcome: str, log: list[str]) -> dict[str, Any]:
    """Return the methods of a test class without coroutines."""

    def step(name: str) -> Callable[[unittest.TestCase], None]:
        def method(self: unittest.TestCase) -> None:
            log.append(name)
            if phase == name:
                fault(self, outcome)

        return method

    def set_up(self: unittest.TestCase) -> None:
        self.addCleanup(step("last cleanup"), self)
        self.addCleanup(step("asyncCleanup"), self)
        self.addCleanup(step("cleanup"), self)
        step("setUp")(self)
        step("asyncSetUp")(self)

    def test(self: unittest.TestCase) -> None:
        with self.subTest("first"):
            step("subTest")(self)
        with self.subTest("second"):
            log.append("second subTest")
        step("test")(self)

    def tear_down(self: unittest.TestCase) -> None:
        step("asyncTearDown")(self)
        step("tearDown")(self)

    return {"setUp": set_up, "test": test, "tearDown": tear_down}


def async_body(phase: str, outcome: str, log: list[str]) -> dict[str, Any]:
    """Return the same methods, coroutine functions where IsolatedAsyncioTestCase has them."""

    def step(name: str) -> Callable[[unittest.TestCase], None]:
        def method(self: unittest.TestCase) -> None:
            log.append(name)
            if phase == name:
                fault(self, outcome)

        return method

    def async_step(name: str) -> Callable[[unittest.TestCase], Any]:
        async def method(self: unittest.TestCase) -> None:
            log.append(name)
            if phase == name:
                await async_fault(self, outcome)

        return method

    def set_up(self: Any) -> None:
        self.addAsyncCleanup(async_step("last cleanup"), self)
        self.addAsyncCleanup(async_step("asyncCleanup"), self)
        self.addCleanup(step("cleanup"), self)
        step("setUp")(self)

    async def test(self: unittest.TestCase) -> None:
        with self.subTest("first"):
            await async_step("subTest")(self)
        with self.subTest("second"):
            log.append("second subTest")
        await async_step("test")(self)

    return {
        "setUp": set_up,
        "asyncSetUp": async_step("asyncSetUp"),
        "test": test,
        "asyncTearDown": async_step("asyncTearDown"),
        "tearDown": step("tearDown"),
    }


def coroutine_body(phase: str, outcome: str, log: list[str]) -> dict[str, Any]:
    """Return the methods as coroutine functions throughout, which only our test case runs."""
    body = async_body(phase, outcome, log)
    set_up, tear_down = body["setUp"], body["tearDown"]

    async def async_set_up(self: Any) -> None:
        set_up(self)

    async def async_tear_down(self: Any) -> None:
        tear_down(self)

    return {**body, "setUp": async_set_up, "tearDown": async_tear_down}


def make_case(base: type, body: dict[str, Any], expectation: str) -> type[unittest.TestCase]:
    """Return a test class with the methods of *body*."""
    methods = dict(body)
    if expectation == "failure expected":
        methods["test"] = unittest.expectedFailure(methods["test"])
    case: type[unittest.TestCase] = type("Case", (base,), methods)
    return case


class Recorder(unittest.TestResult):
    """A result that keeps the order of everything it is told."""

    def __init__(self, failfast: bool) -> None:
        super().__init__()
        self.failfast = failfast
        self.told: list[tuple[str, ...]] = []

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self.told.append(("startTest",))

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        self.told.append(("stopTest",))

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.told.append(("success",))

    def addError(self, test: Any, err: Any) -> None:
        super().addError(test, err)
        self.told.append(("error", err[0].__name__))

    def addFailure(self, test: Any, err: Any) -> None:
        super().addFailure(test, err)
        self.told.append(("failure", str(err[1])))

    def addSkip(self, test: Any, reason: str) -> None:
        super().addSkip(test, reason)
        self.told.append(("skip", reason))

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        super().addExpectedFailure(test, err)
        self.told.append(("expected failure", err[0].__name__))

    def addUnexpectedSuccess(self, test: Any) -> None:
        super().addUnexpectedSuccess(test)
        self.told.append(("unexpected success",))

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        self.told.append(("subTest", subtest._message, err[0].__name__ if err else "success"))


def observe(case: type[unittest.TestCase], mode: str, log: list[str]) -> dict[str, Any]:
    """Run the test of *case*, and return everything that anybody could notice."""
    log.clear()
    result = Recorder(failfast=mode == "failfast")
    raised = None
    test = case("test")
    try:
        if mode == "debug":
            test.debug()
        else:
            test.run(result)
    except BaseException as error:
        # Tasks of Python 3.10 lose the message of a CancelledError.
        text = "" if isinstance(error, asyncio.CancelledError) else str(error)
        raised = (type(error).__name__, text)
    return {
        "calls": list(log),
        "told": result.told,
        "raised": raised,
        "stopped": result.shouldStop,
        "successful": result.wasSuccessful(),
    }
