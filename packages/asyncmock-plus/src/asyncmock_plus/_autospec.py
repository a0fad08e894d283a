"""Mocks that look like something else: ``create_autospec``."""

from unittest.mock import create_autospec

__all__ = ["create_autospec"]
