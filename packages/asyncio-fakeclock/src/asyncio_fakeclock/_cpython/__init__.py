"""The one room that touches private names of CPython; each module says which, and why."""
