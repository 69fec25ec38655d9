"""`python -m tests.bench.load FILE`: sends what the file holds over some connections, answer by answer.

A closed loop in a process of its own. It does as little as it can between an answer and the next request, and
says how much of a core that took, because server and load share the machine.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.bench.figures import percentile

HEAD_END = b"\r\n\r\n"
STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ANSWER_SECONDS_MAX = 30.0
READ_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be sent. With `repeat`, the requests are sent again and again until the time is over."""

    port: int
    connections: int
    seconds: float
    requests: Sequence[str]
    repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came back."""

    seconds: float
    statuses: Mapping[str, int]
    p50_ms: float
    p99_ms: float
    core_share: float
    """How much of one core the load itself took."""

    @property
    def answered(self) -> int:
        """How many answers came, whatever they said."""
        return sum(self.statuses.values())

    @property
    def a_second(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


@dataclass(slots=True)
class Line:
    """One connection: the request under way and what has come of its answer."""

    socket: socket.socket
    began: float = 0.0
    came: bytearray = field(default_factory=bytearray)

    def send(self, request: bytes) -> None:
        """One request; it fits into the system's buffer."""
        self.came.clear()
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def status(self) -> str | None:
        """Of the answer, once all of it is there."""
        head = self.came.find(HEAD_END)
        if head < 0:
            return None
        length, status = LENGTH.search(self.came, 0, head), STATUS.match(self.came)
        if length is None or status is None:
            raise ValueError(f"no answer with a length: {bytes(self.came[:200])!r}")
        complete = len(self.came) >= head + len(HEAD_END) + int(length[1])
        return status[1].decode() if complete else None


def run(plan: Plan) -> Load:
    """Send until there is nothing left, or the time is over; what is under way then is waited for."""
    waiting = _requests(plan)
    statuses: Counter[str] = Counter()
    took: list[float] = []
    began, cpu = time.perf_counter(), time.process_time()
    with selectors.DefaultSelector() as selector:
        for request in _first(waiting, plan.connections):
            line = Line(socket.create_connection(("127.0.0.1", plan.port), timeout=ANSWER_SECONDS_MAX))
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.send(request)
        ends = began + plan.seconds
        while selector.get_map():
            for line in _answered(selector):
                took.append(time.perf_counter() - line.began)
                statuses[line.status() or ""] += 1
                request_next = next(waiting, None) if time.perf_counter() < ends else None
                if request_next is None:
                    selector.unregister(line.socket)
                    line.socket.close()
                else:
                    line.send(request_next)
    seconds = time.perf_counter() - began
    return Load(
        seconds=seconds,
        statuses=dict(statuses),
        p50_ms=percentile(took, 0.50) * 1_000,
        p99_ms=percentile(took, 0.99) * 1_000,
        core_share=(time.process_time() - cpu) / seconds,
    )


def _requests(plan: Plan) -> Iterator[bytes]:
    made = [request.encode("latin-1") for request in plan.requests]
    while True:
        yield from made
        if not plan.repeat:
            return


def _first(requests: Iterator[bytes], count: int) -> Iterator[bytes]:
    for _ in range(count):
        if (request := next(requests, None)) is not None:
            yield request


def _answered(selector: selectors.BaseSelector) -> Iterator[Line]:
    """The connections whose answers are complete now."""
    ready = selector.select(ANSWER_SECONDS_MAX)
    if not ready:
        raise TimeoutError("no answer")
    for key, _ in ready:
        line: Line = key.data
        read = line.socket.recv(READ_BYTES)
        if not read:
            raise ConnectionError("the server closed a connection")
        line.came += read
        if line.status() is not None:
            yield line


def in_a_process(plan: Plan, *, folder: Path) -> Load:
    """The same in a process of its own, which shares no lock with whoever asks."""
    file = folder / "load.json"
    file.write_text(json.dumps(asdict(plan)), encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", str(file)],
        cwd=root,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Load(**json.loads(done.stdout))


if __name__ == "__main__":
    wanted = Plan(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write(json.dumps(asdict(run(wanted))))
