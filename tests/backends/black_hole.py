"""A TCP proxy that can swallow whatever passes, without closing anything: a network that went dark."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK_BYTES = 65_536


class BlackHole:
    """Forwards to one address. While `dark`, bytes of either side vanish and both keep their connection."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._door]
        self.dark = threading.Event()
        threading.Thread(target=self._welcome, daemon=True).start()

    @property
    def port(self) -> int:
        """Where to knock."""
        return int(self._door.getsockname()[1])

    def _welcome(self) -> None:
        with suppress(OSError):  # closed: the end
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                if not self.dark.is_set():
                    sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End every connection."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def black_hole(host: str, port: int) -> Iterator[BlackHole]:
    """A proxy that is gone at the end."""
    hole = BlackHole(host, port)
    try:
        yield hole
    finally:
        hole.close()
