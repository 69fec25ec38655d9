"""Schools."""

from typing import Any

import marshmallow as ma

from services.directory.commands import NewSchool
from services.directory.domain.periods import check_period
from shared import web
from shared.vocabulary import MembershipKind, SchoolCategory, SchoolStage

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


class RenameSchoolIn(web.In):
    """What a school is called, from a day on or for a period that was told wrongly."""

    name = web.text(most=64, least=2)
    short_name = web.text(most=32, required=False, allow_none=True)
    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return changes_within(data)


class MoveSchoolIn(web.In):
    """In which township a school lies, from a day on or for a period."""

    township = web.text(most=32)
    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return changes_within(data)


class AmendSchoolIn(web.In):
    """Of which stage and category a school is and which central school looks after it, for a period."""

    stage = ma.fields.Enum(SchoolStage, by_value=True)
    category = ma.fields.Enum(SchoolCategory, by_value=True)
    central_school_id = ma.fields.UUID(allow_none=True)
    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None)

    @ma.validates_schema
    def _check_something(self, data: dict[str, Any], **_: object) -> None:
        if not {"stage", "category", "central_school_id"} & data.keys():
            raise ma.ValidationError("请至少填写一项要更改的内容", field_name="stage")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return changes_within(data)


def changes_within(data: dict[str, Any]) -> dict[str, Any]:
    """The period apart from what shall hold in it."""
    period = check_period(starts_on=data.pop("starts_on"), ends_on=data.pop("ends_on"))
    return {"period": period, "changes": data}


class CloseSchoolIn(web.In):
    """The first day without the school."""

    closed_on = ma.fields.Date(required=True)


class ReopenSchoolIn(web.In):
    """The first day with it again."""

    reopened_on = ma.fields.Date(required=True)


class AliasIn(web.In):
    """Another name a school goes by."""

    alias = web.text(most=64, least=2)


class AliasOut(web.Out):
    """Another name a school goes by, and since when it is entered."""

    alias = ma.fields.String()
    entered_at = ma.fields.AwareDateTime()


class AliasesOut(web.Out):
    """All other names of a school."""

    items = ma.fields.List(ma.fields.Nested(AliasOut))


class FindQuery(web.Query):
    """What somebody calls a school."""

    text = web.text(most=64)
    on = ma.fields.Date(load_default=None, metadata={"description": "As of this day; today when left out."})


class FoundOut(web.Out):
    """A school that may be meant, and by what it was found."""

    school_id = ma.fields.UUID()
    name = ma.fields.String()
    way = ma.fields.String(
        metadata={"enum": ["code", "name", "former_name", "short_name", "alias"]},
    )
    text = ma.fields.String()


class FoundSchoolsOut(web.Out):
    """The schools that may be meant; more than one is for a person to choose from."""

    items = ma.fields.List(ma.fields.Nested(FoundOut))
    is_ambiguous = ma.fields.Boolean()


class OnQuery(web.Query):
    """From which day on something shall happen."""

    on = ma.fields.Date(required=True)


class AffectedPersonOut(web.Out):
    """Somebody who belongs to the school."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    kind = ma.fields.Enum(MembershipKind, by_value=True)
    subject = ma.fields.String()


class NamedSchoolOut(web.Out):
    """A school by its name."""

    school_id = ma.fields.UUID(attribute="id")
    name = ma.fields.String()


class AffectedOut(web.Out):
    """Who and what closing or merging a school would touch; of very many people the first are named."""

    members = ma.fields.List(ma.fields.Nested(AffectedPersonOut))
    member_count = ma.fields.Integer()
    post_count = ma.fields.Integer()
    group_count = ma.fields.Integer()
    pairing_count = ma.fields.Integer()
    liaison_count = ma.fields.Integer()
    transfer_count = ma.fields.Integer(metadata={"description": "Waiting for somebody's word."})
    looks_after = ma.fields.List(ma.fields.Nested(NamedSchoolOut))


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
    version = ma.fields.Integer(metadata={"description": "The number in the ETag."})
    code = ma.fields.String(allow_none=True)
    name = ma.fields.String()
    short_name = ma.fields.String(allow_none=True)
    stage = ma.fields.Enum(SchoolStage, by_value=True)
    category = ma.fields.Enum(SchoolCategory, by_value=True)
    district_id = ma.fields.UUID()
    township = ma.fields.String()
    central_school_id = ma.fields.UUID(allow_none=True)
    opened_on = ma.fields.Date()
    closed_on = ma.fields.Date(allow_none=True, metadata={"description": "The first day without it."})
