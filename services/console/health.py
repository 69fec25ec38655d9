"""Whether the console's process lives, and whether it is ready: its database answers at the code's schema."""

from functools import cache

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from services.console.current import console
from shared import migrations

MIGRATIONS = "services.console.migrations"
NOT_READY = 503

head_of = cache(migrations.head)


def add_health(app: Flask) -> None:
    """`/livez` and `/readyz`, for the process's keeper."""
    app.add_url_rule("/livez", "livez", _livez)
    app.add_url_rule("/readyz", "readyz", _readyz)


def _livez() -> ResponseReturnValue:
    return jsonify(alive=True)


def _readyz() -> ResponseReturnValue:
    ready = _is_ready()
    return jsonify(ready=ready), 200 if ready else NOT_READY


def _is_ready() -> bool:
    try:
        with console().engine.connect() as connection:
            return migrations.current(connection) == head_of(MIGRATIONS)
    except SQLAlchemyError:
        return False
