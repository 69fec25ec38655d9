"""Absences."""

from typing import Any

import marshmallow as ma

from services.directory.commands import NewAbsence
from services.directory.domain.periods import check_period
from services.directory.schemas.schools import AsOfPageQuery
from shared import web
from shared.vocabulary import AbsenceKind


class AbsenceIn(web.In):
    """Why somebody is not at work, for which period, and by which document."""

    kind = ma.fields.Enum(AbsenceKind, by_value=True, required=True)
    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None)
    document = web.text(most=64, required=False, allow_none=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        period = check_period(starts_on=data["starts_on"], ends_on=data["ends_on"])
        return {"absence": NewAbsence(kind=data["kind"], period=period, document=data.get("document"))}


class ReturnIn(web.In):
    """The first day at work again; the first day of the absence takes it back whole."""

    returned_on = ma.fields.Date(required=True)


class AbsenceOut(web.Out):
    """An absence."""

    absence_id = ma.fields.UUID(attribute="id")
    person_id = ma.fields.UUID()
    kind = ma.fields.Enum(AbsenceKind, by_value=True)
    document = ma.fields.String(allow_none=True)
    starts_on = ma.fields.Date()
    ends_on = ma.fields.Date(allow_none=True)


class NamedAbsenceOut(AbsenceOut):
    """An absence, with who is absent and from which school."""

    name = ma.fields.String()
    school_id = ma.fields.UUID()


class AbsencesOut(web.Out):
    """All absences of a person."""

    items = ma.fields.List(ma.fields.Nested(AbsenceOut))


class AbsenceEnteredOut(web.Out):
    """Under which id it is known."""

    absence_id = ma.fields.UUID()


class AbsencesQuery(AsOfPageQuery):
    """Whose absences are wanted."""

    school_id = ma.fields.UUID(load_default=None)
