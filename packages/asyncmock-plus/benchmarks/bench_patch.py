"""
Patching with asyncmock-plus beside ``unittest.mock``.

Usage: ``python packages/asyncmock-plus/benchmarks/bench_patch.py [--output FOLDER]``.
"""

import sys
from pathlib import Path
from unittest import mock as std

import asyncmock_plus as ours

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

from _compare import Table, main

LIBRARIES = {"unittest.mock": std, "ours": ours}


class Backend:
    """What is patched."""

    limit = 10

    def fetch(self, key, timeout=None):
        """Fetch a value."""
        return key, timeout

    def store(self, key, value):
        """Store a value."""
        return key, value


def report(backend):
    """Work of the kind that is tested."""
    for key in "abc":
        backend.store(key, backend.fetch(key))


def patch_object(mock):
    with mock.patch.object(Backend, "fetch"):
        pass


def patch_object_with_new(mock):
    with mock.patch.object(Backend, "limit", 20):
        pass


def patch_by_name(mock):
    with mock.patch("json.dumps"):
        pass


def patch_multiple(mock):
    with mock.patch.multiple(Backend, fetch=mock.DEFAULT, store=mock.DEFAULT):
        pass


def patch_autospec(mock):
    with mock.patch.object(Backend, "fetch", autospec=True):
        pass


def patch_dict(mock):
    with mock.patch.dict(SETTINGS, timeout=2, retries=5):
        pass


SETTINGS = {f"option{number}": number for number in range(20)}


def start_stop(mock):
    patcher = mock.patch.object(Backend, "fetch")
    patcher.start()
    patcher.stop()


def read_lines(mock):
    opened = mock.mock_open(read_data="one\ntwo\nthree\n")
    with opened("file") as file:
        return list(file)


def typical_test(mock):
    with (
        mock.patch.object(Backend, "fetch", return_value=1) as fetch,
        mock.patch.object(Backend, "store") as store,
    ):
        report(Backend())
    fetch.assert_called_with("c")
    assert fetch.call_count == 3
    store.assert_any_call("a", 1)
    store.assert_called_with("c", 1)


def decorated(mock):
    @mock.patch("json.dumps")
    def function(dumps):
        return dumps

    return function


def decorated_twice(mock):
    @mock.patch.object(Backend, "fetch")
    @mock.patch("json.dumps")
    def function(dumps, fetch):
        return dumps, fetch

    return function


def patches() -> Table:
    """Measure every way to patch."""
    table = Table("patching", baseline="unittest.mock", unit="us")

    def row(name, work, target=None):
        table.row(
            name, {who: lambda lib=lib: work(lib) for who, lib in LIBRARIES.items()}, target=target
        )

    row("patch.object", patch_object, 5)
    row('patch("a.b")', patch_by_name, 5)
    for name, make in (("decorator", decorated), ("two decorators", decorated_twice)):
        table.row(name, {who: make(lib) for who, lib in LIBRARIES.items()}, target=5)
    row("patch.multiple", patch_multiple, 5)
    row("patch.object, autospec", patch_autospec, 5)
    row("start, stop", start_stop, 5)
    row("patch.object, new", patch_object_with_new)
    row("patch.dict", patch_dict, 0.9)
    row("mock_open()", lambda mock: mock.mock_open(), 4)
    row("mock_open(), three lines read", read_lines)
    row("a typical test", typical_test, 5.5)
    return table


if __name__ == "__main__":
    main(patches)
