"""asyncio-testselector."""

from asyncio_testselector._version import __version__

__all__ = ["__version__"]
