"""F5, F6, F7, F10, F24: the broker is killed, wiped, frozen or out of room; nothing is lost.

With FACT2 in mind, and for PR1 and PR4: the outbox is the truth, and the broker may be thrown away.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

import pytest

from deploy.registry import DOMAIN
from tests.faults.county import FaultCounty
from tests.faults.workers import CONFIRM_SECONDS

LOAD_SECONDS_MAX = 2.0
FIRST_SECOND = 1.0
FREEZES_SECONDS = (0.5, 1.0, 1.5, CONFIRM_SECONDS + 0.5, CONFIRM_SECONDS + 3.0)
"""A smoke's; the full run goes on with any length up to a minute."""
LOST = 5
LONG_ALARM_SECONDS = 60.0
"""How long, in full, the first alarm of each kind goes on."""


@dataclass(frozen=True, slots=True)
class Room:
    """Something that a broker may run out of: how it is told that there is too little, and enough."""

    setting: tuple[str, ...]
    too_little: str
    enough: str


ROOMS = {
    "memory": Room(("set_vm_memory_high_watermark", "absolute"), too_little="1000", enough="512MB"),
    "disk": Room(("set_disk_free_limit",), too_little="1000000GB", enough="50MB"),
}


def every_queue_answers(county: FaultCounty) -> bool:
    """INV13: no queue is gone or without a leader; a passive declaration would fail."""
    return all(county.admin.waiting_in(deployed.name) >= 0 for deployed in DOMAIN)


@pytest.mark.trials(100)
def test_f5_a_broker_killed_under_load_loses_nothing(
    county: FaultCounty, chance: Random, trials: int
) -> None:
    for _ in range(trials):
        with county.load():
            time.sleep(chance.uniform(0, LOAD_SECONDS_MAX))
            county.rabbit.kill9()
            time.sleep(chance.uniform(0, LOAD_SECONDS_MAX))
            county.rabbit.start()
        county.whole_again()
        assert every_queue_answers(county)


@pytest.mark.trials(20)
def test_f6_a_broker_killed_within_a_second_of_its_first_declaration_recovers(
    county: FaultCounty, chance: Random, trials: int
) -> None:
    for _ in range(trials):
        county.rabbit.wipe()
        with county.load():
            county.rabbit.start()
            time.sleep(chance.uniform(0, FIRST_SECOND))
            county.rabbit.kill9()
            county.rabbit.start()
        county.whole_again()
        assert every_queue_answers(county)


@pytest.mark.trials(10)
def test_f7_a_broker_that_lost_its_disk_is_filled_again_from_the_outbox(
    county: FaultCounty, trials: int
) -> None:
    for _ in range(trials):
        county.workers.kill9("credits")
        with county.load():
            county.until(lambda: county.admin.waiting_in("credits") > LOST)
            county.rabbit.wipe()  # published, confirmed, and lost
            county.rabbit.start()
        county.whole_again()


@pytest.mark.trials(100)
def test_f10_a_frozen_broker_makes_nobody_believe_that_something_was_published(
    county: FaultCounty, chance: Random, trials: int
) -> None:
    lengths = [*FREEZES_SECONDS, *(chance.uniform(1, 60) for _ in range(trials))][:trials]
    for seconds in lengths:
        with frozen_broker(county):
            sent_before = county.unpublished("activities")
            confirmed = county.confirm(3)
            time.sleep(seconds)
            assert len(confirmed) == 3, "a web process waits for no broker"
            assert county.unpublished("activities") == sent_before + 3
        county.whole_again()


@contextmanager
def frozen_broker(county: FaultCounty) -> Iterator[None]:
    """Within, it stands still; what was under way before has come to rest."""
    county.provide(3)
    county.settle()
    county.rabbit.freeze()
    time.sleep(0.1)
    try:
        yield
    finally:
        county.rabbit.thaw()


@pytest.mark.trials(25, smoke=3)
@pytest.mark.parametrize("room", ROOMS)
def test_f24_a_broker_out_of_room_stops_the_relay_and_not_the_web(
    county: FaultCounty,
    room: str,
    in_full: bool,  # noqa: FBT001  a fixture is given by its name
    trials: int,
) -> None:
    for trial in range(trials):
        with out_of(ROOMS[room], county):
            waiting = county.unpublished("activities")
            confirmed = county.confirm(10)
            time.sleep(LONG_ALARM_SECONDS if in_full and trial == 0 else CONFIRM_SECONDS)
            assert len(confirmed) == 10
            assert county.unpublished("activities") == waiting + 10
        county.whole_again()


@contextmanager
def out_of(room: Room, county: FaultCounty) -> Iterator[None]:
    """Within, the broker reads nothing from whoever publishes."""
    county.provide(10)
    county.settle()
    county.rabbit.control(*room.setting, room.too_little)
    try:
        yield
    finally:
        county.rabbit.control(*room.setting, room.enough)
