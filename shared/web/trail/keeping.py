"""What the host of a door keeps after the answer: a refusal, and that somebody looked at a file."""

import json
from uuid import UUID

from flask import Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from shared import db, log, trail
from shared.trail import Look
from shared.vocabulary import FilePart
from shared.web import current
from shared.web.problems import PROBLEM

REFUSED = {401, 403, 404, 409, 412}
DONE = 300


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
