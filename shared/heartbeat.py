"""Signs of life of a service's relay and worker, for readiness and the doctor."""

from datetime import datetime

from sqlalchemy import Connection, update
from sqlalchemy.orm import Session

from shared.inserts import insert_unread
from shared.kernel_tables import heartbeats


def beat(connection: Session | Connection, part: str, *, now: datetime) -> None:
    """This part of the service is at work."""
    if not insert_unread(connection, heartbeats, [{"part": part, "at": now}]):
        connection.execute(update(heartbeats).where(heartbeats.c.part == part).values(at=now))
