"""
The monotonic clocks of ``time``, given another source for a while.

Libraries bind them early: ``from time import monotonic``, ``def __init__(self, timer=monotonic)``.
So it is not the name in the module that is replaced, but what the function does: a built-in
function (``PyCFunctionObject``) points to its definition (``PyMethodDef``), and that to the C
function, which every call fetches anew. time-machine does the same for ``time.time``.

Read on CPython 3.10 to 3.15: after the object's header comes the pointer to the definition, whose
first two fields are the name and the C function. Before anything is written, the name is compared.
What C code asks the system for (locks, selectors, ``time.sleep``) is not affected.
"""

from __future__ import annotations

import sys
import threading
import time
from types import BuiltinFunctionType
from typing import TYPE_CHECKING, Any, ClassVar, Final, final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MonotonicClocks"]

NAMES: Final = ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")


@final
class MonotonicClocks:
    """The four clocks, as one: they have one source at a time."""

    _lock: ClassVar = threading.Lock()
    _elapsed: ClassVar[Callable[[str], float | None] | None] = None
    _slots: ClassVar[list[tuple[Any, int]]] = []
    _begun: ClassVar[dict[str, Any]] = {}
    # Never taken back: a thread may be inside of one at any time.
    _replacements: ClassVar[dict[str, Any]] = {}

    @classmethod
    def check(cls) -> None:
        """
        Raise what :meth:`take` would.

        Raises:
            RuntimeError: somebody has the clocks already, or has replaced them in the module.
            ImportError: there is no ctypes.
        """
        if cls._elapsed is not None:
            msg = "another fake clock has monotonic time already: uninstall that one first"
            raise RuntimeError(msg)
        for name in NAMES:
            function = getattr(time, name)
            if not isinstance(function, BuiltinFunctionType) or function.__name__ != name:
                msg = (
                    "monotonic=True cannot be had while somebody else, such as freezegun, has "
                    f"replaced time.{name}: leave that first"
                )
                raise RuntimeError(msg)
            _slot(function)

    @classmethod
    def take(cls, elapsed: Callable[[str], float | None]) -> None:
        """
        Let the clocks go on from what they are by what *elapsed* returns.

        Args:
            elapsed: Is given the name of the module that asks, and returns the seconds since now;
                None for what the clock really shows.
        """
        with cls._lock:
            cls.check()
            for name in NAMES:
                function = getattr(time, name)
                cls._begun[name] = function()
                slot = _slot(function)
                cls._slots.append((slot, slot.value))
                if name not in cls._replacements:
                    cls._replacements[name] = _replacement(name, slot.value)
            cls._elapsed = elapsed
            for (slot, _), name in zip(cls._slots, NAMES, strict=True):
                slot.value = _address(cls._replacements[name])

    @classmethod
    def give_back(cls) -> None:
        """Let them show again what they really show."""
        with cls._lock:
            while cls._slots:
                slot, address = cls._slots.pop()
                slot.value = address
            cls._elapsed = None

    @classmethod
    def shown(cls, name: str, module: str) -> Any:
        """Return what a clock shows to *module*, None for what it really shows."""
        elapsed = cls._elapsed
        seconds = None if elapsed is None else elapsed(module)
        if seconds is None:
            return None
        if name.endswith("_ns"):
            return cls._begun[name] + round(seconds * 1e9)
        return cls._begun[name] + seconds


def _slot(function: Any) -> Any:
    """Return where the address of the C function of a built-in function is."""
    try:
        import ctypes
    except ImportError as error:
        msg = "monotonic=True needs ctypes, which this Python was built without"
        raise ImportError(msg) from error
    definition = ctypes.c_void_p.from_address(id(function) + object.__basicsize__).value
    name = None if definition is None else ctypes.c_char_p.from_address(definition).value
    if definition is None or name != function.__name__.encode():
        msg = f"monotonic=True: {function!r} is not laid out as CPython is known to do it"
        raise RuntimeError(msg)
    return ctypes.c_void_p.from_address(definition + ctypes.sizeof(ctypes.c_void_p))


def _address(callback: Any) -> Any:
    import ctypes

    return ctypes.cast(callback, ctypes.c_void_p).value


def _replacement(name: str, address: int) -> Any:
    import ctypes

    prototype = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p)
    original = prototype(address)

    def read(module: Any, nothing: Any) -> Any:
        caller = sys._getframe(1).f_globals.get("__name__")
        shown = MonotonicClocks.shown(name, caller if isinstance(caller, str) else "")
        return original(module, nothing) if shown is None else shown

    return prototype(read)
