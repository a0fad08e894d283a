"""Sockets in memory that are connected from the start.

Imports `_installation` and what is below it.
"""
