"""
Everything of CPython that this package reads though it is private.

Each name was read on CPython 3.10 to 3.15; ``tests/cpython`` fails with a clear text when one of
them is gone. Loops of other makers (uvloop) need not have any of them: whoever asks here gets told
by ``None`` or by the safe default.
"""
