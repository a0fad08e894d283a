"""The network in memory. Imports `_script` and what is below it."""
