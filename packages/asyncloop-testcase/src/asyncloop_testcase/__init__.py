"""asyncloop-testcase."""

from asyncloop_testcase._version import __version__

__all__ = ["__version__"]
