"""A wire between the services and the broker that can be cut after any number of bytes."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

CHUNK = 65_536
FRAME_HEADER = 7
PROTOCOL_HEADER = 8
UP, DOWN = "up", "down"


@dataclass(slots=True)
class Proxy:
    """Passes everything on. A connection made while there are limits is cut at them."""

    target: tuple[str, int]
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    limits: Mapping[str, int] = field(default_factory=dict)
    cuts: int = 0
    heard: list[dict[str, bytearray]] = field(default_factory=list)
    """What each connection said so far, both ways: where frames end is learned from it."""
    ends: list[socket.socket] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What to connect to instead of the broker."""
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def start(self, target: Callable[..., None], *arguments: object) -> threading.Thread:
        """Something that goes on beside."""
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()
        return thread

    def accept(self) -> None:
        """Serve until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                self.start(self._serve, self.listener.accept()[0])

    def _serve(self, client: socket.socket) -> None:
        limits, heard = dict(self.limits), {UP: bytearray(), DOWN: bytearray()}
        with client, contextlib.suppress(OSError), socket.create_connection(self.target) as broker:
            self.ends += [client, broker]
            self.heard.append(heard)
            down = self.start(self._pass_on, (broker, client), limits.get(DOWN), heard[DOWN])
            self._pass_on((client, broker), limits.get(UP), heard[UP])
            down.join()

    def _pass_on(
        self, ends: tuple[socket.socket, socket.socket], limit: int | None, heard: bytearray
    ) -> None:
        source, sink = ends
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                left = len(data) if limit is None else limit - len(heard)
                sink.sendall(data[:left])
                heard += data[:left]
                if left < len(data):
                    self.cuts += 1
                    break
        shut(ends)

    def close(self) -> None:
        """Cut whatever is still there."""
        shut([self.listener, *self.ends])
        self.listener.close()
        for thread in self.threads:
            thread.join()


def shut(ends: Iterable[socket.socket]) -> None:
    """Nothing passes any more, either way."""
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    """To a port of this machine."""
    wire = Proxy(("127.0.0.1", port))
    wire.start(wire.accept)
    try:
        yield wire
    finally:
        wire.close()


def frame_ends(said: bytes, *, first: int) -> list[int]:
    """After how many bytes each AMQP frame was complete; `first` is where the first one begins."""
    ends = [first]
    while ends[-1] + FRAME_HEADER <= len(said):
        size = int.from_bytes(said[ends[-1] + 3 : ends[-1] + FRAME_HEADER])
        ends.append(ends[-1] + FRAME_HEADER + size + 1)
    return [end for end in ends if end <= len(said)]
