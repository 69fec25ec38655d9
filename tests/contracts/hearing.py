"""A service's own worker, inbox and database on their own: messages go in, and all its tables are read."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert, select

from shared.bus import MemoryBus, Message
from shared.db import kernel, make_engine
from shared.events.codec import Event
from shared.kernel_tables import waiting_events
from shared.service import Running, Service
from shared.settings import Mode, Settings
from shared.vocabulary import HourCategory, PlanState
from shared.worker import Worker
from tests.signed_in import migrated_file

GOLDEN = Path(__file__).parent
NOW = datetime(2026, 9, 22, 8, 0, tzinfo=UTC)

Said = Mapping[str, Any]
"""A message as JSON."""
Rows = Sequence[Mapping[str, Any]]
Tables = Mapping[str, Rows]


def _id(end: int) -> UUID:
    return UUID(f"019a8f00-0000-7000-8000-{end:012x}")


SCHOOL, CHEN, LIN = _id(0x5C00), _id(0xC0E1), _id(0x1170)
ACTIVITY, PLAN, ITEM = _id(0xAC01), _id(0xB001), _id(0xB101)
PAIRING, MERGE, ALIAS = _id(0xAA01), _id(0xA11A), _id(0xC0E9)
"""Whom and what the golden messages are about."""
OTHER = _id(0xFF00)
THIRD = _id(0xFF01)
"""Of nothing golden."""


# --- messages ---------------------------------------------------------------------------------------------


def message(cls: type[Event], *, seq: int, **changed: Any) -> Said:
    """The golden message with a place in the stream and a trace of its own, and with these data changed."""
    said = json.loads((GOLDEN / f"{cls.TYPE}.json").read_text(encoding="utf-8"))
    return {
        **said,
        "id": str(_id(seq)),
        "seq": seq,
        "traceparent": f"00-{seq:032x}-{seq:016x}-01",
        "data": {**said["data"], **changed},
    }


def anew(said: Said) -> Said:
    """The same fact under another id and number, as if the claim of the first had been purged."""
    return {**said, "id": str(_id(0xFFFF)), "seq": 0xFFFF}


def from_a_newer_producer(said: Said) -> Said:
    """The same with fields that nobody here knows: among the attributes, the data, and each part of them."""
    more = {name: _longer(value) for name, value in said["data"].items()}
    return {**said, "hereafter": "more", "data": {**more, "hereafter": {"more": [1, 2]}}}


def _longer(value: Any) -> Any:
    return [{**part, "hereafter": True} for part in value] if isinstance(value, list) else value


# --- a service --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Hearer:
    """A service that hears what it is sent; its clock goes on a second with each step."""

    running: Running
    before: Path
    """Its database as it was before anything was heard."""
    bus: MemoryBus
    worker: Worker = field(init=False)
    clock: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Nothing was heard. The database is filled anew, for opening one costs more than all else here."""
        with (
            closing(sqlite3.connect(self.before)) as source,
            self.running.engine.execution_options(read_only=True).connect() as target,
        ):
            target.rollback()
            source.backup(cast("sqlite3.Connection", target.connection.driver_connection))
        self.worker = Worker(self.running, self.bus.inlet(self.running.name))
        self.clock = NOW

    def hear(self, *together: Said) -> None:
        """Take them in one batch; nothing may be set aside, or it would count for nothing."""
        self.bus.publisher().publish(
            [Message(routing_key=one["type"], body=json.dumps(one).encode()) for one in together]
        )
        assert self.worker.step(clock=lambda: self.clock, wait_seconds=0) == len(together)
        assert self._read(waiting_events) == {"waiting_events": []}
        self.clock += timedelta(seconds=1)

    def tables(self) -> Tables:
        """Every row of every table, the kernel's too."""
        return self._read(*tables_of(self.running.service).values())

    def _read(self, *tables: Table) -> Tables:
        with self.running.engine.execution_options(read_only=True).connect() as connection:
            return {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in tables
            }


@contextmanager
def opened(folder: Path, service: Service) -> Iterator[Hearer]:
    """The service over a SQLite file of its own, with a bus that nobody else is on."""
    before = migrated_file(folder, service)
    _set_the_scene(before, service)
    url = f"sqlite:///{folder / 'heard.sqlite'}"
    settings = Settings(
        mode=Mode.EMBEDDED, deployment="demo", database_url=url, broker_url="memory://", jwks={"keys": []}
    )
    running = Running(service=service, engine=make_engine(url), settings=settings)
    bus = MemoryBus({service.name: service.follows})
    yield Hearer(running, before, bus)
    running.engine.dispose()


def tables_of(service: Service) -> Mapping[str, Table]:
    """All that stand in its database."""
    return {**kernel.tables, **service.metadata.tables}


# --- what stood before ------------------------------------------------------------------------------------

CALLED = "陈老师"
ANYWHERE = {
    "looks": {
        "id": _id(1),
        "subject_id": LIN,
        "on_day": NOW.date(),
        "viewer_id": CHEN,
        "part": "hours",
        "viewer_name": CALLED,
        "viewer_kind": "person",
        "viewer_roles": "teacher",
        "at": NOW,
    },
    "idempotency_keys": {
        "actor_id": LIN,
        "key": "kept",
        "request_hash": bytes(32),
        "status": 200,
        "body": f'{{"teacher_id":"{CHEN}"}}'.encode(),
        "created_at": NOW,
    },
}
"""Chen looked at a file, and an answer tells of her: what erasing her must find."""
OF_SERVICE: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "plans": {
        "plans": {
            "plan_id": PLAN,
            "school_id": SCHOOL,
            "school_year": 2026,
            "title": "语文组计划",
            "state": PlanState.APPROVED,
            "revision_no": 1,
            "author_id": LIN,
            "drafted_at": NOW,
        },
        "plan_items": {
            "item_id": ITEM,
            "plan_id": PLAN,
            "revision_no": 1,
            "place_no": 1,
            "form": "same_topic_different_designs",
            "topic": "圆的认识",
            "due_on": date(2026, 10, 31),
        },
    },
    "credits": {
        "rule_packs": {
            "id": _id(2),
            "name": "教师培训学时管理办法",
            "source": "县教发2026年12号",
            "valid_from": date(2026, 9, 1),
            "required_hours_hundredths": 7200,
            "required_school_based_hours_hundredths": 2400,
            "minutes_per_hour": 45,
            "default_category": HourCategory.SCHOOL_BASED,
            "role_weights": {"participant": 100},
            "forms": {},
            "year_caps": {},
            "published_by": LIN,
            "published_at": NOW,
        },
    },
}
"""An approved plan whose item the sessions name; the rules by which attendance earns."""


def _set_the_scene(path: Path, service: Service) -> None:
    """Write what stood there before anything was heard."""
    engine = make_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for name, row in {**ANYWHERE, **OF_SERVICE.get(service.name, {})}.items():
            connection.execute(insert(tables_of(service)[name]), row)
    engine.dispose()
