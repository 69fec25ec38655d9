"""Any order of any confirmations and revocations, however often each comes, gives one ledger and one sum."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from shared import db
from shared.events.activities import AttendanceConfirmed, AttendanceRevoked
from shared.vocabulary import SessionRole
from tests.credits.facts import (
    ACTIVITY,
    CHEN,
    LIN,
    OTHER_ACTIVITY,
    attendee,
    balances,
    confirmed,
    hear,
    ledger,
    publish,
    revoked,
)

Heard = AttendanceConfirmed | AttendanceRevoked

ROUNDS = [
    (teacher, activity, number)
    for teacher in (CHEN, LIN)
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
    migrated: Path, data: st.DataObject, happened: list[Heard]
) -> None:
    repeated = data.draw(st.lists(st.sampled_from(happened), max_size=4))
    shuffled = data.draw(st.permutations(happened + repeated))

    with fresh(migrated) as first, fresh(migrated) as second:
        hear(first, *happened)
        hear(second, *shuffled)

        assert ledger(second) == ledger(first)
        assert balances(second) == balances(first)
        assert sum(balances(first).values()) == sum(hours for *_, hours in ledger(first))


@contextmanager
def fresh(migrated: Path) -> Iterator[Engine]:
    """A database with the county's rules and nothing else."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "credits.sqlite"
        path.write_bytes(migrated.read_bytes())
        engine = db.make_engine(f"sqlite:///{path}")
        publish(engine)
        yield engine
        engine.dispose()
