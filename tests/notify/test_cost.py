"""What an event costs: as many statements for five hundred entries as for one."""

from uuid import UUID

from sqlalchemy import event

from shared.events.credits import HoursAccrued
from tests.notify.facts import entry, hear, hours, told
from tests.signed_in import Door


def test_a_full_event_is_two_statements(door: Door) -> None:
    everybody = [entry(UUID(int=0x1000 + n)) for n in range(500)]
    verbs: list[str] = []
    event.listen(door.engine, "before_cursor_execute", lambda *args: verbs.append(args[2].split()[0]))

    hear(door, hours(HoursAccrued, *everybody))

    assert verbs == ["BEGIN", "SELECT", "INSERT"]


def test_forty_events_at_once_are_two_statements_too(door: Door) -> None:
    said = [hours(HoursAccrued, activity_id=UUID(int=0x1000 + n)) for n in range(40)]
    verbs: list[str] = []
    event.listen(door.engine, "before_cursor_execute", lambda *args: verbs.append(args[2].split()[0]))

    door.hear_together(*said)

    assert verbs == ["BEGIN", "SELECT", "INSERT"]
    assert len(told(door)) == 40
