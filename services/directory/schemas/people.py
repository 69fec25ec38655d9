"""People of a school's register."""

from typing import Any

import marshmallow as ma

from services.directory.commands import Login, Newcomer
from services.directory.domain.access import check_password
from services.directory.domain.people import ACCOUNTS_PER_REQUEST_MAX, SCHOOL_ROLES, TEACHERS_PER_REQUEST_MAX
from services.directory.domain.periods import Period, check_period
from shared import web
from shared.values import Refused
from shared.vocabulary import AbsenceKind, MembershipKind, Role, Sex, TitleGrade

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


# --- a person's page ---

STAFF_NO = ma.validate.Regexp(r"[A-Za-z0-9-]{1,20}\Z", error="职工号应为1到20个字母、数字或横线")
NUMBERS_MAX = 100
NUMBERS = r"^[A-Za-z0-9-]{1,20}(,[A-Za-z0-9-]{1,20})*$"
YEAR = ma.validate.Range(min=1900, max=2100, error="年份不合理，请核对")
PHONE = ma.validate.Regexp(r"[0-9+ -]{5,20}\Z", error="电话应为5到20个数字")


class PeriodIn(web.In):
    """From a day on, until before another; without an end it lasts."""

    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None, allow_none=True)

    @staticmethod
    def period_of(data: dict[str, Any]) -> Period:
        """The days of a request, or a complaint when there is none."""
        try:
            return check_period(starts_on=data.pop("starts_on"), ends_on=data.pop("ends_on"))
        except Refused as refused:
            raise ma.ValidationError(refused.text, field_name="ends_on") from None


class AmendPersonIn(PeriodIn):
    """What a record is to be within a period; what is left out stays as it is."""

    name = web.text(most=64, required=False)
    sex = ma.fields.Enum(Sex, by_value=True)
    born_in = ma.fields.Integer(validate=YEAR, allow_none=True)
    serves_since = ma.fields.Integer(validate=YEAR, allow_none=True)
    title = ma.fields.Enum(TitleGrade, by_value=True)
    phone = ma.fields.String(validate=PHONE, allow_none=True)
    subject = web.text(most=32, required=False)
    second_subjects = web.text(most=64, required=False, allow_none=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        period = self.period_of(data)
        if not data:
            raise ma.ValidationError("请填写至少一项要修改的内容")
        return {"period": period, "changes": data}


class StaffNoIn(web.In):
    """A staff number; null takes it away."""

    staff_no = ma.fields.String(required=True, allow_none=True, validate=STAFF_NO)


class MembershipOut(web.Out):
    """Where somebody belongs or belonged."""

    school_id = ma.fields.UUID(attribute="fact.school_id")
    school = ma.fields.String()
    kind = ma.fields.Enum(MembershipKind, by_value=True, attribute="fact.kind")
    kind_label = ma.fields.String(attribute="fact.kind.label")
    subject = ma.fields.String(attribute="fact.subject")
    second_subjects = ma.fields.String(attribute="fact.second_subjects", allow_none=True)
    starts_on = ma.fields.Date(attribute="fact.starts_on")
    ends_on = ma.fields.Date(attribute="fact.ends_on", allow_none=True)


class PersonPostOut(web.Out):
    """A post that somebody holds."""

    role = ma.fields.Enum(Role, by_value=True, attribute="fact.role")
    role_label = ma.fields.String(attribute="fact.role.label")
    school_id = ma.fields.UUID(attribute="fact.school_id", allow_none=True)
    school = ma.fields.String(allow_none=True)
    starts_on = ma.fields.Date(attribute="fact.starts_on")
    ends_on = ma.fields.Date(attribute="fact.ends_on", allow_none=True)


class PersonAbsenceOut(web.Out):
    """Why somebody is or was not at work."""

    kind = ma.fields.Enum(AbsenceKind, by_value=True)
    kind_label = ma.fields.String(attribute="kind.label")
    document = ma.fields.String(allow_none=True)
    starts_on = ma.fields.Date()
    ends_on = ma.fields.Date(allow_none=True)


class ChangeOut(web.Out):
    """Something that was recorded, or withdrawn because something better was known."""

    at = ma.fields.AwareDateTime()
    is_withdrawn = ma.fields.Boolean()
    what = ma.fields.String()
    starts_on = ma.fields.Date()
    ends_on = ma.fields.Date(allow_none=True)


class MergedOut(web.Out):
    """An entry that was merged into this one."""

    merge_id = ma.fields.UUID(attribute="id")
    alias_id = ma.fields.UUID()
    merged_at = ma.fields.AwareDateTime()


class _Numbers(ma.fields.String):
    """Staff numbers in a query string, parted by commas; few enough for an address every server takes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        numbers = super()._deserialize(value, attr, data, **kwargs).split(",")
        if len(numbers) > NUMBERS_MAX:
            raise ma.ValidationError(f"一次最多{NUMBERS_MAX}个职工号")
        for number in numbers:
            STAFF_NO(number)
        return numbers


class StaffNumbersQuery(web.Query):
    """Whose numbers they are."""

    staff_numbers = _Numbers(
        required=True, metadata={"description": "Parted by commas, up to 100", "pattern": NUMBERS}
    )


class FoundPersonOut(web.Out):
    """Whose a staff number is."""

    staff_no = ma.fields.String()
    person_id = ma.fields.UUID()


class FoundPeopleOut(web.Out):
    """Whose the staff numbers are that were found."""

    items = ma.fields.List(ma.fields.Nested(FoundPersonOut))


class PersonPageOut(web.Out):
    """Who somebody is on a day, as it is or was known."""

    person_id = ma.fields.UUID()
    staff_no = ma.fields.String(allow_none=True)
    on = ma.fields.Date()
    name = ma.fields.String(attribute="record.name")
    sex = ma.fields.Enum(Sex, by_value=True, attribute="record.sex", allow_none=True)
    born_in = ma.fields.Integer(attribute="record.born_in", allow_none=True)
    serves_since = ma.fields.Integer(attribute="record.serves_since", allow_none=True)
    years_of_service = ma.fields.Integer(allow_none=True)
    title = ma.fields.Enum(TitleGrade, by_value=True, attribute="record.title", allow_none=True)
    title_label = ma.fields.String(attribute="record.title.label")
    subject = ma.fields.String(allow_none=True)
    second_subjects = ma.fields.String(allow_none=True)
    memberships = ma.fields.List(ma.fields.Nested(MembershipOut))
    posts = ma.fields.List(ma.fields.Nested(PersonPostOut))
    absences = ma.fields.List(ma.fields.Nested(PersonAbsenceOut))
    merged = ma.fields.List(ma.fields.Nested(MergedOut))
    history = ma.fields.List(ma.fields.Nested(ChangeOut))
    is_whole = ma.fields.Boolean()


class LikeOut(web.Out):
    """One of several entries that may be one person."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    staff_no = ma.fields.String(allow_none=True)
    born_in = ma.fields.Integer(allow_none=True)
    school_id = ma.fields.UUID()
    school = ma.fields.String()


class LikenessOut(web.Out):
    """Entries that may be one person, and why."""

    name = ma.fields.String()
    because = ma.fields.String()
    people = ma.fields.List(ma.fields.Nested(LikeOut))


class DuplicatesOut(web.Out):
    """Who may stand in the register twice."""

    likenesses = ma.fields.List(ma.fields.Nested(LikenessOut))


class MergeIn(web.In):
    """The entry that is used no more."""

    alias_id = ma.fields.UUID(required=True)


class MergeQuery(web.Query):
    """The same, to be looked at first."""

    alias_id = ma.fields.UUID(required=True)


class MergeOut(web.Out):
    """A merge."""

    merge_id = ma.fields.UUID()


class ConflictOut(web.Out):
    """Something in which two entries differ."""

    code = ma.fields.String()
    text = ma.fields.String()
    stops = ma.fields.Boolean()


class MergePreviewOut(web.Out):
    """In what two entries differ."""

    conflicts = ma.fields.List(ma.fields.Nested(ConflictOut))
