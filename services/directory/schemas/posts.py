"""Posts and liaisons."""

from typing import Any

import marshmallow as ma

from services.directory.commands import NewPost
from services.directory.domain.periods import check_period
from services.directory.domain.posts import POSTS_PER_REQUEST_MAX
from services.directory.queries import PostFilter
from services.directory.schemas.schools import AsOfPageQuery, AsOfQuery
from shared import web
from shared.vocabulary import Role


class PostIn(web.In):
    """A post to give: in a school, in a district, or in the county when neither is named."""

    person_id = ma.fields.UUID(required=True)
    role = ma.fields.Enum(Role, by_value=True, required=True)
    school_id = ma.fields.UUID()
    district_id = ma.fields.UUID()
    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None)

    @ma.validates_schema
    def _check_one_place(self, data: dict[str, Any], **_: object) -> None:
        if {"school_id", "district_id"} <= data.keys():
            raise ma.ValidationError("学校和乡镇（学区）只能填写一项", field_name="district_id")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> NewPost:
        period = check_period(starts_on=data.pop("starts_on"), ends_on=data.pop("ends_on"))
        return NewPost(**data, period=period)


class GivePostsIn(web.In):
    """Posts to give together: all of them or none."""

    posts = ma.fields.List(
        ma.fields.Nested(PostIn),
        required=True,
        validate=ma.validate.Length(min=1, max=POSTS_PER_REQUEST_MAX),
    )


class PostOut(web.Out):
    """A post somebody holds."""

    post_id = ma.fields.UUID(attribute="id")
    person_id = ma.fields.UUID()
    name = ma.fields.String()
    role = ma.fields.Enum(Role, by_value=True)
    school_id = ma.fields.UUID(allow_none=True)
    district_id = ma.fields.UUID(allow_none=True)
    group_id = ma.fields.UUID(allow_none=True)
    starts_on = ma.fields.Date()
    ends_on = ma.fields.Date(allow_none=True)


class PostsOut(web.Out):
    """Posts without pages."""

    items = ma.fields.List(ma.fields.Nested(PostOut))


class PostsQuery(AsOfPageQuery):
    """Which posts are wanted: in a school or a district, of a person, of a role."""

    school_id = ma.fields.UUID(load_default=None)
    district_id = ma.fields.UUID(load_default=None)
    person_id = ma.fields.UUID(load_default=None)
    role = ma.fields.Enum(Role, by_value=True, load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        names = ("school_id", "district_id", "person_id", "role")
        wanted = PostFilter(**{name: data.pop(name) for name in names})
        return {**data, "wanted": wanted}


class WhoCouldQuery(AsOfQuery):
    """Which role is asked about."""

    role = ma.fields.Enum(Role, by_value=True, required=True)


class LinkTrainerIn(web.In):
    """Which trainer looks after which school, and for how long."""

    person_id = ma.fields.UUID(required=True)
    school_id = ma.fields.UUID(required=True)
    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        period = check_period(starts_on=data.pop("starts_on"), ends_on=data.pop("ends_on"))
        return {**data, "period": period}


class UnlinkTrainerIn(web.In):
    """Which trainer looks after which school no longer."""

    person_id = ma.fields.UUID(required=True)
    school_id = ma.fields.UUID(required=True)
    ended_on = ma.fields.Date(required=True)


class LiaisonOut(web.Out):
    """That a trainer looks after a school."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    school_id = ma.fields.UUID()
    starts_on = ma.fields.Date()
    ends_on = ma.fields.Date(allow_none=True)


class LiaisonsQuery(AsOfPageQuery):
    """Which liaisons are wanted: of a school, of a trainer."""

    school_id = ma.fields.UUID(load_default=None)
    person_id = ma.fields.UUID(load_default=None)
