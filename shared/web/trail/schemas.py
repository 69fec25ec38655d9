"""What is asked of the audit log, and what it answers."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from shared.trail import Wanted
from shared.vocabulary import FilePart
from shared.web.schemas import Out, PageQuery, check_year

PARTS = {part.value: part.label for part in FilePart}


class AuditQuery(PageQuery):
    """Which entries: of a person who acted, about an object, of a period of days, only what was refused."""

    actor_id = ma.fields.UUID(load_default=None)
    object_id = ma.fields.UUID(load_default=None)
    since = ma.fields.Date(load_default=None, validate=check_year)
    until = ma.fields.Date(load_default=None, validate=check_year)
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
