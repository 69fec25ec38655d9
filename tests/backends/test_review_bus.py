"""The bus over a road that stops in the middle of a frame, or lets nothing but heartbeats through."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from shared import bus
from shared.bus import BusLost, Message, PublishFailed, RabbitBus
from tests.fixtures_servers import VirtualHost, VirtualHosts

FOLLOWS = {"activities": (), "credits": ("activities",)}
KEY = "activities.attendance.confirmed.v1"
HEARTBEAT = 8
CHANNEL_OPENED = struct.pack(">HH", 20, 11)
LONG_SECONDS = 15.0
BREATHLESS_SECONDS = 2.0
"""Longer than the library's patience, shorter than ours."""

Lets = Callable[[bytes], bytes]
"""What of a frame from the broker arrives."""


class Road:
    """A way to the broker on which frames coming back can be held up, and on which nothing may be taken."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self.lets: Lets = whole
        self.takes = threading.Event()
        self.takes.set()
        self._open = [self._door]
        threading.Thread(target=self._welcome, daemon=True).start()

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
                threading.Thread(target=self._there, args=(near, far), daemon=True).start()
                threading.Thread(target=self._back, args=(far, near), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while self.takes.wait() and (chunk := near.recv(65_536)):
                far.sendall(chunk)

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError), far.makefile("rb") as frames:
            while head := frames.read(7):
                frame = head + frames.read(int.from_bytes(head[3:7], "big") + 1)
                near.sendall(self.lets(frame))

    def close(self) -> None:
        """End every connection."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def whole(frame: bytes) -> bytes:
    return frame


def only_heartbeats(frame: bytes) -> bytes:
    return frame if frame[0] == HEARTBEAT else b""


class HalfOf:
    """The first frame of that size comes half; after it nothing comes."""

    def __init__(self, least: int) -> None:
        self._least = least
        self.over = False

    def __call__(self, frame: bytes) -> bytes:
        if self.over:
            return b""
        self.over = len(frame) >= self._least
        return frame[: len(frame) // 2] if self.over else frame


class NothingFrom:
    """From the first method frame of that kind on nothing comes."""

    def __init__(self, method: bytes) -> None:
        self._method, self._over = method, False

    def __call__(self, frame: bytes) -> bytes:
        self._over = self._over or frame[7:11] == self._method
        return b"" if self._over else frame


@pytest.fixture
def host(virtual_hosts: VirtualHosts) -> VirtualHost:
    """A broker where credits follows activities."""
    return virtual_hosts(FOLLOWS)


@pytest.fixture
def road(host: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    """Patience is short, so that the tests are."""
    monkeypatch.setattr(bus, "HEARTBEAT_SECONDS", 2)
    monkeypatch.setattr(bus, "CONFIRM_TIMEOUT_SECONDS", 3.0)
    opened = Road(host.server.port)
    yield opened
    opened.close()


def over(road: Road, host: VirtualHost, service: str) -> RabbitBus:
    """The broker by that way."""
    return RabbitBus(host.url(service).replace(f":{host.server.port}/", f":{road.port}/"))


def outcome(act: Callable[[], object]) -> BaseException | None:
    """What it raised in time; a thread that hangs or spins is left behind."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001  it is what the test looks at
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LONG_SECONDS)
    return raised[0] if raised else None


def said(body: str) -> list[Message]:
    return [Message(routing_key=KEY, body=body.encode())]


def test_heartbeats_do_not_put_off_the_end_of_the_wait_for_a_confirm(host: VirtualHost, road: Road) -> None:
    """A broker with an alarm goes on sending them, and confirms nothing for as long as it lasts (FACT8)."""
    publisher = over(road, host, "activities").publisher()
    publisher.publish(said("before"))
    road.lets = only_heartbeats

    assert isinstance(outcome(lambda: publisher.publish(said("not confirmed"))), PublishFailed)


def test_a_broker_that_takes_nothing_for_a_moment_is_waited_for(host: VirtualHost, road: Road) -> None:
    """Flow control stops whoever publishes too fast; the library by itself would give up after a second."""
    publisher = over(road, host, "activities").publisher()
    publisher.publish(said("before"))
    road.takes.clear()
    resumed = threading.Timer(BREATHLESS_SECONDS, road.takes.set)
    resumed.start()

    much = [message for _ in range(20) for message in said("x" * 1_000_000)]

    assert outcome(lambda: publisher.publish(much)) is None
    assert resumed.finished.is_set()
    publisher.close()


def test_half_a_frame_does_not_hold_the_publisher_for_ever(host: VirtualHost, road: Road) -> None:
    """The library's publish begins with a read without any timeout, which spins in the middle of a frame."""
    publisher = over(road, host, "activities").publisher()
    publisher.publish(said("before"))
    road.lets = half = HalfOf(1)
    wait_for(lambda: half.over)  # a heartbeat

    assert isinstance(outcome(lambda: publisher.publish(said("after"))), PublishFailed)


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + LONG_SECONDS
    while not happened() and time.monotonic() < until:
        time.sleep(0.05)


def test_half_a_message_does_not_hold_the_consumer_for_ever(host: VirtualHost, road: Road) -> None:
    """A read without any timeout spins in the middle of a frame, and no heartbeat is ever missed (FACT9)."""
    inlet = over(road, host, "credits").inlet("credits")
    assert inlet.take(wait_seconds=0.1) == []
    road.lets = HalfOf(5_000)
    publisher = RabbitBus(host.url("activities")).publisher()
    publisher.publish(said("short") + said("long" * 2_000))
    publisher.close()

    def take_on() -> None:
        until = time.monotonic() + LONG_SECONDS
        while time.monotonic() < until:
            inlet.take(wait_seconds=0.5)

    assert isinstance(outcome(take_on), BusLost)


@pytest.mark.parametrize("side", ["publisher", "inlet"])
def test_a_channel_that_is_never_opened_is_not_waited_for(host: VirtualHost, road: Road, side: str) -> None:
    road.lets = NothingFrom(CHANNEL_OPENED)

    if side == "publisher":
        publisher = over(road, host, "activities").publisher()
        assert isinstance(outcome(lambda: publisher.publish(said("hello"))), PublishFailed)
    else:
        inlet = over(road, host, "credits").inlet("credits")
        assert isinstance(outcome(lambda: inlet.take(wait_seconds=0.5)), BusLost)
