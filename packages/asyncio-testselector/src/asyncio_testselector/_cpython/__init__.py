"""
Everything this package touches that CPython does not document, and nothing else. Imports no room.

Each use says why, and on which versions it was read: 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.14.10 and
3.15.2. ``tests/test_cpython.py`` fails with a clear text when one of them changes.
"""
