"""The audit log (日志) for offices, and for everybody who looked at her file (谁看过我的档案)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from services.console.ask import CALLED, ask
from services.console.deeds import CHANGED, COLUMNS, TABLES, VERBS, value_of
from services.console.visitor import visitor
from shared.vocabulary import Role

FILES: Mapping[str, str] = {"directory": "人员档案与账号", "credits": "学时"}
"""The services that keep a file of a person, and what it is called."""
OUTCOMES: Mapping[str, str] = {"": "全部", "false": "已办理", "true": "被拒绝"}
ROLES = {role.value: role.label for role in Role}

audit = Blueprint("audit", __name__)


@audit.get("/audit")
def log() -> ResponseReturnValue:
    """Who changed what in one service, and was refused what, the newest first."""
    service = request.args.get("service", "directory")
    if service not in CALLED:
        abort(404)
    wanted = {
        "actor_id": request.args.get("actor_id", type=UUID),
        "object_id": request.args.get("object_id", type=UUID),
        "since": request.args.get("since") or None,
        "until": request.args.get("until") or None,
        "refused": request.args.get("refused") or None,
    }
    panel = ask(service, "/audit-entries", cursor=request.args.get("cursor", type=UUID), **wanted)
    return render_template(
        "audit.html",
        panel=panel,
        service=service,
        services=CALLED,
        wanted=wanted,
        is_narrowed=any(wanted.values()),
        outcomes=OUTCOMES,
        told=[_told(service, one) for one in (panel.data["items"] if panel.data else ())],
    )


@audit.get("/account/looks")
def looks() -> ResponseReturnValue:
    """Who looked at one's own file: one line a person, day and part of it."""
    if visitor().actor.seen_by:
        abort(403)
    asked = request.args.get("of")
    cursor = request.args.get("cursor", type=UUID)
    parts = [
        (service, title, ask(service, "/me/looks", cursor=cursor if asked == service else None))
        for service, title in FILES.items()
    ]
    return render_template("looks.html", parts=parts, roles=ROLES)


def _told(service: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry in words: what was done, by whom in which role, and row by row what changed."""
    reads = entry["method"] == "GET"
    return {
        **entry,
        "what": VERBS.get(f"{service}.{entry['verb']}", "查看" if reads else entry["verb"]),
        "roles": "、".join(ROLES.get(code, code) for code in entry["actor_roles"]),
        "rows": [_row(one) for one in entry["changes"]],
        "sums": _sums(entry["counts"]),
        "rows_left": sum(sum(of_table.values()) for of_table in entry["counts"].values())
        - len(entry["changes"]),
    }


def _row(change: Mapping[str, Any]) -> Mapping[str, Any]:
    before, after = change["before"], change["after"]
    return {
        "what": f"{CHANGED[change['verb']]}{TABLES.get(change['table'], change['table'])}",
        "columns": [
            (COLUMNS.get(name, name), name in before and value_of(before[name]), value_of(after.get(name)))
            for name in {**before, **after}
            if name not in change["key"]
        ],
    }


def _sums(counts: Mapping[str, Mapping[str, int]]) -> Sequence[str]:
    """新增人员3，修改账号1."""
    return [
        f"{CHANGED[verb]}{TABLES.get(table, table)} {count}"
        for table, of_table in counts.items()
        for verb, count in of_table.items()
    ]
