"""
The room of specs: what an object looks like, and mocks that look like it.

It may import the floor only: the mock classes enter themselves in ``kinds``.
"""
