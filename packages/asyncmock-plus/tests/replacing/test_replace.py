"""``replace``: whoever imports ``unittest.mock`` gets ours, and everything comes back."""

import importlib
import subprocess
import sys
import threading
import types
import unittest
from unittest import mock as std

import asyncmock_plus
import pytest
from asyncmock_plus import replace


def module_with(monkeypatch: pytest.MonkeyPatch, **names) -> types.ModuleType:
    """Return a module that was imported before, and holds these names."""
    module = types.ModuleType("early_bird")
    vars(module).update(names)
    monkeypatch.setitem(sys.modules, "early_bird", module)
    return module


@pytest.mark.parametrize("way", ["unittest.mock", "mock", "mock.mock"])
def test_every_way_to_import_it_leads_to_ours(way: str) -> None:
    with replace(early="keep"):
        assert importlib.import_module(way) is asyncmock_plus


def test_names_are_ours() -> None:
    with replace(early="keep"):
        from unittest import mock
        from unittest.mock import AsyncMock, _CallList, patch

        from mock import Mock  # noqa: UP026
        from mock import mock as backport  # noqa: UP026

    assert (mock, patch, AsyncMock) == (
        asyncmock_plus,
        asyncmock_plus.patch,
        asyncmock_plus.AsyncMock,
    )
    assert (backport, Mock, _CallList) == (asyncmock_plus, asyncmock_plus.Mock, std._CallList)


def test_everything_is_restored() -> None:
    def state():
        backport = [name for name in sys.modules if name.partition(".")[0] == "mock"]
        ours = {k: v for k, v in vars(asyncmock_plus).items() if not k.startswith("__")}
        return (
            sys.modules["unittest.mock"],
            unittest.mock,
            backport,
            list(sys.meta_path),
            vars(std.NonCallableMock)["__new__"],
            vars(sys.modules["asyncmock_plus._mocks.plans"].Plan)["instance"],
            ours,
        )

    before = state()
    with replace(early="keep"):
        import mock  # noqa: UP026

        assert state() != before
        mock.FILTER_DIR = False

    assert state() == before


def test_a_failing_block_restores_as_well() -> None:
    with pytest.raises(ZeroDivisionError), replace(early="keep"):
        1 / 0

    assert sys.modules["unittest.mock"] is std


def test_replacements_may_overlap_and_end_in_any_order() -> None:
    first, second = replace(early="keep"), replace(early="keep")
    first.start()
    second.start()
    first.stop()
    assert sys.modules["unittest.mock"] is asyncmock_plus
    second.stop()
    assert sys.modules["unittest.mock"] is std


def test_starting_twice_is_refused() -> None:
    with replace(early="keep") as replacement:
        with pytest.raises(RuntimeError, match="started already; stop it first"):
            replacement.start()
    replacement.stop()  # without effect


def test_it_can_be_started_again() -> None:
    replacement = replace(early="keep")
    for _ in range(2):
        with replacement:
            asyncmock_plus.Mock()
        assert replacement.ours == 1


def test_wrong_word_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'refuse', 'rebind', 'keep', not 'yes'$"):
        replace(early="yes")


class Names:
    """What a module may have bound too early, and how it is told."""

    module = {"mock": std}
    function = {"spec": std.create_autospec}
    classes = {"Mock": std.Mock, "Magic": std.MagicMock}
    patch = {"patch": std.patch}
    private = {"Kind": std._patch, "kind": std._patch_dict}


EARLY = [Names.module, Names.function, Names.classes, Names.patch, Names.private]


@pytest.mark.parametrize("names", EARLY)
def test_modules_that_were_earlier_are_refused_by_name(monkeypatch, names: dict) -> None:
    module_with(monkeypatch, **names)

    with pytest.raises(RuntimeError) as caught:
        replace().start()

    assert "cannot be replaced: modules imported before have bound its names: " in str(caught.value)
    assert f"early_bird ({', '.join(names)})" in str(caught.value)
    assert str(caught.value).endswith("early='keep' to leave them what they have")
    assert sys.modules["unittest.mock"] is std


@pytest.mark.parametrize("names", EARLY)
def test_modules_that_were_earlier_can_be_given_ours(monkeypatch, names: dict) -> None:
    module = module_with(monkeypatch, **names)

    with replace(early="rebind") as replacement:
        held = {name: getattr(module, name) for name in names}
        assert replacement.early["early_bird"] == tuple(names)

    assert all(held[name] is not value for name, value in names.items())
    assert {name: getattr(module, name) for name in names} == names


def test_modules_that_were_earlier_can_keep_what_they_have(monkeypatch) -> None:
    module = module_with(monkeypatch, Mock=std.Mock)

    with replace(early="keep") as replacement:
        assert module.Mock is std.Mock
        assert replacement.early["early_bird"] == ("Mock",)


def test_names_that_are_the_same_in_both_are_nobodys_fault(monkeypatch) -> None:
    module_with(monkeypatch, DEFAULT=std.DEFAULT, ANY=std.ANY, call=std.call, s=std.sentinel)

    with replace(early="keep") as replacement:
        assert "early_bird" not in replacement.early


def test_classes_derived_before_are_told(monkeypatch) -> None:
    derived = type("Derived", (std.MagicMock,), {"__module__": "early_bird"})
    module_with(monkeypatch, Derived=derived)

    with replace(early="keep") as replacement:
        assert replacement.early["early_bird"] == ("class Derived",)


def test_without_earlier_modules_nothing_is_refused() -> None:
    program = """
import asyncmock_plus
with asyncmock_plus.replace() as replacement:
    from unittest.mock import Mock
    assert Mock is asyncmock_plus.Mock
print(replacement.early)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=600
    )

    assert (done.stdout, done.stderr) == ("{}\n", "")


def test_what_somebody_has_bound_since_is_left_alone(monkeypatch) -> None:
    module = module_with(monkeypatch, Mock=std.Mock)

    with replace(early="rebind"):
        module.Mock = "mine"

    assert module.Mock == "mine"


def test_backport_that_was_imported_before_is_replaced_and_comes_back(monkeypatch) -> None:
    import mock as backport  # noqa: UP026

    module = module_with(monkeypatch, Mock=backport.Mock, DEFAULT=backport.DEFAULT)
    with replace(early="rebind"):
        assert importlib.import_module("mock") is asyncmock_plus
        assert (module.Mock, module.DEFAULT) == (asyncmock_plus.Mock, std.DEFAULT)

    assert importlib.import_module("mock") is backport
    assert module.Mock is backport.Mock
    for name in [name for name in sys.modules if name.partition(".")[0] == "mock"]:
        del sys.modules[name]


@pytest.mark.parametrize("kind", ["module", "package"])
def test_another_module_of_that_name_is_left_alone(monkeypatch, tmp_path, kind: str) -> None:
    file = "mock.py" if kind == "module" else "mock/__init__.py"
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("mine = 1", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    with replace(early="keep"):
        import mock  # noqa: UP026

    assert mock.mine == 1
    assert sys.modules["mock"] is mock
    del sys.modules["mock"]


def test_switch_of_dir_is_taken_over_and_honoured(monkeypatch) -> None:
    monkeypatch.setattr(std, "FILTER_DIR", False)

    with replace(early="keep"):
        from unittest import mock

        assert "_mock_parent" in dir(mock.Mock())
        mock.FILTER_DIR = True
        assert "_mock_parent" not in dir(mock.Mock())

    assert std.FILTER_DIR is False
    assert asyncmock_plus.FILTER_DIR is True


def test_mocks_are_counted_from_the_start_to_the_end() -> None:
    asyncmock_plus.Mock()
    with replace(early="keep") as outer:
        asyncmock_plus.Mock().child.grandchild
        with replace(early="keep") as inner:
            std.MagicMock(spec=int)
        assert (inner.ours, inner.others) == (0, {__name__: 1})

    assert outer.ours == 3
    assert outer.others == {__name__: 1}


def test_mocks_of_all_threads_are_counted() -> None:
    def work() -> None:
        for _ in range(200):
            asyncmock_plus.Mock()

    threads = [threading.Thread(target=work) for _ in range(4)]
    with replace(early="keep") as replacement:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert replacement.ours == 800


def test_suspended_the_standard_library_is_there(monkeypatch) -> None:
    with replace(early="keep") as replacement:
        module = module_with(monkeypatch, Mock=asyncmock_plus.Mock, call=std.call)

        @asyncmock_plus.patch("json.dumps")
        def decorated(dumps):
            return type(dumps).__module__

        with replacement.suspended([module]):
            from unittest import mock

            assert mock is std
            assert module.Mock is std.Mock
            assert decorated() == "unittest.mock"
        assert module.Mock is asyncmock_plus.Mock
        assert decorated() == "asyncmock_plus"
        assert sys.modules["unittest.mock"] is asyncmock_plus


def test_repr_tells_whether_it_is_started() -> None:
    with replace(early="keep") as replacement:
        assert repr(replacement) == "<replacement of unittest.mock, started>"
    assert repr(replacement) == "<replacement of unittest.mock, not started>"
