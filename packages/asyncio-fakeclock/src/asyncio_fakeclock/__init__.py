"""asyncio-fakeclock."""

from asyncio_fakeclock._version import __version__

__all__ = ["__version__"]
