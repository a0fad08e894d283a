"""What patch, patch.object and patch.multiple refuse."""

import contextlib
import json

import pytest
from asyncmock_plus import (
    LIMITED,
    Mock,
    coroutines,
    create_autospec,
    patch,
)

SETTINGS = {}


class Backend:
    limit = 10

    async def load(self, key):
        return key


class TestBadInput:
    def test_a_missing_attribute(self):
        with pytest.raises(
            AttributeError, match="<class '.*Backend'> does not have the attribute 'store'"
        ):
            patch.object(Backend, "store").start()

    @pytest.mark.parametrize("target", ["json", 3, None])
    def test_a_target_without_a_dot(self, target):
        with pytest.raises(
            TypeError, match=f"Need a valid target to patch. You supplied: {target!r}"
        ):
            patch(target)

    def test_a_name_for_patch_object(self):
        with pytest.raises(TypeError, match="'json' must be the actual object to be patched"):
            patch.object("json", "dumps")

    def test_a_module_that_is_missing(self):
        with pytest.raises(ModuleNotFoundError):
            patch("no_such_module.name").start()

    @pytest.mark.parametrize("scope", ["LIMITED", None, 1])
    def test_an_unknown_scope(self, scope):
        for make in (patch, patch.multiple):
            with pytest.raises(ValueError, match=rf"unknown scope {scope!r}: .* GLOBAL or LIMITED"):
                make("json.dumps", scope=scope, **({"x": 1} if make is not patch else {}))
        with pytest.raises(ValueError, match=f"unknown scope {scope!r}"):
            patch.object(json, "dumps", scope=scope)

    def test_new_callable_and_new(self):
        with pytest.raises(ValueError, match="Cannot use 'new' and 'new_callable' together"):
            patch("json.dumps", 1, new_callable=dict)

    def test_new_callable_and_autospec(self):
        with pytest.raises(ValueError, match="Cannot use 'autospec' and 'new_callable' together"):
            patch("json.dumps", autospec=True, new_callable=dict)

    def test_autospec_and_new(self):
        with pytest.raises(TypeError, match="Can't specify autospec and new"):
            patch("json.dumps", 1, autospec=True).start()

    def test_spec_and_autospec(self):
        with pytest.raises(TypeError, match="Can't specify spec and autospec"):
            patch("json.dumps", spec=1, autospec=1).start()

    @pytest.mark.parametrize("other", ["spec", "autospec"])
    def test_spec_set_with_another(self, other):
        with pytest.raises(TypeError, match=r"Can't provide explicit spec_set \*and\* spec"):
            patch("json.dumps", spec_set=dict, **{other: dict}).start()

    @pytest.mark.parametrize("spec", ["spec", "spec_set"])
    def test_a_spec_of_what_is_created(self, spec):
        with pytest.raises(TypeError, match="Can't use 'spec' with create=True"):
            patch("json.missing", create=True, **{spec: True}).start()
        with pytest.raises(TypeError, match="Can't use 'autospec' with create=True"):
            patch("json.missing", create=True, autospec=True).start()

    @pytest.mark.parametrize("typo", ["autospect", "auto_spec", "set_spec"])
    def test_a_misspelt_argument(self, typo):
        with pytest.raises(RuntimeError, match=f"'{typo}' might be a typo; use unsafe=True"):
            patch("json.dumps", **{typo: True})
        with patch("json.dumps", unsafe=True, **{typo: 3}) as mock:
            assert getattr(mock, typo) == 3

    def test_configuration_of_what_is_no_mock_of_ours(self):
        with pytest.raises(
            TypeError, match="Can't pass kwargs to a mock we aren't creating: 'return_value'"
        ):
            patch("json.dumps", 1, return_value=2).start()

    @pytest.mark.parametrize("spec", ["spec", "spec_set"])
    def test_a_mock_as_spec(self, spec):
        with pytest.raises(Exception, match=f"Cannot spec attr 'dumps' as the {spec}") as raised:
            patch("json.dumps", **{spec: Mock()})
        assert type(raised.value).__name__ == "InvalidSpecError"

    def test_autospec_of_a_mock(self):
        with patch("json.dumps"):
            with pytest.raises(Exception, match="Cannot autospec attr 'dumps' from target 'json'"):
                patch("json.dumps", autospec=True).start()
        with pytest.raises(Exception, match="Cannot autospec attr 'dumps' as the patch target"):
            patch.object(Mock(), "dumps", autospec=True).start()

    def test_an_instance_of_a_coroutine_function(self):
        with pytest.raises(RuntimeError, match="Instance can not be True"):
            create_autospec(Backend.load, instance=True)

    def test_nothing_to_patch(self):
        with pytest.raises(ValueError, match="at least one keyword argument"):
            patch.multiple(Backend)

    def test_an_attribute_that_cannot_be_set(self):
        with pytest.raises(TypeError):
            patch.object(dict, "clear").start()
        with pytest.raises(AttributeError):
            patch.object(object(), "__doc__", "changed").start()

    @pytest.mark.parametrize(
        "start",
        [
            lambda patch: patch.__enter__(),
            lambda patch: patch.start(),
            lambda patch: contextlib.ExitStack().enter_context(patch),
        ],
    )
    @pytest.mark.parametrize(
        "make",
        [
            lambda patch: patch.object(Backend, "limit", 1, scope=LIMITED),
            lambda patch: patch.multiple(Backend, limit=1, scope=LIMITED),
            lambda patch: patch("json.dumps", scope=LIMITED),
            lambda patch: patch.dict(SETTINGS, timeout=1, scope=LIMITED),
            lambda patch: patch.dict(SETTINGS, timeout=1, scope=LIMITED, clear=True),
        ],
    )
    def test_a_limited_scope_where_nothing_is_seen_being_suspended(self, make, start):
        with pytest.raises(ValueError, match="Decorate a function with the patch, or leave"):
            start(make(patch))
        assert Backend.limit == 10
        assert SETTINGS == {}

        patched = make(coroutines.patch)  # as in asynctest
        start(patched)
        patched.__exit__(None, None, None)
        assert Backend.limit == 10
        assert SETTINGS == {}

    def test_a_refused_patch_leaves_nothing_behind(self):
        class Stubborn:
            value = 1

            def __setattr__(self, name, value):
                object.__setattr__(self, name, value)
                raise ZeroDivisionError

        stubborn = Stubborn()

        with pytest.raises(ZeroDivisionError):
            patch.object(stubborn, "value", 2).start()

        assert vars(stubborn) == {}
