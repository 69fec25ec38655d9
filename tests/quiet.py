"""What is still on its way through a platform: the question every test asks before it checks the sums."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, Engine, Table, func, select

from deploy.services import SERVICES
from shared.kernel_tables import outbox, received_events, stream, waiting_events


def in_flight(engines: Mapping[str, Engine]) -> dict[str, int]:
    """Events that have not left, wait for another attempt, or have not arrived; empty when all is quiet.

    A look sees one database after the other: only two looks in a row that find nothing mean quiet.
    """
    left: dict[str, int] = {}
    heads = {}
    for name, engine in engines.items():
        with engine.connect() as connection:
            left[f"{name} unpublished"] = unpublished(connection)
            left[f"{name} waiting"] = _count(connection, waiting_events, waiting_events.c.parked_at.is_(None))
            heads[name] = connection.execute(select(stream.c.head, stream.c.incarnation)).first()
    for follower in SERVICES:
        with engines[follower.name].connect() as connection:
            for producer in follower.follows:
                if (own := heads[producer]) is not None:
                    mine = (received_events.c.producer == producer) & (
                        received_events.c.incarnation == own.incarnation
                    )
                    lacking = own.head - _count(connection, received_events, mine)
                    left[f"{follower.name} lacks of {producer}"] = lacking
    return {part: count for part, count in left.items() if count}


def unpublished(connection: Connection) -> int:
    """How many events of a service wait for their confirm."""
    return _count(connection, outbox, outbox.c.published_at.is_(None))


def _count(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    asked = select(func.count()).select_from(table).where(which)
    return int(connection.execute(asked).scalar_one())
