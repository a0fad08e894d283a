"""The proactor of mocks and real files, and its event loop.

Imports `_selector` and what is below it.
"""
