"""
The room of ``patch``: what is replaced, for how long, by which mock.

It may import the mocks, what they know of specs, and the floor.
"""
