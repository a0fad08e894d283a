"""
Rewrite test modules of the asynctest years for the Python of today.

``python -m asynctest.migrate tests/`` shows a diff, ``--write`` writes it. See the migration
guide of the documentation for all that is rewritten, and what is left and listed.

Importing this package does not import libcst; running it does.
"""

from asynctest.migrate._command import main

__all__ = ["main"]
