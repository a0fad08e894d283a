"""
What the packages say when something is wrong: all of it, with the exact text.

Each message is to tell what happened, where, and what to do. Whoever changes one rereads it here.
"""

import pytest

pytest.register_assert_rewrite("messages.said")
