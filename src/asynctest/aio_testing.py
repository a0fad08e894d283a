"""
The names of the package ``aio.testing`` 0.1: replace ``aio.testing`` by ``asynctest.aio_testing``.

They are those of ``asyncloop_testcase``. `aiotest` and `aiofuturetest` are older names of two.
"""

from asyncloop_testcase import child_loop, current_loop, run_forever, run_until_complete

__all__ = [
    "aiofuturetest",
    "aiotest",
    "child_loop",
    "current_loop",
    "run_forever",
    "run_until_complete",
]

aiotest = run_until_complete
aiofuturetest = run_forever
