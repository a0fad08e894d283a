"""
How mocks are made: a class of their own, an empty dictionary, and what was asked for.

Nearly everything a mock starts with stands in its class; its dictionary holds what differs.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from asyncmock_plus._cpython import AsyncMockMixin, CallableMixin, InvalidSpecError, std
from asyncmock_plus._mocks.fields import (
    Asked,
    DataclassFields,
    OnFirstTouch,
    SignatureOfCheck,
    get_delegate,
    own_name,
    relative,
    set_delegate,
)
from asyncmock_plus._mocks.flattening import Mixin
from asyncmock_plus._mocks.identity import Identity, identity_of
from asyncmock_plus._mocks.plans import Plan, plan_of, set_magics
from asyncmock_plus._mocks.records import Ledger, ledger_of
from asyncmock_plus._specs.kinds import Kinds
from asyncmock_plus._specs.spec import (
    Spec,
    is_async_function,
    is_async_instance,
    is_async_object,
    is_mock,
    members_of,
    origin_of,
)

if TYPE_CHECKING:
    from typing_extensions import Self

    from asyncmock_plus._mocks.watching import Watch

__unittest = __tracebackhide__ = True


class Construction(Mixin):
    """What a mock is made of, and how."""

    _mock_default_magics: dict[str, Any] = {}
    _mock_autospec: Any = None
    _mock_check: Any = None
    _mock_methods: Any = None
    _mock_sealed: bool = False
    _mock_spec: Spec | None = None
    _mock_unsafe: bool = False
    _mock_set_up_kind: Any = None
    _mock_watch: Watch | None = None
    _mock_wraps: Any = None
    _spec_class: Any = None
    _spec_set: Any = None
    _mock_children = OnFirstTouch(dict)
    _spec_asyncs = Asked(lambda mock: _async_names(mock))
    _spec_signature = Asked(lambda mock: mock._mock_spec and mock._mock_spec.signature)
    __signature__: Any = SignatureOfCheck()
    _mock_shown_class = Asked(lambda mock: _shown_class(mock))
    _mock_delegate = property(get_delegate, set_delegate)
    _mock_parent = relative("parent")
    _mock_new_parent = relative("new_parent")
    _mock_name = own_name("name")
    _mock_new_name = own_name("new_name")

    def __new__(cls, spec: Any = None, *args: Any, spec_set: Any = None, **kwargs: Any) -> Self:
        mock: Self
        plan = cls.__dict__.get("_mock_plan") or plan_of(cls)
        if spec is None and spec_set is None:
            wraps = kwargs.get("wraps")
            if wraps is not None and is_async_function(wraps):
                plan = _plan_for(plan, cls, None, True)
            mock = plan.instance()
            return mock
        spec = origin_of(spec if spec_set is None else spec_set)
        names = None if is_mock(spec) else _names(spec)
        called = kwargs.get("_spec_as_instance") and is_async_instance(spec)
        mock = _plan_for(plan, cls, names, called or is_async_object(spec)).instance()
        mock.__dict__["_mock_spec_names"] = (spec, names)
        return mock

    def _mock_set_up(
        self,
        spec: Any,
        wraps: Any,
        name: Any,
        spec_set: Any,
        parent: Any,
        new_name: Any,
        new_parent: Any,
        spec_as_instance: bool,
        eat_self: bool | None,
        unsafe: bool,
    ) -> None:
        """Take the arguments of the constructor that all kinds of mocks share."""
        me: Identity = self._mock_home[0]
        if parent is not None:
            me.parent = me.new_parent = identity_of(parent)
        if new_parent is not None:
            me.new_parent = identity_of(new_parent)
        me.name, me.new_name = name, new_name
        if self._mock_set_up_kind is not None:
            self._mock_set_up_kind(self.__dict__)
        if wraps is not None:
            self.__dict__["_mock_wraps"] = wraps
        if unsafe:
            self.__dict__["_mock_unsafe"] = unsafe
        if spec_set is not None:
            spec, spec_set = spec_set, True
        if spec is not None or "_mock_add_spec" in me.plan.overridden:
            if eat_self is None:
                eat_self = parent is not None
            self._mock_add_spec(spec, spec_set, spec_as_instance, eat_self)

    def _mock_add_spec(
        self, spec: Any, spec_set: Any, _spec_as_instance: bool = False, _eat_self: bool = False
    ) -> None:
        if is_mock(spec):
            msg = f"Cannot spec a Mock object. [object={spec!r}]"
            raise InvalidSpecError(msg)
        fields = self.__dict__
        fields["_spec_set"] = spec_set
        spec = origin_of(spec)
        known, names = fields.pop("_mock_spec_names", (None, None))
        if spec is None or type(spec) in (list, tuple):
            fields.update(_mock_methods=spec, _spec_class=None, _mock_spec=None)
            fields.pop("_mock_shown_class", None)
            return
        if known is not spec:
            names = members_of(spec)
        cls = spec if isinstance(spec, type) else type(spec)
        fields["_spec_class"] = fields["_mock_shown_class"] = cls
        fields["_mock_spec"] = Spec(
            spec, names, instance=_spec_as_instance, eat_self=bool(_eat_self)
        )
        fields["_mock_methods"] = names
        if "__dataclass_fields__" in names and is_dataclass(cls):
            # fields(), asdict() and is_dataclass() ask the class of the mock.
            fields_of_class: Any = DataclassFields(cls.__dataclass_fields__)
            self._mock_change_class("__dataclass_fields__", fields_of_class)

    def _mock_extend_spec_methods(self, spec_methods: Any) -> None:
        fields = self.__dict__
        fields["_mock_methods"] = [*(fields.get("_mock_methods") or ()), *spec_methods]

    def _mock_has_method(self, name: str) -> bool:
        """Return whether the spec, if there is one, has the name."""
        methods = self._mock_methods
        return methods is None or name in methods

    def mock_add_spec(self, spec: Any, spec_set: bool = False) -> None:
        """
        Limit the mock to the attributes of *spec*, an object or a list of names.

        With *spec_set*, only these attributes can be set as well.
        """
        self._mock_add_spec(spec, spec_set)
        if "_mock_children" in self.__dict__:
            narrow(self)
        if isinstance(self, (std.MagicMock, std.NonCallableMagicMock)):
            self._mock_set_magics()

    def _mock_set_magics(self) -> None:
        """Let the mock have the magic methods of its spec, all when it has none."""
        default, has = self._mock_default_magics, self._mock_has_method
        set_magics(self._mock_home[0], {name: default[name] for name in default if has(name)})
        for name in default:
            if not has(name) and (name in type(self).__dict__ or name in self.__dict__):
                delattr(self, name)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Say what copy.copy() and copy.deepcopy() make the copy of."""
        made: list[Any] = list(object.__reduce_ex__(self, protocol))
        me: Identity = self._mock_home[0]
        relatives = (self._mock_parent, self._mock_new_parent)
        made[0] = _rebuild
        names = None if self._mock_methods is None else tuple(me.plan.magics)
        ledger = ledger_of(me)
        made[1] = (type(self), me.name, me.new_name, relatives, ledger, names, me.hooked, me.place)
        if isinstance(self._mock_methods, dict):
            # The names alone: what classes hold under them, not everything of it can be copied.
            made[2] = {**made[2], "_mock_methods": list(self._mock_methods)}
        return tuple(made)


def narrow(mock: Any) -> None:
    """Hide the children that are not in the spec of the mock."""
    mock.__dict__["_mock_children"] = _Narrowed(mock, mock._mock_children)


class _Narrowed(dict[str, Any]):
    """The children of a mock that got a spec later: those beyond it cannot be got any more."""

    def __init__(self, mock: Any, children: dict[str, Any]) -> None:
        super().__init__(children)
        methods = mock._mock_methods
        self.allowed = None if methods is None else frozenset(methods)

    def get(self, name: Any, default: Any = None) -> Any:
        if self.allowed is not None and name not in self.allowed:
            return default
        return super().get(name, default)


def _names(spec: Any) -> Any:
    return spec if type(spec) in (list, tuple) else members_of(spec)


def _plan_for(plan: Plan, cls: type, names: Any, is_async: bool) -> Plan:
    """Return the plan of mocks that have only the magic methods in *names*, and may be async."""
    mixin = None
    if is_async and not issubclass(cls, AsyncMockMixin):
        mixin = Kinds.AsyncCalls if issubclass(cls, CallableMixin) else Kinds.AsyncMixin
    magics = plan.magics
    if magics and names is not None:
        # A list of names is long to search for each magic method, a dictionary is not.
        known = frozenset(names) if type(names) in (list, tuple) else names
        magics = {name: magic for name, magic in magics.items() if name in known}
    return plan.variant(magics, mixin)


def _shown_class(mock: Any) -> Any:
    return type(mock) if mock._spec_class is None else mock._spec_class


def _async_names(mock: Any) -> list[str]:
    spec = mock._mock_spec
    return [] if spec is None else [name for name in mock._mock_methods if spec.is_async(name)]


def _rebuild(
    cls: Any,
    name: Any,
    new_name: Any,
    relatives: tuple[Any, Any],
    ledger: Ledger,
    magics: tuple[str, ...] | None,
    hooked: bool,
    place: Any,
) -> Any:
    made = cls.__new__(cls)
    me = made._mock_home[0]
    me.name, me.new_name, me.hooked, me.place = name, new_name, hooked, place
    # The lists of a copy are those of the original, what stands beside them is its own.
    me.ledger = ledger.copy()
    me.parent, me.new_parent = map(identity_of, relatives)
    if magics is not None:
        set_magics(me, {each: it for each, it in me.plan.magics.items() if each in magics})
    return made
