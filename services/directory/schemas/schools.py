"""Schools."""

from typing import Any

import marshmallow as ma

from services.directory.commands import NewSchool
from shared import web
from shared.vocabulary import SchoolCategory, SchoolStage

CODE = ma.validate.Regexp(r"[A-Za-z0-9-]{1,20}\Z", error="学校代码应为1到20个字母、数字或横线")


class OpenSchoolIn(web.In):
    """A school to open."""

    name = web.text(most=64, least=2)
    short_name = web.text(most=32, required=False)
    code = ma.fields.String(validate=CODE)
    stage = ma.fields.Enum(SchoolStage, by_value=True, required=True)
    category = ma.fields.Enum(SchoolCategory, by_value=True)
    township = web.text(most=32)
    opened_on = ma.fields.Date(required=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"school": NewSchool(**data)}


class AsOfQuery(web.Query):
    """Of which day the answer shall be, and what was known when."""

    on = ma.fields.Date(load_default=None, metadata={"description": "The day; today when left out."})
    known_at = ma.fields.AwareDateTime(
        load_default=None, metadata={"description": "As it was known at this moment; now when left out."}
    )


class AsOfPageQuery(web.PageQuery, AsOfQuery):
    """A page of a list, of a day."""


class SchoolOut(web.Out):
    """A school, as it is on a day."""

    school_id = ma.fields.UUID(attribute="id")
    code = ma.fields.String(allow_none=True)
    name = ma.fields.String()
    short_name = ma.fields.String(allow_none=True)
    stage = ma.fields.Enum(SchoolStage, by_value=True)
    category = ma.fields.Enum(SchoolCategory, by_value=True)
    township = ma.fields.String()
    central_school_id = ma.fields.UUID(allow_none=True)
    opened_on = ma.fields.Date()
    closed_on = ma.fields.Date(allow_none=True, metadata={"description": "The first day without it."})
