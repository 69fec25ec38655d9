"""What every peer does with a message: one ledger row and its balance, committed before the acknowledgement.

On a kept connection, without a claim, an outbox or a rule: kinder to peers than the product is to itself.
"""

import os
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg

BROKER = os.environ.get("BENCH_BROKER_URL", "")
DATABASE = os.environ.get("BENCH_DATABASE_URL", "")
QUEUE = "bench.{}"
QUORUM: Mapping[str, str] = {"x-queue-type": "quorum"}
HOURS_HUNDREDTHS = 200

LEDGER: LiteralString = """
INSERT INTO ledger_entries (teacher_id, activity_id, round_no, kind, id, school_id, held_on, school_year,
  form, category, role, minutes, rule_pack_id, weight_hundredths, minutes_per_hour, cut_hundredths,
  hours_hundredths, appended_at)
VALUES (%(teacher_id)s, %(activity_id)s, 1, 'accrual', gen_random_uuid(), %(school_id)s, %(held_on)s, 2026,
  %(form)s, 'school_based', 'participant', %(minutes)s, %(school_id)s, 100, 45, 0,
  %(hours_hundredths)s, now())
ON CONFLICT DO NOTHING
"""
BALANCE: LiteralString = """
INSERT INTO balances AS old (teacher_id, school_year, category, earned_hundredths)
VALUES (%(teacher_id)s, 2026, 'school_based', %(hours_hundredths)s)
ON CONFLICT (teacher_id, school_year, category)
DO UPDATE SET earned_hundredths = old.earned_hundredths + excluded.earned_hundredths
"""

_kept = threading.local()


def credit(message: Mapping[str, Any]) -> None:
    """One transaction; a second delivery of the same changes nothing."""
    connection = _connection()
    with connection.transaction():
        if connection.execute(LEDGER, message["data"]).rowcount:
            connection.execute(BALANCE, message["data"])


def _connection() -> psycopg.Connection:
    """One for each thread of each process, made after the fork."""
    if getattr(_kept, "pid", None) != os.getpid():
        _kept.connection, _kept.pid = psycopg.connect(DATABASE, autocommit=True), os.getpid()
    connection: psycopg.Connection = _kept.connection
    return connection


def messages(count: int) -> list[dict[str, Any]]:
    """So many attendees of one session, each a message of about the size of the product's envelope."""
    activity, school = uuid4(), uuid4()
    return [_message(activity, school) for _ in range(count)]


def _message(activity: UUID, school: UUID) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "type": "attendance.confirmed",
        "time": datetime.now(UTC).isoformat(),
        "data": {
            "teacher_id": str(uuid4()),
            "activity_id": str(activity),
            "school_id": str(school),
            "form": "topic_lecture",
            "held_on": date(2026, 9, 1).isoformat(),
            "minutes": 90,
            "hours_hundredths": HOURS_HUNDREDTHS,
        },
    }
