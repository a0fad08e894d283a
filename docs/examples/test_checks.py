"""Checks after each test: what they accept. The planted bugs of broken/ show what they catch."""

import asyncio
import socket

from asyncloop_testcase import TestCase, exhaust_callbacks, fail_on, lenient, strict


@fail_on(unused_loop=False)
class ThisClassMayLeaveTheLoopAlone(TestCase):
    def test_without_the_loop(self):
        self.assertEqual(1 + 1, 2)

    @fail_on(unused_loop=True)  # the method's decorator wins
    def test_with_the_loop(self):
        self.loop.run_until_complete(asyncio.sleep(0))


@lenient
class NothingIsChecked(TestCase):
    async def test_leaves_a_timer_behind(self):
        self.loop.call_later(60, print, "never printed")


@strict
class EverythingIsChecked(TestCase):
    async def test_callbacks_that_are_due_are_run(self):
        ran = []
        self.loop.call_soon(self.loop.call_soon, ran.append, "second")

        await exhaust_callbacks(self.loop)

        self.assertEqual(ran, ["second"])

    async def test_timer_is_cancelled(self):
        timer = self.loop.call_later(60, print, "never printed")
        timer.cancel()

    async def test_reader_is_removed(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.loop.add_reader(ours, print, "never printed")
            self.loop.remove_reader(ours)

    @fail_on(active_handles=False)
    async def test_one_check_is_switched_off(self):
        self.loop.call_later(60, print, "never printed")
