"""Instants, and which timers are due at them: arithmetic alone, which imports no other room."""
