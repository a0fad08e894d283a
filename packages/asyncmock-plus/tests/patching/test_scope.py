"""The names of the scopes."""

import pytest
from asyncmock_plus import GLOBAL, LIMITED, PatchScope
from asyncmock_plus._patching.scope import checked_scope


def test_there_are_two_scopes():
    assert list(PatchScope) == [LIMITED, GLOBAL]
    assert (LIMITED.name, GLOBAL.name) == ("LIMITED", "GLOBAL")


def test_scopes_are_accepted():
    assert checked_scope(GLOBAL) is GLOBAL
    assert checked_scope(LIMITED) is LIMITED


@pytest.mark.parametrize("scope", ["GLOBAL", None, True])
def test_anything_else_is_refused_by_name(scope):
    with pytest.raises(ValueError) as raised:
        checked_scope(scope)

    assert str(raised.value) == (
        f"unknown scope {scope!r}: a patch is GLOBAL or LIMITED (asyncmock_plus.LIMITED)"
    )
