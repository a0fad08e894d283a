"""
The room of the mock classes: how mocks are made, called, awaited, and what they record.

It may import what is known of specs, and the floor; not ``patch``.
"""
