"""Mocks of files and sockets, and their virtual descriptors. Imports `_cpython` alone."""
