"""Groups, their members and leaders."""

from typing import Any

import marshmallow as ma

from services.directory.commands import NewGroup
from services.directory.domain.groups import MEMBERS_PER_REQUEST_MAX
from services.directory.domain.periods import check_period
from services.directory.queries import GroupFilter
from services.directory.schemas.schools import AsOfPageQuery, changes_within
from shared import web
from shared.vocabulary import GroupKind


class OpenGroupIn(web.In):
    """A group to open, in a school or over the small schools of a district."""

    kind = ma.fields.Enum(GroupKind, by_value=True, required=True)
    name = web.text(most=32, least=2)
    subject = web.text(most=32, required=False)
    school_id = ma.fields.UUID()
    district_id = ma.fields.UUID()
    within_id = ma.fields.UUID()
    opened_on = ma.fields.Date(required=True)

    @ma.validates_schema
    def _check_one_home(self, data: dict[str, Any], **_: object) -> None:
        if len({"school_id", "district_id"} & data.keys()) != 1:
            raise ma.ValidationError("请填写学校，或联片组所在的乡镇、学区，二者之一", field_name="school_id")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"group": NewGroup(**data)}


class RenameGroupIn(web.In):
    """What a group is called and which subject it has, from a day on or for a period."""

    name = web.text(most=32, least=2)
    subject = web.text(most=32, required=False, allow_none=True)
    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return changes_within(data)


class EndedIn(web.In):
    """The first day without."""

    ended_on = ma.fields.Date(required=True)


class MemberIn(web.In):
    """Somebody to let in, with a duty in a leading group."""

    person_id = ma.fields.UUID(required=True)
    duty = web.text(most=200, required=False, allow_none=True)


class LetInIn(web.In):
    """People to let in for a period, all of them or none."""

    members = ma.fields.List(
        ma.fields.Nested(MemberIn),
        required=True,
        validate=ma.validate.Length(min=1, max=MEMBERS_PER_REQUEST_MAX),
    )
    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {
            "period": check_period(starts_on=data["starts_on"], ends_on=data["ends_on"]),
            "duties": {one["person_id"]: one.get("duty") for one in data["members"]},
        }


class AppointLeaderIn(web.In):
    """Who leads a group for a period, instead of whoever did or beside them."""

    person_id = ma.fields.UUID(required=True)
    beside = ma.fields.Boolean(load_default=False)
    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        period = check_period(starts_on=data.pop("starts_on"), ends_on=data.pop("ends_on"))
        return {**data, "period": period}


class LeaderOut(web.Out):
    """Who leads a group."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()


class GroupOut(web.Out):
    """A group, as it is on a day."""

    group_id = ma.fields.UUID(attribute="id")
    version = ma.fields.Integer(metadata={"description": "The number in the ETag."})
    school_id = ma.fields.UUID(allow_none=True)
    district_id = ma.fields.UUID(allow_none=True)
    kind = ma.fields.Enum(GroupKind, by_value=True)
    name = ma.fields.String()
    subject = ma.fields.String(allow_none=True)
    within_id = ma.fields.UUID(allow_none=True)
    opened_on = ma.fields.Date()
    ended_on = ma.fields.Date(allow_none=True, metadata={"description": "The first day without it."})
    leaders = ma.fields.List(ma.fields.Nested(LeaderOut))
    member_count = ma.fields.Integer()


class GroupMemberOut(web.Out):
    """Somebody in a group."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    duty = ma.fields.String(allow_none=True)
    starts_on = ma.fields.Date()
    ends_on = ma.fields.Date(allow_none=True)


class GroupsQuery(AsOfPageQuery):
    """Which groups are wanted: of a school or a district, of a kind, with somebody in them."""

    school_id = ma.fields.UUID(load_default=None)
    district_id = ma.fields.UUID(load_default=None)
    kind = ma.fields.Enum(GroupKind, by_value=True, load_default=None)
    person_id = ma.fields.UUID(load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        names = ("school_id", "district_id", "kind", "person_id")
        wanted = GroupFilter(**{name: data.pop(name) for name in names})
        return {**data, "wanted": wanted}
