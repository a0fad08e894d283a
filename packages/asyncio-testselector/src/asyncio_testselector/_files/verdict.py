"""An error that is for whoever uses a file, and for nobody else."""

from __future__ import annotations


class Verdict(AssertionError):
    """
    What the other side of a socket has to say of a test.

    A transport loses its connection by it. It is not also told to the event loop's exception
    handler, where a test would find the same thing a second time.
    """
