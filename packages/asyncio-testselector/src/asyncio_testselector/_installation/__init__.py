"""Selectors and proactors put into event loops. Imports `_proactor` and what is below it."""
