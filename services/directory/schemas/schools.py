"""Schools."""

import marshmallow as ma

from shared import web
from shared.vocabulary import SchoolStage


class OpenSchoolIn(web.In):
    """A school to open."""

    name = web.text(most=64, least=2)
    stage = ma.fields.Enum(SchoolStage, by_value=True, required=True)
    township = web.text(most=32)
    opened_on = ma.fields.Date(required=True)


class SchoolOut(web.Out):
    """A school."""

    school_id = ma.fields.UUID(attribute="id")
    name = ma.fields.String()
    stage = ma.fields.Enum(SchoolStage, by_value=True)
    township = ma.fields.String()
    opened_on = ma.fields.Date()
