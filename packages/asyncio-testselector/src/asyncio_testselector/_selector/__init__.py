"""The selector of mocks and real files, and what is ready.

Imports `_files` and what is below it.
"""
