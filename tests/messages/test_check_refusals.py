# ruff: noqa: E501 (the messages are as long as they are)
"""What checks, their decorators and `check_loop` refuse."""

import asyncio

from asyncloop_testcase import (
    CannotCheckError,
    Check,
    check_loop,
    fail_on,
    register_check,
    strict,
)

from messages.said import says, warned


@says(
    "TypeError: unknown checks: 'unused_lop' (did you mean 'unused_loop'?); the known ones are active_asyncgens, active_handles, active_selector_callbacks, changed_environment, changed_signal_handlers, leaked_processes, leaked_threads, pending_tasks, slow_callbacks, unawaited_coroutines, unclosed_transports, unhandled_exceptions, unused_loop"
)
def test_unknown_check():
    fail_on(unused_lop=True)


@says("TypeError: fail_on(pending_tasks=3): the check pending_tasks takes True or False")
def test_check_that_takes_true_or_false():
    fail_on(pending_tasks=3)


@says("TypeError: fail_on(slow_callbacks='fast'): not a number of seconds, nor True or False")
def test_seconds_that_are_none():
    fail_on(slow_callbacks="fast")


@says("ValueError: fail_on(slow_callbacks=-1): the seconds have to be more than 0, and finite")
def test_seconds_that_are_negative():
    fail_on(slow_callbacks=-1)


@says("TypeError: 'text' is neither a class nor a function: checks are switched on for tests")
def test_checks_of_no_test():
    strict("text")


@says("TypeError: register_check() takes a subclass of Check, not <class 'int'>")
def test_registration_of_no_check():
    register_check(int)


@says("TypeError: TemporaryFiles.name is None: a check needs a name that is an identifier")
def test_registration_without_a_name():
    class TemporaryFiles(Check):
        summary = "files are left"

    register_check(TemporaryFiles)


@says(
    "ValueError: a check named 'pending_tasks' is registered already: <class 'asyncloop_testcase._checks.tasks.PendingTasks'>; take another name"
)
def test_registration_of_a_name_that_is_taken():
    class Mine(Check):
        name = "pending_tasks"

    Mine.__qualname__ = "Mine"
    register_check(Mine)


@says(
    "UncheckedWarning: the check mine cannot work with Strange: it does not call its callbacks by asyncio.Handle"
)
def test_check_of_a_loop_it_does_not_know():
    from asyncloop_testcase._checks.base import say_once

    class Strange(asyncio.SelectorEventLoop):
        pass

    class Mine(Check):
        name = "mine"

        def __init__(self, loop):
            self.loop = loop

    Strange.__qualname__ = "Strange"
    loop = Strange()
    try:
        reason = CannotCheckError("it does not call its callbacks by asyncio.Handle")
        return warned(lambda: say_once(Mine(loop), reason))
    finally:
        loop.close()


@says("TypeError: check_loop() as a plain `with` needs the loop: `with check_loop(loop):`")
def test_block_without_a_loop():
    with check_loop():
        pass


@says("TypeError: check_loop() takes an event loop, not 'loop'")
def test_block_of_no_loop():
    check_loop("loop")


@says(
    "RuntimeError: check_loop() cannot begin, the loop is closed: <SelectorEventLoop running=False closed=True debug=False>"
)
def test_block_of_a_closed_loop():
    loop = asyncio.SelectorEventLoop()
    loop.close()
    with check_loop(loop):
        pass


@says(
    "RuntimeError: check_loop() cannot begin, the loop is running: <SelectorEventLoop running=True closed=False debug=False>; in a coroutine use `async with check_loop():`"
)
async def test_plain_block_of_a_running_loop():
    with check_loop(asyncio.get_running_loop()):
        pass


@says(
    "RuntimeError: check_loop() was given <SelectorEventLoop running=False closed=False debug=False>, but <SelectorEventLoop running=True closed=False debug=False> is running: leave it out"
)
def test_block_of_another_loop():
    loop = asyncio.SelectorEventLoop()

    async def main():
        async with check_loop(loop):
            pass

    try:
        asyncio.run(main())
    finally:
        loop.close()


@says("RuntimeError: this check_loop() is at work already: make another for a block inside")
async def test_block_in_itself():
    block = check_loop()
    async with block:
        async with block:
            pass


@says("ValueError: check_loop(level='severe'): the levels are 'default', 'strict', 'lenient'")
def test_unknown_level():
    check_loop(level="severe")
