"""The helpers of asynctest: those of ``asyncloop_testcase``."""

from asyncloop_testcase import exhaust_callbacks

__all__ = ["exhaust_callbacks"]
