"""Whether a service's process lives, and whether it is ready for requests; neither ever asks the broker."""

from datetime import datetime
from functools import cache
from typing import Any

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from shared import migrations, outbox
from shared.kernel_tables import heartbeats
from shared.service import Service
from shared.web.current import Door, door

NOT_READY = 503

head_of = cache(migrations.head)


def add_health(app: Flask, service: Service) -> None:
    """`/livez` and `/readyz`, at the root for the process's keeper and under the prefix for others."""

    def livez() -> ResponseReturnValue:
        return jsonify(alive=True)

    def readyz() -> ResponseReturnValue:
        found = readiness(door())
        return jsonify(found), 200 if found["ready"] else NOT_READY

    for prefix in ("", f"/api/{service.name}"):
        app.add_url_rule(f"{prefix}/livez", f"livez{prefix}", livez)
        app.add_url_rule(f"{prefix}/readyz", f"readyz{prefix}", readyz)


def readiness(through: Door) -> dict[str, Any]:
    """Ready: the database answers and stands at the code's schema. The rest is only told."""
    running = through.running
    try:
        with running.engine.execution_options(read_only=True).begin() as connection:
            at_head = migrations.current(connection) == head_of(running.service.migrations)
            if not at_head:
                return {"ready": False, "database": True, "migrated": False}
            return {
                "ready": True,
                "database": True,
                "migrated": True,
                **_life(connection, now=through.clock()),
            }
    except SQLAlchemyError:
        return {"ready": False, "database": False, "migrated": False}


def _life(connection: Connection, *, now: datetime) -> dict[str, Any]:
    beats = connection.execute(select(heartbeats.c.part, heartbeats.c.at)).all()
    oldest = outbox.oldest_unpublished(connection)
    return {
        "oldest_unpublished_seconds": oldest and int((now - oldest).total_seconds()),
        "seconds_since": {beat.part: int((now - beat.at).total_seconds()) for beat in beats},
    }
