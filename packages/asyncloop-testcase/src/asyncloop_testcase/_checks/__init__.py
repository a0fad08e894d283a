"""The checks: one module each, how they are switched on, and the watch that runs them."""
