"""Mentor pairings."""

from typing import Any

import marshmallow as ma

from services.directory.queries import PairingFilter
from shared import web


class StartPairingIn(web.In):
    """A mentor and an apprentice to pair."""

    mentor_id = ma.fields.UUID(required=True)
    apprentice_id = ma.fields.UUID(required=True)
    started_on = ma.fields.Date(required=True)

    @ma.validates_schema
    def _check_two_people(self, data: dict[str, Any], **_: object) -> None:
        if data["mentor_id"] == data["apprentice_id"]:
            raise ma.ValidationError("不能与自己结对", field_name="apprentice_id")


class EndPairingIn(web.In):
    """The first day on which a pairing no longer holds."""

    ended_on = ma.fields.Date(required=True)


class PairingOut(web.Out):
    """A pairing with both names."""

    pairing_id = ma.fields.UUID(attribute="id")
    school_id = ma.fields.UUID()
    mentor_id = ma.fields.UUID()
    mentor_name = ma.fields.String()
    apprentice_id = ma.fields.UUID()
    apprentice_name = ma.fields.String()
    started_on = ma.fields.Date(attribute="starts_on")
    ended_on = ma.fields.Date(attribute="ends_on", allow_none=True)


class PairingsQuery(web.PageQuery):
    """Which pairings are wanted: of a school, of a person in either part, that hold on a day."""

    school_id = ma.fields.UUID(load_default=None)
    teacher_id = ma.fields.UUID(load_default=None)
    on = ma.fields.Date(load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        wanted = {name: data.pop(name) for name in ("school_id", "teacher_id", "on")}
        return {**data, "wanted": PairingFilter(**wanted)}
