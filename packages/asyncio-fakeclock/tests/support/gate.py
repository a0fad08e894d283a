"""A wait in the kernel: nobody can tell by whom, or whether at all, it will be ended."""

import os


class Gate:
    """As ``threading.Event``, but a thread that waits at it cannot be shown to wait for us."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()

    def wait(self) -> bool:
        os.read(self._reading, 1)
        self.set()  # for whoever else waits
        return True

    def set(self) -> None:
        os.write(self._writing, b".")

    def __del__(self) -> None:
        os.close(self._reading)
        os.close(self._writing)
