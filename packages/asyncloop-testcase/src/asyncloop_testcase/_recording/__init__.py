"""
Notes that are taken while a test runs: lost exceptions, coroutines, registered files.

Imports `_reports` and what is below it.
"""
