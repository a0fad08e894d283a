"""
Making, calling and asserting mocks, against ``unittest.mock`` in the same process.

``python packages/asyncmock-plus/benchmarks/bench_mock.py`` prints the tables; times are of one
operation, a ratio above 1 is how many times faster than the standard library.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import sys
import time
import tracemalloc
from pathlib import Path
from unittest import mock as std

import asyncmock_plus as ours

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
from _compare import Table, main

BOTH = {"unittest.mock": std, "ours": ours}


def _class(members):
    source = "class C:\n"
    for number in range(members):
        source += f"    def method_{number}(self, a, b=None, *, c=0): ...\n"
    namespace = {}
    exec(source, namespace)
    return namespace["C"]


C = _class(120)
SMALL = _class(4)


def function(a, b=None, *, c=0): ...


def both(make):
    return {name: make(module) for name, module in BOTH.items()}


def child_maker(module):
    mock = module.MagicMock()
    names = (f"child{number}" for number in itertools.count())

    def work():
        getattr(mock, next(names))

    return work


def ten_children(module):
    """Make children as a test does: mock and children die at its end."""
    names = [f"child{number}" for number in range(10)]

    def work():
        mock = module.MagicMock()
        for name in names:
            getattr(mock, name)

    return work


def spec_and_three_calls(module):
    def work():
        mock = module.create_autospec(C)
        mock.method_1(1)
        mock.method_2(1, 2)
        mock.method_3(1, c=3)

    return work


def creation():
    table = Table("Making mocks", baseline="unittest.mock")
    row = table.row
    row("Mock()", both(lambda m: m.Mock), target=0.9)
    row("NonCallableMock()", both(lambda m: m.NonCallableMock))
    row("MagicMock()", both(lambda m: m.MagicMock), target=6)
    row("AsyncMock()", both(lambda m: m.AsyncMock), target=8)
    row(
        "CoroutineMock()",
        {"unittest.mock": std.AsyncMock, "ours": ours.CoroutineMock},
        target=8,
    )
    row("Mock(spec=C)", both(lambda m: lambda: m.Mock(spec=C)), target=20)
    row("MagicMock(spec=C)", both(lambda m: lambda: m.MagicMock(spec=C)), target=20)
    row("create_autospec(C)", both(lambda m: lambda: m.create_autospec(C)), target=500, rounds=5)
    row("create_autospec(C), 3 calls", both(spec_and_three_calls), target=200, rounds=5)
    row("create_autospec(small class)", both(lambda m: lambda: m.create_autospec(SMALL)), target=40)
    row("create_autospec(function)", both(lambda m: lambda: m.create_autospec(function)), target=5)
    row("MagicMock() and ten children", both(ten_children), target=6)
    row("new child of a MagicMock, all kept alive", both(child_maker), target=6, number=300)
    return table


def called(module, setup=lambda mock: None, **kwargs):
    mock = module.MagicMock(**kwargs)
    setup(mock)
    return mock


def resetting(work, mock, every=1000):
    """Forget the calls from time to time: neither side shall measure how a list grows."""
    state = itertools.count(1)

    def run():
        work(mock)
        if next(state) % every == 0:
            mock.reset_mock()

    return run


def calls():
    table = Table("Calling mocks", baseline="unittest.mock")
    row = table.row
    for name, target, work in (
        ("m(1, a=2)", 6, lambda m: m(1, a=2)),
        ("m.child(1, a=2)", 5, lambda m: m.child(1, a=2)),
        ("m.a.b.c()", 4, lambda m: m.a.b.c()),
        ("len(m)", 5, len),
        ("m[1]", 5, lambda m: m[1]),
        ("bool(m)", 5, bool),
        ("str(m)", 5, str),
        ("with m", 5, enter),
    ):
        row(name, both(lambda m, work=work: resetting(work, m.MagicMock())), target=target)
    row(
        "m() with a side effect",
        both(lambda m: resetting(lambda mock: mock(1), m.MagicMock(side_effect=abs))),
    )
    row("await m()", both(lambda m: awaiting(m.AsyncMock(return_value=1))), target=3.3)
    row(
        "await m(), CoroutineMock",
        {
            "unittest.mock": awaiting(std.AsyncMock(return_value=1)),
            "ours": awaiting(ours.CoroutineMock(return_value=1)),
        },
        target=3.3,
    )
    return table


def enter(mock):
    with mock:
        pass


def awaiting(mock):
    async def many():
        for _ in range(100):
            await mock(1, a=2)
        mock.reset_mock()

    return lambda: drive(many())


def drive(coroutine):
    with contextlib.suppress(StopIteration):
        coroutine.send(None)


def on(make, work):
    """Return what works on one mock, made beforehand."""

    def maker(module):
        mock = make(module)
        return lambda: work(mock)

    return maker


def set_attribute(mock):
    mock.attribute = 1


def set_result(mock):
    mock.return_value = 1


def asserted(module, **kwargs):
    mock = module.MagicMock(**kwargs)
    mock(1, b=2)
    return lambda: mock.assert_called_once_with(1, b=2)


def reset(module):
    mock = module.MagicMock()
    mock(1)

    def work():
        mock(1)
        mock.reset_mock()

    return work


def bare_reset(module):
    mock = module.MagicMock()
    mock(1)
    mock.a()
    return mock.reset_mock


def compared(module):
    mock = module.MagicMock()
    mock.a(1)
    mock.b(2)
    expected = [module.call.a(1), module.call.b(2)]
    return lambda: mock.mock_calls == expected


def typical(module):
    class Service:
        def __init__(self):
            self.client = Client()

        def run(self):
            self.client.open("x")
            for number in range(4):
                self.client.send(number)
            return self.client.close()

    class Client:
        def open(self, name): ...
        def send(self, number): ...
        def close(self): ...

    space = type("Space", (), {"Client": Client, "log": print})

    def work():
        with module.patch.object(Client, "send") as send, module.patch.object(space, "log") as log:
            service = Service()
            service.client = module.MagicMock()
            service.run()
            log("done")
            service.client.open.assert_called_once_with("x")
            service.client.close.assert_called_once_with()
            log.assert_called_once_with("done")
            send.assert_not_called()

    return work


def assertions():
    table = Table("Asserting and looking", baseline="unittest.mock")
    row = table.row
    row("assert_called_once_with", both(asserted), target=6)
    row("assert_called_once_with, spec", both(lambda m: asserted(m, spec=function)), target=4)
    row("reset_mock", both(bare_reset), target=3.5)
    row("call and reset_mock", both(reset))
    row("mock_calls == [...]", both(compared), target=0.9)
    row("repr(m.a)", both(on(lambda m: m.MagicMock().a, repr)), target=0.9)
    row("dir(m)", both(on(lambda m: m.MagicMock(), dir)), target=0.9)
    row(
        "isinstance(m, C)",
        both(on(lambda m: m.Mock(spec=C), lambda mock: isinstance(mock, C))),
        target=0.9,
    )
    row(
        "isinstance(m, Mock)",
        both(on(lambda m: m.Mock(), lambda mock: isinstance(mock, std.Mock))),
        target=0.9,
    )
    row("m.attribute = 1", both(on(lambda m: m.MagicMock(), set_attribute)))
    row("m.return_value = 1", both(on(lambda m: m.MagicMock(), set_result)))
    row("a typical test", both(typical), target=5.5)
    return table


def kilobytes(make, count=500):
    gc.collect()
    tracemalloc.start()
    kept = [make() for _ in range(count)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    gc.collect()
    return size / count / 1000


def collecting(make, count=2000):
    times = []
    for _ in range(5):
        gc.collect()
        gc.disable()
        for _ in range(count):
            make()
        start = time.perf_counter()
        gc.collect()
        times.append(time.perf_counter() - start)
        gc.enable()
    return min(times) * 1000


def used(module):
    mock = module.MagicMock()
    mock.a(1)
    len(mock)
    return mock


def costs():
    print("\n| costs | unittest.mock | ours | ratio |\n| --- | ---: | ---: | ---: |")
    for name in ("Mock", "MagicMock", "AsyncMock"):
        theirs, mine = (kilobytes(getattr(module, name)) for module in (std, ours))
        print(f"| kB of a {name} | {theirs:.2f} | {mine:.2f} | {theirs / mine:.1f}x |")
    for name, make in (
        ("MagicMock", lambda m: m.MagicMock),
        ("AsyncMock", lambda m: m.AsyncMock),
        ("MagicMock that was used", lambda m: lambda: used(m)),
    ):
        theirs, mine = (collecting(make(module)) for module in (std, ours))
        print(
            f"| ms to collect 2,000 dropped {name} | {theirs:.2f} | {mine:.2f} "
            f"| {theirs / mine:.1f}x |"
        )


if __name__ == "__main__":
    main(creation, calls, assertions)
    costs()
