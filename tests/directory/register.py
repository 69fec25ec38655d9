"""The registers in which the cast stands: two schools, their people with posts and accounts, the county."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID, uuid5

from sqlalchemy import Engine, insert

from services.directory.commands.passwords import hashed
from services.directory.domain.names import name_key
from services.directory.domain.people import FIRST_DAY
from services.directory.models import (
    Account,
    District,
    DistrictRecord,
    Membership,
    Person,
    PersonRecord,
    Post,
    School,
    SchoolRecord,
)
from shared import db
from shared.auth import Actor
from shared.vocabulary import DistrictKind, MembershipKind, SchoolCategory, SchoolStage
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, WU, ZHAO

NOW = datetime(2026, 10, 14, 6, 0, tzinfo=UTC)
TODAY = date(2026, 10, 14)
SINCE = date(2020, 9, 1)
PASSWORD = "Qingshi-lake-42"

SCHOOLS = {SCHOOL: "青石镇中心小学", OTHER_SCHOOL: "县实验小学"}
TOWN = UUID(int=0x7)
ENTERED = {"entered_at": NOW}
USERNAMES = {LIN: "lin", ZHAO: "zhao", QIAN: "qian"}
"""Who has an account."""


def enter_everybody(engine: Engine, *others: Actor) -> None:
    """Write schools, people, posts and accounts as they stood before the test began."""
    password_hash = _password_hash()
    with db.transaction(engine) as session:
        session.execute(
            insert(District), [{"id": TOWN, "kind": DistrictKind.TOWN, **_called("青石镇"), **ENTERED}]
        )
        called = {"id": uuid5(TOWN, "record"), "district_id": TOWN, "name": "青石镇", "recorded_at": NOW}
        session.execute(insert(DistrictRecord), [{**called, "starts_on": FIRST_DAY}])
        session.execute(insert(School), [{"id": key, "version": 0, **ENTERED} for key in SCHOOLS])
        session.execute(insert(SchoolRecord), [_school(key, name) for key, name in SCHOOLS.items()])
        everybody = (LIN, CHEN, WU, ZHAO, HU, QIAN, *others)
        session.execute(insert(Person), [{"id": one.person_id, "version": 0, **ENTERED} for one in everybody])
        session.execute(insert(PersonRecord), [_person(one) for one in everybody])
        session.execute(insert(Membership), list(_memberships(everybody)))
        session.execute(insert(Post), list(_posts(everybody)))
        accounts = [
            {"person_id": one.person_id, "username": username, "password_hash": password_hash}
            for one, username in (
                USERNAMES | {other: f"someone{at}" for at, other in enumerate(others)}
            ).items()
        ]
        session.execute(insert(Account), accounts)


@cache
def _password_hash() -> str:
    """Slow on purpose, so made once."""
    return hashed(PASSWORD)


def _called(name: str) -> dict[str, object]:
    return {"name": name, "name_key": name_key(name)}


def _school(school_id: UUID, name: str) -> dict[str, object]:
    return {
        "id": uuid5(school_id, "record"),
        "school_id": school_id,
        **_called(name),
        "stage": SchoolStage.PRIMARY,
        "category": SchoolCategory.OTHER,
        "district_id": TOWN,
        "starts_on": date(1998, 9, 1),
        "recorded_at": NOW,
    }


def _person(one: Actor) -> dict[str, object]:
    return {
        "id": uuid5(one.person_id, "record"),
        "person_id": one.person_id,
        **_called(one.name),
        "starts_on": SINCE,
        "recorded_at": NOW,
    }


def _memberships(everybody: Iterable[Actor]) -> Iterable[dict[str, object]]:
    for one in everybody:
        if one.school_id is not None:
            yield {
                "id": uuid5(one.person_id, "membership"),
                "person_id": one.person_id,
                "school_id": one.school_id,
                "kind": MembershipKind.HOME,
                "subject": "语文",
                "starts_on": SINCE,
                "recorded_at": NOW,
            }


def _posts(everybody: Iterable[Actor]) -> Iterable[dict[str, object]]:
    for one in everybody:
        for role in one.roles:
            yield {
                "id": uuid5(one.person_id, role),
                "person_id": one.person_id,
                "school_id": one.school_id,
                "role": role,
                "starts_on": SINCE,
                "recorded_at": NOW,
            }
