"""What the system, or what stands in for it, is capable of."""

import ctypes

import pytest


def _is_wine() -> bool:
    windll = getattr(ctypes, "windll", None)
    return windll is not None and hasattr(windll.ntdll, "wine_get_version")


ON_WINE = _is_wine()

with_trio = pytest.mark.skipif(
    ON_WINE, reason="Wine lacks the socket ioctl that trio asks for (WinError 10045)"
)
