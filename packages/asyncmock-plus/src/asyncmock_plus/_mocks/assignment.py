"""What may be set on a mock and deleted from it, and what becomes of it then."""

from __future__ import annotations

from typing import Any

from asyncmock_plus._cpython import (
    ALL_MAGICS,
    DELETED,
    UNSUPPORTED_MAGICS,
    CallableMixin,
    bind_magic,
    std,
)
from asyncmock_plus._mocks.adoption import adopt
from asyncmock_plus._mocks.attributes import Attributes, NoSuchAttribute, set_class
from asyncmock_plus._mocks.construction import narrow
from asyncmock_plus._mocks.plans import HOOKS, set_magics
from asyncmock_plus._mocks.stand_ins import FIELDS
from asyncmock_plus._specs.spec import is_mock

__unittest = __tracebackhide__ = True

# Attributes that are properties here: they are set whatever the spec says.
_PROPERTIES = frozenset(
    {
        "_mock_call_args",
        "_mock_call_args_list",
        "_mock_call_count",
        "_mock_called",
        "_mock_delegate",
        "_mock_mock_calls",
        "_mock_name",
        "_mock_new_name",
        "_mock_new_parent",
        "_mock_parent",
        "await_args",
        "await_args_list",
        "await_count",
        "call_args",
        "call_args_list",
        "call_count",
        "called",
        "mock_calls",
        "return_value",
        "side_effect",
    }
)
# Attributes that decide about a call: a route that was worked out before is void.
_ROUTED = frozenset({"_mock_return_value", "_mock_side_effect", "_mock_wraps"})
_HOOKS = frozenset(HOOKS) - {"return_value", "side_effect"}
# Attributes that every mock has, although they stand in its dictionary only once they differ.
_ALWAYS = frozenset(
    {
        "_mock_autospec",
        "_mock_check",
        "_mock_children",
        "_mock_methods",
        "_mock_return_value",
        "_mock_sealed",
        "_mock_side_effect",
        "_mock_spec",
        "_mock_unsafe",
        "_mock_wraps",
        "_spec_asyncs",
        "_spec_class",
        "_spec_set",
        "_spec_signature",
        "method_calls",
    }
)
_PLAIN_TYPES = frozenset({bool, bytes, dict, float, int, list, str, tuple, type(None)})
_absent = object()


class Assignment(Attributes):
    """How a mock takes what is set."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _PROPERTIES:
            return object.__setattr__(self, name, value)
        if (
            self._spec_set
            and not self._mock_has_method(name)
            and name not in self.__dict__
            and name not in _ALWAYS
            and not (name == "is_coroutine" and not isinstance(self, CallableMixin))
        ):
            raise NoSuchAttribute(self, name)
        if name[:1] == "_":
            if name in _ROUTED or name in _HOOKS:
                me = self._mock_home[0]
                me.route = None
                me.hooked = me.hooked or name in _HOOKS
            elif name == "__class__" or name == "_spec_class":
                return set_class(self, value)
            elif name in UNSUPPORTED_MAGICS:
                msg = f"Attempting to set unsupported magic method {name!r}."
                raise AttributeError(msg)
        elif name == "is_coroutine" and not isinstance(self, CallableMixin):
            return self._mock_mark(value)
        if name in ALL_MAGICS:
            value = self._mock_set_magic(name, value)
        elif type(value) in _PLAIN_TYPES:
            pass  # nobody to adopt
        elif adopt(self, value, name, name):
            self._mock_children[name] = value
        if self._mock_sealed and not self._mock_may_set(name):
            narrow(self)  # it is listed, but cannot be got
            msg = f"Cannot set {self._extract_mock_name()}.{name}"
            raise AttributeError(msg)
        if issubclass(type(value), std.PropertyMock):
            self.__dict__[name] = value
            return None
        return object.__setattr__(self, name, value)

    def _mock_mark(self, value: Any) -> None:
        """Let a mock that cannot be called pass for a coroutine function, or not any more."""
        fields = self.__dict__
        fields["is_coroutine"] = bool(value)
        if value:
            fields.update(FIELDS)
            return
        for name in FIELDS:
            fields.pop(name, None)

    def _mock_may_set(self, name: str) -> bool:
        """Return whether a sealed mock has the attribute: others are not added."""
        if not hasattr(self, name):
            return False
        known = self._mock_has_method(name) or name in self.__dict__
        return known or hasattr(type(self), name)

    def _mock_set_magic(self, name: str, value: Any) -> Any:
        if not self._mock_has_method(name):
            raise NoSuchAttribute(self, name)
        me = self._mock_home[0]
        if not is_mock(value):
            self._mock_change_class(name, bind_magic(name, value))
            return lambda *args, **kwargs: value(me(), *args, **kwargs)
        adopt(self, value, None, name)
        self._mock_children[name] = value
        if name not in me.plan.magics or name in type(self).__dict__:
            self._mock_change_class(name, value)
        # Otherwise the descriptor in the class finds it among the children.
        return value

    def _mock_change_class(self, name: str, value: Any) -> None:
        me = self._mock_home[0]
        if me.dirty is None:
            me.dirty = set()
        me.dirty.add(name)
        setattr(type(self), name, value)

    def __delattr__(self, name: str) -> None:
        if name in ALL_MAGICS and self._mock_drop_magic(name) and name not in self.__dict__:
            return  # a magic method that nobody has touched
        child = dict.get(self._mock_children, name, _absent)
        if name in self.__dict__:
            object.__delattr__(self, name)
        elif child is DELETED:
            raise AttributeError(name)
        self._mock_children[name] = DELETED

    def _mock_drop_magic(self, name: str) -> bool:
        """Take a magic method out of the class; return whether it was there."""
        own, me = type(self), self._mock_home[0]
        is_set = name in own.__dict__
        if is_set:
            delattr(own, name)
        magics = me.plan.magics
        if name in magics:
            set_magics(me, {other: magics[other] for other in magics if other != name})
        return is_set or name in magics

    def attach_mock(self, mock: Any, attribute: str) -> None:
        """
        Make *mock* an attribute of this one, whatever its name and parent were before.

        Its calls are recorded in ``mock_calls`` and ``method_calls`` of this mock.
        """
        std.NonCallableMock.attach_mock(self, mock, attribute)

    def configure_mock(self, /, **kwargs: Any) -> None:
        """
        Set attributes, those of children by dotted names.

        Example:
            >>> from asyncmock_plus import Mock
            >>> mock = Mock()
            >>> mock.configure_mock(**{"rows.return_value": [1, 2]})
            >>> mock.rows()
            [1, 2]
        """
        # Attributes before the attributes of attributes.
        for path in sorted(kwargs, key=lambda path: path.count(".")):
            *parts, last = path.split(".")
            obj: Any = self
            for part in parts:
                obj = getattr(obj, part)
            setattr(obj, last, kwargs[path])
