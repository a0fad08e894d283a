"""asyncmock-plus."""

from asyncmock_plus._version import __version__

__all__ = ["__version__"]
