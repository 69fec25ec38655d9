"""FACT1 and F38: a confirm that comes too late must not pay for another message."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from kombu import Connection

from deploy import secrets
from shared import bus
from shared.bus import EXCHANGE, Message, Publisher, PublishFailed, RabbitPublisher
from tests.faults.county import FaultCounty

CONFIRM_SECONDS = 1.0
SAYER = "notify"  # nobody follows it: what is published here reaches no queue and disturbs nobody


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "CONFIRM_TIMEOUT_SECONDS", CONFIRM_SECONDS)


def message(text: str) -> Message:
    """Something the broker takes and throws away."""
    return Message(routing_key=f"{SAYER}.nothing.v1", body=text.encode(), must_arrive=False)


def confirms_what_a_frozen_broker_never_saw(county: FaultCounty, publisher: Publisher) -> bool:
    """A and B wait in vain for their confirms, which come late; then C meets a broker that stands still."""
    publisher.publish([message("warm")])
    assert _fails_while_frozen(county, publisher, "A", "B")
    assert county.admin.waiting_in(SAYER) >= 0  # the broker is awake again ...
    time.sleep(CONFIRM_SECONDS)  # ... and the late confirm of A has arrived

    lied = not _fails_while_frozen(county, publisher, "C")

    publisher.close()
    return lied


def _fails_while_frozen(county: FaultCounty, publisher: Publisher, *texts: str) -> bool:
    county.rabbit.freeze()
    try:
        failed = [_fails(publisher, text) for text in texts]
    finally:
        county.rabbit.thaw()
    return all(failed)


def _fails(publisher: Publisher, text: str) -> bool:
    try:
        publisher.publish([message(text)])
    except PublishFailed:
        return True
    return False


class KeepsItsChannel:
    """The planted mistake: the library's own confirmed publish, and one channel for ever."""

    def __init__(self, url: str) -> None:
        self._connection = Connection(url, transport_options={"confirm_publish": True})
        self._channel: Any = self._connection.channel()

    def publish(self, messages: Sequence[Message]) -> None:
        """See Publisher."""
        for one in messages:
            prepared = self._channel.prepare_message(one.body)
            try:
                self._channel.basic_publish(
                    prepared,
                    exchange=EXCHANGE,
                    routing_key=one.routing_key,
                    confirm_timeout=CONFIRM_SECONDS,
                )
            except TimeoutError as error:
                raise PublishFailed(str(error)) from error

    def close(self) -> None:
        """See Publisher."""
        self._connection.release()


def url(county: FaultCounty) -> str:
    """Where the broker is, for the one who says nothing."""
    return secrets.read(county.folder / "secrets", f"{SAYER}_broker_url")


def test_fact1_a_late_confirm_never_pays_for_another_message(county: FaultCounty) -> None:
    assert not confirms_what_a_frozen_broker_never_saw(county, RabbitPublisher(url(county)))
    county.whole_again()


def test_f38_a_channel_kept_after_a_timeout_is_caught(county: FaultCounty) -> None:
    assert confirms_what_a_frozen_broker_never_saw(county, KeepsItsChannel(url(county)))
    county.whole_again()
