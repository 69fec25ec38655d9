"""What the directory's door takes and gives."""

from typing import Any

import marshmallow as ma

from services.directory import domain
from services.directory.commands import Login, Newcomer
from services.directory.queries import PairingFilter
from shared import web
from shared.values import Refused
from shared.vocabulary import Role, SchoolStage

USERNAME = ma.validate.Regexp(
    r"[a-z0-9][a-z0-9._-]{2,31}\Z", error="用户名应为3到32个小写字母、数字、点、横线，以字母或数字开头"
)


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


class NewcomerIn(web.In):
    """Somebody to enter in a school's register, with an account or without."""

    name = web.text(most=64)
    subject = web.text(most=32)
    roles = ma.fields.List(
        ma.fields.Enum(
            Role, by_value=True, validate=ma.validate.OneOf(domain.SCHOOL_ROLES, error="不是学校里的职务")
        ),
        load_default=[Role.TEACHER],
        validate=ma.validate.Length(min=1, max=len(domain.SCHOOL_ROLES)),
    )
    joined_on = ma.fields.Date(required=True)
    username = ma.fields.String(validate=USERNAME)
    password = ma.fields.String(load_only=True)

    @ma.validates_schema
    def _check_login(self, data: dict[str, Any], **_: object) -> None:
        """Both or neither, and no password a colleague would guess."""
        given = {"username", "password"} & data.keys()
        if len(given) == 1:
            missing = {"username": "password", "password": "username"}[given.pop()]
            raise ma.ValidationError("用户名和初始密码要一起填写", field_name=missing)
        if given:
            try:
                domain.check_password(data["password"], username=data["username"], name=data["name"])
            except Refused as refused:
                raise ma.ValidationError(refused.text, field_name="password") from None

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> Newcomer:
        username, password = data.pop("username", None), data.pop("password", None)
        login = Login(username=username, password=password) if username and password else None
        roles = frozenset(data.pop("roles")) | {Role.TEACHER}
        return Newcomer(**data, roles=roles, login=login)


class AddTeachersIn(web.In):
    """People to enter in a school's register together: all of them or none."""

    teachers = ma.fields.List(
        ma.fields.Nested(NewcomerIn),
        required=True,
        validate=ma.validate.Length(min=1, max=domain.TEACHERS_PER_REQUEST_MAX),
    )

    @ma.validates_schema
    def _check_logins(self, data: dict[str, Any], **_: object) -> None:
        """Each username once, and no more passwords than can be hashed while somebody waits."""
        usernames = [newcomer.login.username for newcomer in data["teachers"] if newcomer.login]
        if len(set(usernames)) < len(usernames):
            raise ma.ValidationError("同一用户名出现了两次", field_name="teachers")
        if len(usernames) > domain.ACCOUNTS_PER_REQUEST_MAX:
            most = domain.ACCOUNTS_PER_REQUEST_MAX
            raise ma.ValidationError(f"一次最多为{most}人开通账号", field_name="teachers")


class TeacherOut(web.Out):
    """A member of a school."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    subject = ma.fields.String()
    joined_on = ma.fields.Date()
    roles = ma.fields.List(ma.fields.Enum(Role, by_value=True))


class AddedTeachersOut(web.Out):
    """Whom a request has entered."""

    teachers = ma.fields.List(ma.fields.Nested(TeacherOut))


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


class SignInIn(web.In):
    """A username and its password."""

    username = web.text(most=32)
    password = ma.fields.String(
        required=True, load_only=True, validate=ma.validate.Length(min=1, max=domain.PASSWORD_CHARACTERS_MAX)
    )


class PersonOut(web.Out):
    """Who somebody is: None as school is the county office."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    school_id = ma.fields.UUID(allow_none=True)
    roles = ma.fields.Function(
        lambda actor: sorted(actor.roles),
        metadata={"type": "array", "items": {"type": "string", "enum": [role.value for role in Role]}},
    )


class SignedInOut(web.Out):
    """A bearer token, when it ends, and whom it stands for."""

    token = ma.fields.String()
    expires_at = ma.fields.AwareDateTime()
    person = ma.fields.Nested(PersonOut)


class KeyOut(web.Out):
    """The public half of a key; whatever else there might be of it never leaves."""

    kty = ma.fields.String()
    crv = ma.fields.String()
    x = ma.fields.String()
    kid = ma.fields.String()
    use = ma.fields.String()
    alg = ma.fields.String()


class KeysOut(web.Out):
    """A JWK Set."""

    keys = ma.fields.List(ma.fields.Nested(KeyOut))
