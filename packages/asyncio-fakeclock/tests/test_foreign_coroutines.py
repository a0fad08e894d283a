"""Reports of coroutines that are not Python's own: Cython's frames have no line numbers."""

import asyncio
from types import CodeType, SimpleNamespace
from typing import Any

import pytest
from asyncio_fakeclock import DeadlockError, FakeClock
from clocked import run


class CythonCoroutine:
    """Awaits a future, and shows a frame as those of Cython do."""

    def __init__(self, future: Any) -> None:
        self._steps = future.__await__()
        code = (lambda: None).__code__.replace(co_filename="call.pyx", co_name="unary")
        assert isinstance(code, CodeType)
        self.cr_frame = SimpleNamespace(f_code=code, f_lineno=None, f_globals={}, f_locals={})
        self.cr_await = None

    def __await__(self) -> Any:
        return self

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        return self._steps.send(value)

    def throw(self, *args: Any) -> Any:
        return self._steps.throw(*args)

    def close(self) -> None:
        self._steps.close()


def test_frame_without_a_line_is_named_by_its_function() -> None:
    async def main(clock: FakeClock) -> None:
        await CythonCoroutine(asyncio.get_running_loop().create_future())

    with pytest.raises(DeadlockError) as caught:
        run(main)
    assert "at call.pyx in " in str(caught.value)
