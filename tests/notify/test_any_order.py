"""Any order of hours and pairings, however often each comes, gives the same notices."""

import shutil
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notify.service import SERVICE
from shared.events.codec import Event
from shared.events.credits import HoursAccrued, HoursReversed
from tests.notify.facts import CHEN, LIN, NOW, WU, entry, hear, hours, paired, parted, told
from tests.signed_in import opened_door

FIRST, SECOND = UUID(int=0xD1), UUID(int=0xD2)
DAYS = [date(2026, 8, 31), date(2026, 9, 10), date(2026, 10, 10)]

EVENTS: list[Event] = [
    *(
        hours(HoursAccrued, entry(CHEN), entry(LIN), held_on=day, activity_id=UUID(int=number))
        for number, day in enumerate(DAYS)
    ),
    hours(HoursReversed, held_on=DAYS[1], activity_id=UUID(int=1)),
    paired(FIRST),
    paired(SECOND, mentor_id=WU, started_on=date(2026, 8, 1)),
    paired(UUID(int=0xD3), mentor_id=WU, apprentice_id=LIN),
    paired(UUID(int=0xD4), started_on=date(2026, 10, 1)),
    parted(date(2026, 9, 20), pairing_id=FIRST),
    parted(date(2026, 9, 5), pairing_id=FIRST),
    parted(date(2026, 9, 10), pairing_id=SECOND),
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), happened=st.lists(st.sampled_from(EVENTS), min_size=2, max_size=10, unique_by=repr))
def test_any_order_and_any_repetition_give_the_same_notices(
    migrated: Path, data: st.DataObject, happened: list[Event]
) -> None:
    repeated = data.draw(st.lists(st.sampled_from(happened), max_size=4))
    shuffled = data.draw(st.permutations(happened + repeated))

    with (
        TemporaryDirectory() as folder,
        opened_door(copied(migrated, folder, "first"), SERVICE, now=NOW) as first,
        opened_door(copied(migrated, folder, "second"), SERVICE, now=NOW) as second,
    ):
        hear(first, *happened)
        hear(second, *shuffled)

        assert told(second) == told(first)


def copied(migrated: Path, folder: str, name: str) -> Path:
    """A database with nothing in it."""
    return Path(shutil.copy(migrated, Path(folder) / name))
