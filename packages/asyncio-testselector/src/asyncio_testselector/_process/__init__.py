"""Subprocesses that play a script. Imports `_script`, `_installation` and what is below them."""
