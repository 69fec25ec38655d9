"""People of a school's register."""

from typing import Any

import marshmallow as ma

from services.directory.commands import Login, Newcomer
from services.directory.domain.access import check_password
from services.directory.domain.people import ACCOUNTS_PER_REQUEST_MAX, SCHOOL_ROLES, TEACHERS_PER_REQUEST_MAX
from shared import web
from shared.values import Refused
from shared.vocabulary import Role

USERNAME = ma.validate.Regexp(
    r"[a-z0-9][a-z0-9._-]{2,31}\Z", error="用户名应为3到32个小写字母、数字、点、横线，以字母或数字开头"
)


class NewcomerIn(web.In):
    """Somebody to enter in a school's register, with an account or without."""

    name = web.text(most=64)
    subject = web.text(most=32)
    roles = ma.fields.List(
        ma.fields.Enum(
            Role, by_value=True, validate=ma.validate.OneOf(SCHOOL_ROLES, error="不是学校里的职务")
        ),
        load_default=[Role.TEACHER],
        validate=ma.validate.Length(min=1, max=len(SCHOOL_ROLES)),
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
                check_password(data["password"], username=data["username"], name=data["name"])
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
        validate=ma.validate.Length(min=1, max=TEACHERS_PER_REQUEST_MAX),
    )

    @ma.validates_schema
    def _check_logins(self, data: dict[str, Any], **_: object) -> None:
        """Each username once, and no more passwords than can be hashed while somebody waits."""
        usernames = [newcomer.login.username for newcomer in data["teachers"] if newcomer.login]
        if len(set(usernames)) < len(usernames):
            raise ma.ValidationError("同一用户名出现了两次", field_name="teachers")
        if len(usernames) > ACCOUNTS_PER_REQUEST_MAX:
            most = ACCOUNTS_PER_REQUEST_MAX
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
