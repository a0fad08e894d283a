"""Helpers to run coroutines and test cases, on any Python."""

import asyncio
import unittest


def run(coroutine):
    """Run a coroutine on a loop of its own."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(coroutine)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def attempt(function, *args, **kwargs):
    """Return what a function returns or raises."""
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


def result_of(case, method="test"):
    """Run a test; return one word for its verdict, and the last line of a message."""
    result = unittest.TestResult()
    case(method).run(result)
    for word in ("errors", "failures", "skipped", "expectedFailures"):
        for _, text in getattr(result, word):
            return [word, text.strip().splitlines()[-1]]
    return ["unexpected success" if result.unexpectedSuccesses else "ok", ""]


def verdict(case, method="test"):
    """Return the word alone."""
    return result_of(case, method)[0]
