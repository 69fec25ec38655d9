"""The door of notify: one's own inbox."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.notify import commands, queries, schemas
from shared import web

blueprint = web.Blueprint("notify", description="Notices: one's own inbox")


@blueprint.route("/inbox")
@blueprint.arguments(web.PageQuery, location="query")
@blueprint.response(200, schemas.InboxOut)
def inbox(page: Mapping[str, Any]) -> queries.Inbox:
    """One's own notices, newest first."""
    return queries.inbox(web.session(), actor=web.actor(), before=page["cursor"], most=page["limit"])


@blueprint.route("/notices/<uuid:notice_id>/read", methods=["POST"], keyless=True)
@blueprint.response(200, schemas.NoticeOut)
def read_notice(notice_id: UUID) -> queries.Message:
    """Mark one of one's own as read."""
    return commands.read_notice(web.session(), actor=web.actor(), notice_id=notice_id, now=web.now())


@blueprint.route("/inbox/read-all", methods=["POST"], keyless=True)
@blueprint.response(200, schemas.ReadOut)
def read_all() -> dict[str, int]:
    """Mark all of one's own as read."""
    return {"read": commands.read_all(web.session(), actor=web.actor(), now=web.now())}
