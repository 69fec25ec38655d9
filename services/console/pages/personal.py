"""What is held about a person (个人信息), from every service by one door; and erasing who has left (注销)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from services.console import sessions
from services.console.ask import CALLED, Panel, ask, ask_in_passing, submit
from services.console.current import console
from services.console.deeds import COLUMNS, TABLES, value_of
from services.console.visitor import visitor
from services.console.words import hours
from shared.db import transaction

ROWS_SHOWN = 30
"""Of one table; the file holds all of them."""

personal = Blueprint("personal", __name__)


@personal.get("/account/holdings")
def mine() -> ResponseReturnValue:
    """Everything held about oneself, to read."""
    return _page(visitor().actor.person_id, own=True)


@personal.get("/account/holdings.json")
def mine_as_file() -> ResponseReturnValue:
    """The same for a program."""
    return _file(visitor().actor.person_id)


@personal.get("/people/<uuid:person_id>/holdings")
def hers(person_id: UUID) -> ResponseReturnValue:
    """Everything held about somebody, which the county office hands her."""
    return _page(person_id, own=False)


@personal.get("/people/<uuid:person_id>/holdings.json")
def hers_as_file(person_id: UUID) -> ResponseReturnValue:
    """The same for a program."""
    return _file(person_id)


@personal.get("/people/<uuid:person_id>/erase")
def leaving(person_id: UUID) -> ResponseReturnValue:
    """What erasing somebody would touch, before it is done."""
    panel = ask("directory", f"/people/{person_id}/erasure")
    return render_template("erase.html", panel=panel, person_id=person_id)


@personal.post("/people/<uuid:person_id>/erase")
def erase(person_id: UUID) -> ResponseReturnValue:
    """Have it done, and end whatever sign-in of hers is left here."""
    done = submit("directory", f"/people/{person_id}/erase")
    if done.trouble is None:
        with transaction(console().engine) as db:
            sessions.end_all_of(db, person_id=person_id)
    flash(done.trouble or f"已注销，此后显示为“{done.data['pseudonym']}”。")
    return redirect(url_for("personal.leaving", person_id=person_id))


def _page(person_id: UUID, *, own: bool) -> ResponseReturnValue:
    parts = [
        (CALLED[service], panels[0], _readable(_joined(panels)))
        for service, panels in _asked(person_id).items()
    ]
    return render_template("holdings.html", parts=parts, person_id=person_id, own=own)


def _file(person_id: UUID) -> Response:
    said = {
        service: {"trouble": panels[0].trouble} if panels[0].trouble else _joined(panels)
        for service, panels in _asked(person_id).items()
    }
    text = json.dumps({"person_id": str(person_id), **said}, ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": f"attachment; filename=personal-{person_id}.json"}
    return Response(text, content_type="application/json; charset=utf-8", headers=headers)


def _asked(person_id: UUID) -> Mapping[str, Sequence[Panel]]:
    """What each service holds under her id, and under those of entries merged into hers (人员合并)."""
    ids = [str(person_id)]
    if visitor().actor.is_county and (merged := ask_in_passing("directory", f"/people/{person_id}/erasure")):
        ids += merged["merged_ids"]
    return {service: [ask(service, f"/people/{one}/holdings") for one in ids] for service in CALLED}


def _joined(panels: Sequence[Panel]) -> Sequence[Mapping[str, Any]]:
    """The same tables under several ids as one."""
    tables: dict[str, dict[str, Any]] = {}
    for one in (one for panel in panels if panel.data for one in panel.data["holdings"]):
        kept = tables.setdefault(one["table"], {"table": one["table"], "rows": [], "left_out": 0})
        kept["rows"] += [row for row in one["rows"] if row not in kept["rows"]]
        kept["left_out"] += one["left_out"]
    return list(tables.values())


def _readable(held: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "title": TABLES.get(one["table"], one["table"]),
            "count": len(one["rows"]) + one["left_out"],
            "rows": [_line(row) for row in one["rows"][:ROWS_SHOWN]],
            "more": len(one["rows"]) + one["left_out"] - min(len(one["rows"]), ROWS_SHOWN),
        }
        for one in held
    ]


def _line(row: Mapping[str, Any]) -> str:
    """One row on one line, without what is empty or only links it to others."""
    return "，".join(
        f"{COLUMNS[name]}：{hours(value) if name.endswith('_hundredths') else value_of(value)}"
        for name, value in row.items()
        if value is not None and name in COLUMNS
    )
