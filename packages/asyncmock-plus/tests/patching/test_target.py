"""From the dotted name of a target to the object."""

import asyncio
import sys
import types

import pytest
from asyncmock_plus import patch
from asyncmock_plus._patching.target import importer, split_target


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "stocked"
    folder.mkdir()
    (folder / "__init__.py").write_text("class shelf:\n    where = 'attribute'\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "stocked"]:
        del sys.modules[name]


def test_modules_and_attributes_are_found():
    assert importer("asyncio") is asyncio
    assert importer("asyncio.queues") is asyncio.queues
    assert importer("asyncio.Queue.put") is asyncio.Queue.put
    assert importer("asyncio:Queue.put") is asyncio.Queue.put


def test_a_name_is_resolved_anew_each_time(monkeypatch):
    assert importer("asyncio.Queue") is asyncio.Queue

    monkeypatch.setattr(asyncio, "Queue", "replaced")

    assert importer("asyncio.Queue") == "replaced"


def test_a_module_that_was_replaced_is_found(monkeypatch):
    assert importer("asyncio.queues.Queue") is asyncio.Queue
    monkeypatch.setitem(sys.modules, "asyncio.queues", types.SimpleNamespace(Queue="replaced"))

    assert importer("asyncio.queues.Queue") == "replaced"


def test_a_submodule_that_is_imported_later_comes_before_an_attribute(package):
    assert importer("stocked.shelf").where == "attribute"
    module = sys.modules["stocked.shelf"] = types.ModuleType("stocked.shelf")
    module.where = "submodule"

    assert importer("stocked.shelf").where == "submodule"


def test_the_package_is_imported_by_the_patch(package):
    patcher = patch("stocked.shelf.where", "mocked")
    assert "stocked" not in sys.modules

    with patcher:
        assert sys.modules["stocked"].shelf.where == "mocked"


def test_what_is_missing_is_said_each_time():
    for _ in range(2):
        with pytest.raises(AttributeError, match="missing"):
            importer("asyncio.missing")
        with pytest.raises(ModuleNotFoundError, match="no_such_package"):
            importer("no_such_package.name")


def test_the_attribute_is_the_last_part():
    getter, attribute = split_target("asyncio.Queue.put")

    assert getter() is asyncio.Queue
    assert attribute == "put"


@pytest.mark.parametrize("target", ["asyncio", 1, None])
def test_a_target_without_a_dot_is_refused(target):
    with pytest.raises(TypeError, match=f"You supplied: {target!r}"):
        split_target(target)


def test_a_module_that_was_not_imported_before_is_imported(package):
    assert "stocked" not in sys.modules
    assert importer("stocked").shelf.where == "attribute"
