"""The audit log at the door: what a request tells it, and how it is read, the same in every service."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from shared import db, log, trail
from shared.trail import AuditPage, Look, LookPage, Wanted
from shared.vocabulary import FilePart
from shared.web import current
from shared.web.problems import PROBLEM
from shared.web.schemas import Out, PageQuery, page_of

REFUSED = {401, 403, 404, 409, 412}
DONE = 300
PARTS = {part.value: part.label for part in FilePart}


def looks_at(subject_id: UUID, part: FilePart) -> None:
    """Somebody reads this part of a person's file; kept once the answer has been made."""
    g.setdefault("looked", []).append((subject_id, part))


def keep(response: Response) -> None:
    """Log a refusal, or that somebody looked at another's file, in a transaction after that of the answer.

    The answer stands whether or not that succeeds: the line of the request is in the process's log too.
    """
    if "token" not in g or request.url_rule is None:
        return
    try:
        if response.status_code in REFUSED:
            _keep_refusal(response)
        elif response.status_code < DONE:
            _keep_looks()
    except SQLAlchemyError as error:
        log.logger().error("audit log not written", reason=type(error).__name__)


def _keep_refusal(response: Response) -> None:
    code = json.loads(response.get_data())["code"] if response.mimetype == PROBLEM else "refused"
    running = current.door().running
    with db.transaction(running.engine) as session:
        trail.note_refusal(session, current.deed(), status=response.status_code, code=code)


def _keep_looks() -> None:
    actor, running = g.token.actor, current.door().running
    looked = list(g.get("looked", ()))
    if actor.seen_by:
        looked = [(actor.person_id, FilePart.VIEW_AS)]
    for subject_id, part in looked:
        look = Look(subject_id=subject_id, part=part, actor=actor, at=current.now())
        if not look.is_ones_own:
            trail.note_look(look, transaction=lambda *, write: db.transaction(running.engine, write=write))


# --- reading it --------------------------------------------------------------------------------------------


class AuditQuery(PageQuery):
    """Which entries: of a person who acted, about an object, of a period of days, only what was refused."""

    actor_id = ma.fields.UUID(load_default=None)
    object_id = ma.fields.UUID(load_default=None)
    since = ma.fields.Date(load_default=None)
    until = ma.fields.Date(load_default=None)
    refused = ma.fields.Boolean(load_default=None)

    @ma.post_load
    def _make(self, data: Mapping[str, Any], **_: object) -> Mapping[str, Any]:
        page = {name: data[name] for name in ("cursor", "limit")}
        return {**page, "wanted": Wanted(**{name: data[name] for name in data if name not in page})}


class AuditEntryOut(Out):
    """One entry of the audit log: a request that changed something, or that was refused."""

    id = ma.fields.UUID()
    at = ma.fields.AwareDateTime()
    school_id = ma.fields.UUID(allow_none=True)
    actor_id = ma.fields.UUID(allow_none=True)
    actor_name = ma.fields.String(allow_none=True)
    actor_kind = ma.fields.String(allow_none=True)
    actor_roles = ma.fields.Function(lambda row: row["actor_roles"].split())
    real_id = ma.fields.UUID(allow_none=True, metadata={"description": "Who looks with the actor's eyes"})
    real_name = ma.fields.String(allow_none=True)
    verb = ma.fields.String()
    method = ma.fields.String()
    route = ma.fields.String()
    path = ma.fields.String()
    address = ma.fields.String()
    trace = ma.fields.String(allow_none=True)
    status = ma.fields.Integer(allow_none=True, metadata={"description": "None where it was done"})
    code = ma.fields.String(allow_none=True)
    changes = ma.fields.Raw(metadata={"description": "The first rows that changed, before and after"})
    counts = ma.fields.Raw(metadata={"description": "By table and verb, how many rows"})


class LookOut(Out):
    """That somebody looked at a part of one's file on a day."""

    id = ma.fields.UUID()
    part = ma.fields.String()
    part_label = ma.fields.Function(lambda row: PARTS[row["part"]])
    viewer_id = ma.fields.UUID()
    viewer_name = ma.fields.String()
    viewer_kind = ma.fields.String()
    viewer_roles = ma.fields.Function(lambda row: row["viewer_roles"].split())
    at = ma.fields.AwareDateTime()


def hang_on(blueprint: Any) -> None:
    """Give a service's blueprint the routes by which its audit log is read."""

    @blueprint.route("/audit-entries")  # type: ignore[untyped-decorator]  # flask-smorest ships no types
    @blueprint.arguments(AuditQuery, location="query", as_kwargs=True)  # type: ignore[untyped-decorator]  # the same
    @blueprint.response(200, page_of(AuditEntryOut))  # type: ignore[untyped-decorator]  # the same
    def list_audit_entries(*, wanted: Wanted, cursor: UUID | None, limit: int) -> AuditPage:
        """Who changed what here, and was refused what; for the county's and a school's offices."""
        return trail.entries(
            current.session(), actor=current.actor(), wanted=wanted, cursor=cursor, limit=limit
        )

    @blueprint.route("/me/looks")  # type: ignore[untyped-decorator]  # the same
    @blueprint.arguments(PageQuery, location="query", as_kwargs=True)  # type: ignore[untyped-decorator]  # the same
    @blueprint.response(200, page_of(LookOut))  # type: ignore[untyped-decorator]  # the same
    def list_my_looks(*, cursor: UUID | None, limit: int) -> LookPage:
        """Who looked at one's own file here, by day."""
        me = current.actor().person_id
        return trail.looks_at(current.session(), subject_id=me, cursor=cursor, limit=limit)
