"""Peers that play a scenario. Imports `_memory` and what is below it."""
