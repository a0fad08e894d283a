"""Drop-in replacement of asynctest 0.13."""

from asynctest._version import __version__

__all__ = ["__version__"]
