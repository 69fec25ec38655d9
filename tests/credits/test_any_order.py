"""Any order of any confirmations and revocations, however often each comes, gives one ledger and one sum."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.credits.service import SERVICE
from shared.events.activities import AttendanceConfirmed, AttendanceRevoked
from shared.vocabulary import SessionRole
from tests.credits.facts import (
    ACTIVITY,
    NOW,
    OTHER_ACTIVITY,
    attendee,
    balances,
    confirmed,
    hear,
    ledger,
    revoked,
)
from tests.signed_in import CHEN, LIN, opened_door

Heard = AttendanceConfirmed | AttendanceRevoked

ROUNDS = [
    (teacher, activity, number)
    for teacher in (CHEN.person_id, LIN.person_id)
    for activity in (ACTIVITY, OTHER_ACTIVITY)
    for number in (1, 2)
]
CONFIRMATIONS: list[Heard] = [
    confirmed(
        attendee(teacher, minutes=45 * number, role=SessionRole.SPEAKER, round_no=number),
        activity_id=activity,
    )
    for teacher, activity, number in ROUNDS
]
REVOCATIONS: list[Heard] = [
    revoked(teacher, round_no=number, activity_id=activity) for teacher, activity, number in ROUNDS
]

facts = st.lists(st.sampled_from(CONFIRMATIONS + REVOCATIONS), min_size=1, max_size=10, unique_by=repr)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), happened=facts)
def test_any_order_and_any_repetition_give_the_same_ledger(
    ruled: Path, data: st.DataObject, happened: list[Heard]
) -> None:
    repeated = data.draw(st.lists(st.sampled_from(happened), max_size=4))
    shuffled = data.draw(st.permutations(happened + repeated))

    with (
        TemporaryDirectory() as folder,
        opened_door(copied(ruled, folder, "first"), SERVICE, now=NOW) as first,
        opened_door(copied(ruled, folder, "second"), SERVICE, now=NOW) as second,
    ):
        for door, heard in ((first, happened), (second, shuffled)):
            hear(door, *heard)

        assert ledger(second) == ledger(first)
        assert balances(second) == balances(first)
        assert sum(balances(first).values()) == sum(hours for *_, hours in ledger(first))


def copied(ruled: Path, folder: str, name: str) -> Path:
    """A database with the rules in force."""
    return Path(shutil.copy(ruled, Path(folder) / name))
