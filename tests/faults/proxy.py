"""A wire between the services and the broker that can be cut after any number of bytes."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CHUNK = 65_536
FRAME_HEADER = 7
PROTOCOL_HEADER = 8
UP, DOWN = "up", "down"


@dataclass(slots=True)
class Proxy:
    """Passes everything on. Each connection made while armed is cut at its limit, once in its life."""

    target: tuple[str, int]
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    limits: Mapping[str, int] = field(default_factory=dict)
    cuts: int = 0
    heard: list[dict[str, bytearray]] = field(default_factory=list)
    """What each connection said so far, both ways: where frames end is learned from it."""

    @property
    def address(self) -> str:
        """What to connect to instead of the broker."""
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self) -> None:
        """Serve until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self._join(client)

    def _join(self, client: socket.socket) -> None:
        try:
            broker = socket.create_connection(self.target, timeout=5)
        except OSError:
            client.close()
            return
        broker.settimeout(None)
        limits, heard = dict(self.limits), {UP: bytearray(), DOWN: bytearray()}
        self.heard.append(heard)
        for way, source, sink in ((UP, client, broker), (DOWN, broker, client)):
            ends = (source, sink, limits.get(way), heard[way])
            threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(
        self, source: socket.socket, sink: socket.socket, limit: int | None, heard: bytearray, /
    ) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                left = len(data) if limit is None else limit - len(heard)
                sink.sendall(data[:left])
                heard += data[:left]
                if left < len(data):
                    self.cuts += 1
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    """To a port of this machine."""
    wire = Proxy(("127.0.0.1", port))
    threading.Thread(target=wire.accept, daemon=True).start()
    try:
        yield wire
    finally:
        wire.listener.shutdown(socket.SHUT_RDWR)
        wire.listener.close()


def frame_ends(said: bytes, *, first: int) -> list[int]:
    """After how many bytes each AMQP frame was complete; `first` is where the first one begins."""
    ends = [first]
    while ends[-1] + FRAME_HEADER <= len(said):
        size = int.from_bytes(said[ends[-1] + 3 : ends[-1] + FRAME_HEADER])
        ends.append(ends[-1] + FRAME_HEADER + size + 1)
    return [end for end in ends if end <= len(said)]
