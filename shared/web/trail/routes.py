"""How the audit log is read: the same routes in every service."""

from typing import Any
from uuid import UUID

from shared import trail
from shared.trail import AuditPage, LookPage, Wanted
from shared.web import current
from shared.web.schemas import PageQuery, page_of
from shared.web.trail.schemas import AuditEntryOut, AuditQuery, LookOut


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
