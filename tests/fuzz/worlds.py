"""A service in which something has happened, so that an id in a path may lead somewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Uuid, select

from services.activities.service import SERVICE as ACTIVITIES
from services.credits.service import SERVICE as CREDITS
from services.directory.service import SERVICE as DIRECTORY
from services.notify.service import SERVICE as NOTIFY
from services.plans.service import SERVICE as PLANS
from shared.events.credits import HoursAccrued
from shared.service import Service
from tests.activities import facts as activities
from tests.credits import facts as credits
from tests.directory import register, test_agreements, test_groups, test_transfers
from tests.notify import facts as notify
from tests.plans import facts as plans
from tests.signed_in import CHEN, SCHOOL, ZHAO, Door

AFTERNOON = datetime(2026, 10, 14, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A service and what happened in it before it is called."""

    service: Service
    settle: Callable[[Door], None]
    now: datetime = AFTERNOON


def _directory(door: Door) -> None:
    register.enter_everybody(door.engine)
    test_agreements.proposed(door)
    test_groups.opened(door)
    test_transfers.proposed(door)
    leave = {"kind": "sick_leave", "starts_on": "2026-10-01", "ends_on": "2026-11-01"}
    assert door.as_(ZHAO).post(f"/people/{CHEN.person_id}/absences", leave).status_code == 201


def _plans(door: Door) -> None:
    for made in (plans.drafted, plans.submitted, plans.approved):
        made(door)


def _activities(door: Door) -> None:
    activities.everybody_is_known(door)
    activities.confirmed(door)
    activities.announced(door, starts_at="2026-10-20T15:00:00+08:00", plan_item_id=None)


def _credits(door: Door) -> None:
    credits.publish(door)
    credits.everybody_is_known(door)
    credits.hear(door, credits.confirmed())


def _notify(door: Door) -> None:
    notify.hear(door, notify.joined(), notify.paired(), notify.hours(HoursAccrued))


WORLDS = {
    world.service.name: world
    for world in (
        World(service=DIRECTORY, settle=_directory),
        World(service=PLANS, settle=_plans),
        World(service=ACTIVITIES, settle=_activities),
        World(service=CREDITS, settle=_credits, now=credits.NOW),
        World(service=NOTIFY, settle=_notify, now=notify.NOW),
    )
}


def ids_in(door: Door) -> Mapping[str, list[UUID]]:
    """Ids there are, by the name under which a path or a body asks for one: school_id, group_id, ..."""
    found: dict[str, list[UUID]] = {"school_id": [SCHOOL]}
    with door.engine.connect() as connection:
        for table in door.service.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Uuid):
                    name = f"{_singular(table.name)}_id" if column.name == "id" else column.name
                    found.setdefault(name, []).extend(
                        filter(None, connection.execute(select(column).distinct().limit(5)).scalars())
                    )
    return found


def _singular(table: str) -> str:
    """What a row of a table is called where one is asked for."""
    renamed = {
        "import_batches": "import",
        "people": "person",
        "ledger_entries": "entry",
        "duty_entries": "entry",
    }
    return renamed.get(table) or table.removeprefix("pairing_").removesuffix("s")
