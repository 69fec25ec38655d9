"""What an event costs: as many statements for five hundred attendees as for one."""

from uuid import UUID

from sqlalchemy import event

from tests.credits.facts import attendee, confirmed, hear
from tests.signed_in import Door


def test_a_full_event_is_five_statements(door: Door) -> None:
    everybody = [attendee(UUID(int=0x1000 + n)) for n in range(500)]
    verbs: list[str] = []
    event.listen(door.engine, "before_cursor_execute", lambda *args: verbs.append(args[2].split()[0]))

    hear(door, confirmed(*everybody))

    assert verbs == ["BEGIN", "SELECT", "SELECT", "INSERT", "INSERT", "INSERT"]


def test_forty_events_at_once_are_five_statements_too(door: Door) -> None:
    said = [confirmed(activity_id=UUID(int=0x1000 + n)) for n in range(40)]
    verbs: list[str] = []
    event.listen(door.engine, "before_cursor_execute", lambda *args: verbs.append(args[2].split()[0]))

    door.hear_together(*said)

    assert verbs == ["BEGIN", "SELECT", "SELECT", "INSERT", "INSERT", "INSERT"]
