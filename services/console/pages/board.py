"""The board (看板): where every school stands; each number opens to the teachers behind it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from services.console import years
from services.console.ask import ask
from services.console.current import now

Row = Mapping[str, Any]

board = Blueprint("board", __name__)


@board.get("/board")
def overview() -> ResponseReturnValue:
    """Every school within reach, in the order in which the service gives them."""
    panel = ask("credits", "/board", school_year=years.asked())
    return render_template("board.html", panel=panel, as_of=now())


@board.get("/board/schools/<uuid:school_id>")
def school(school_id: UUID) -> ResponseReturnValue:
    """The teachers behind a school's numbers, all or only those who have reached both floors or have not."""
    teachers = ask("credits", f"/schools/{school_id}/teachers", school_year=years.asked())
    schools = ask("credits", "/board", school_year=years.asked())
    only = request.args.get("only")
    return render_template(
        "school.html",
        panel=teachers,
        rows=_only(teachers.data or [], wanted=only),
        school=_named(schools.data, school_id=school_id),
        school_id=school_id,
        only=only,
        as_of=now(),
    )


def _named(said: Row | None, *, school_id: UUID) -> Row | None:
    found: Sequence[Row] = said["schools"] if said else ()
    return next((one for one in found if one["school_id"] == str(school_id)), None)


def _only(rows: Sequence[Row], *, wanted: str | None) -> Sequence[Row]:
    match wanted:
        case "met":
            return [row for row in rows if _is_met(row)]
        case "short":
            return [row for row in rows if not _is_met(row)]
        case _:
            return rows


def _is_met(row: Row) -> bool:
    """As the service says: both floors, where there are rules."""
    floors = (row["total"], row["school_based"])
    return all(floor is not None and floor["is_met"] for floor in floors)
