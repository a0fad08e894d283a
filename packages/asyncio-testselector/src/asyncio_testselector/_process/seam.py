"""
Where scripted processes take over from the operating system, and how they give everything back.

It is ``loop.subprocess_exec`` and ``loop.subprocess_shell``, public methods that everything in
asyncio goes through: while a script is installed on a loop, every command there is for a script, or
refused.
"""

from __future__ import annotations

import itertools
import subprocess
from typing import TYPE_CHECKING, Any, Protocol, final

from asyncio_testselector._installation.overrides import Overrides
from asyncio_testselector._process.command import Command
from asyncio_testselector._script.report import ScriptError, caller_outside

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__unittest = __tracebackhide__ = True

_pids = itertools.count(2**30 + 1)  # beyond those of every system, and still an int of C

TEXT_OPTIONS = {
    "universal_newlines": (False, None),
    "encoding": (None,),
    "errors": (None,),
    "text": (False, None),
    "bufsize": (0,),
}
"""What asyncio refuses, unless it is one of these values."""


class Script(Protocol):
    """A script, as far as this has to know it."""

    def wants(self, command: Command) -> bool:
        """Tell whether it is for a command, and can be played once more."""
        ...

    def offer(self) -> str:
        """Return what it is for, in words."""
        ...

    def start(
        self, loop: AbstractEventLoop, protocol: Any, command: Command, pid: int, options: Any
    ) -> Any:
        """Return the transport of a new process."""
        ...


@final
class Programs:
    """
    The scripts that are installed on one loop.

    Args:
        loop: The loop.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.scripts: list[Script] = []
        self.refused: list[ScriptError] = []
        self._loop = loop
        self._overrides = Overrides(loop)

    def install(self) -> None:
        """Put the methods in front of the loop's."""
        self._overrides.put("subprocess_exec", self._exec)
        self._overrides.put("subprocess_shell", self._shell)

    def uninstall(self) -> None:
        """Take them away."""
        self._overrides.remove()

    async def _exec(self, protocol_factory: Any, program: Any, *args: Any, **options: Any) -> Any:
        """Start a command that is scripted."""
        if options.pop("shell", False):
            msg = "shell must be False"
            raise ValueError(msg)
        return self._start(protocol_factory, Command((program, *args), shell=False), options)

    async def _shell(self, protocol_factory: Any, cmd: Any, **options: Any) -> Any:
        """Start a command line that is scripted."""
        if not isinstance(cmd, (str, bytes)):
            msg = "cmd must be a string"
            raise ValueError(msg)
        if not options.pop("shell", True):
            msg = "shell must be True"
            raise ValueError(msg)
        return self._start(protocol_factory, Command((cmd,), shell=True), options)

    def _start(self, protocol_factory: Any, command: Command, options: dict[str, Any]) -> Any:
        for name, allowed in TEXT_OPTIONS.items():
            if options.pop(name, allowed[0]) not in allowed:
                msg = f"{name} must be {allowed[0]}"
                raise ValueError(msg)
        for name in ("stdin", "stdout", "stderr"):
            options.setdefault(name, subprocess.PIPE)
        for script in self.scripts:
            if script.wants(command):
                protocol = protocol_factory()
                pid = next(_pids)
                return script.start(self._loop, protocol, command, pid, options), protocol
        raise self._refusal(command)

    def _refusal(self, command: Command) -> ScriptError:
        place = caller_outside()
        where = "" if place is None else f", at {place}"
        offers = [script.offer() for script in self.scripts]
        lines = [f"{command} was started, which is unexpected{where}"]
        lines += [f"  offered: {offers[0]}", *(f"           {each}" for each in offers[1:])]
        refusal = ScriptError("\n".join(lines))
        self.refused.append(refusal)
        return refusal


_programs: dict[AbstractEventLoop, Programs] = {}


def add(loop: AbstractEventLoop, script: Script) -> None:
    """Have a script be among those of a loop."""
    programs = _programs.get(loop)
    if programs is None:
        programs = Programs(loop)
        programs.install()
        _programs[loop] = programs
    programs.scripts.append(script)


def remove(loop: AbstractEventLoop, script: Script) -> list[ScriptError]:
    """Take a script away; with the last one, return which commands were refused."""
    programs = _programs[loop]
    programs.scripts.remove(script)
    if programs.scripts:
        return []
    programs.uninstall()
    del _programs[loop]
    return programs.refused
