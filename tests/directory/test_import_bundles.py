"""OneRoster bundles at the door: what is wrong with one is named, what it has no word for stays."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from services.directory.commands.imports.oneroster import REJECTED_OF_BUNDLE, write_bundle
from services.directory.models import Person, School
from shared import db, sheets
from tests.directory.sending import UPLOAD, act, counts, said_of
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in

HERE: dict[str, Any] = {
    "code": "S05001",
    "name": "青石镇中心小学",
    "stage": "primary",
    "category": "other",
    "township": "青石镇",
}
NUMBERS = {"T1": LIN, "T2": CHEN, "T3": WU, "T4": ZHAO}


@pytest.fixture
def coded(door: Door) -> Door:
    """The cast with codes and staff numbers."""
    with db.transaction(door.engine) as session:
        for code, school_id in (("S05001", SCHOOL), ("S01001", OTHER_SCHOOL)):
            session.execute(update(School).where(School.id == school_id).values(code=code))
        for number, member in {**NUMBERS, "T5": HU}.items():
            session.execute(update(Person).where(Person.id == member.person_id).values(staff_no=number))
    return door


def send(door: Door, bundle: bytes, *, somebody: Any = QIAN, extent: str = "part") -> TestResponse:
    """Upload a bundle."""
    query = urlencode({"file_name": "名册.zip", "extent": extent})
    return door.client.post(
        f"/api/directory/v1/imports/oneroster?{query}",
        data=bundle,
        content_type=UPLOAD,
        headers={"Authorization": f"Bearer {door.as_(somebody).token()}", "Idempotency-Key": str(uuid4())},
    )


def teacher(**more: Any) -> dict[str, Any]:
    """Somebody of the school, as another system knows her."""
    return {"school": "S05001", "staff_number": "T9", "name": "新老师", "subject": "数学", **more}


def test_a_bundle_is_looked_at_carried_out_and_undone(coded: Door) -> None:
    there = {"code": "S09001", "name": "龙泉镇中心小学", "stage": "primary", "township": "龙泉镇"}
    preview = send(
        coded, write_bundle([HERE, there], [teacher(), teacher(school="S09001", staff_number="T8")])
    )
    assert counts(preview) == {"new": 3, "unchanged": 1}
    assert len(said_in(coded.as_(QIAN).get("/schools"))["items"]) == 2

    said_in(act(coded, preview, "apply", somebody=QIAN))
    assert len(said_in(coded.as_(QIAN).get("/schools"))["items"]) == 3
    said_in(act(coded, preview, "undo", somebody=QIAN))

    assert len(said_in(coded.as_(QIAN).get("/schools"))["items"]) == 2


def test_a_post_for_which_oneroster_has_no_word_stays(coded: Door) -> None:
    wu = teacher(staff_number="T3", name="吴老师", subject="数学", roles=("teacher",))
    preview = send(coded, write_bundle([HERE], [wu]))
    assert [one["column"] for one in said_of(preview)["lines"][0]["differences"]] == ["任教学科"]

    act(coded, preview, "apply", somebody=QIAN)

    people = said_in(coded.as_(QIAN).get(f"/schools/{SCHOOL}/teachers"))["items"]
    (roles,) = [one["roles"] for one in people if one["name"] == "吴老师"]
    assert set(roles) == {"teacher", "group_leader"}


@pytest.mark.parametrize(
    ("schools", "teachers", "code"),
    [
        ([HERE], [teacher(subject=None)], "value_missing"),
        ([HERE], [teacher(staff_number="T 9/9")], "not_a_staff_number"),
        ([HERE], [teacher(title="master")], "not_a_choice"),
        ([{**HERE, "code": "S09001", "name": "新小学", "stage": None}, HERE], [teacher()], "value_missing"),
        ([{**HERE, "code": "S09001"}, HERE], [teacher()], "school_name_taken"),
        ([HERE], [teacher(), teacher(school="S09001", staff_number="T8")], "id_unknown"),
    ],
)
def test_what_is_wrong_with_a_bundle_is_named_row_by_row(
    coded: Door, schools: list[Any], teachers: list[Any], code: str
) -> None:
    preview = send(coded, write_bundle(schools, teachers))

    lines = [one for one in said_of(preview)["lines"] if one["verdict"] == "rejected"]
    assert {trouble["code"] for line in lines for trouble in line["troubles"]} == {code}
    assert code_of(act(coded, preview, "apply", somebody=QIAN)) == (409, "rows_rejected")
    path = f"/imports/{said_of(preview)['batch']['import_id']}/rejects"
    rejects = sheets.read(coded.as_(QIAN).get(path).data, "退回.xlsx", REJECTED_OF_BUNDLE)
    assert len(rejects.rows) == len(lines)


def test_what_is_no_bundle_is_refused(coded: Door) -> None:
    assert code_of(send(coded, b"PK\x03\x04"))[0] in {400, 415, 422}


def test_a_school_brings_in_none_and_takes_out_its_own(coded: Door) -> None:
    assert code_of(send(coded, write_bundle([HERE], [teacher()]), somebody=ZHAO)) == (403, "forbidden")
    assert code_of(coded.as_(LIN).get("/exports/oneroster")) == (403, "forbidden")

    own = coded.as_(HU).get("/exports/oneroster")

    (line,) = said_of(send(coded, own.data))["lines"] or [None]
    assert line is None


def test_a_register_without_codes_or_numbers_is_no_bundle(door: Door) -> None:
    assert code_of(door.as_(ZHAO).get("/exports/oneroster")) == (409, "school_without_code")
    with db.transaction(door.engine) as session:
        session.execute(update(School).where(School.id == SCHOOL).values(code="S05001"))
    assert code_of(door.as_(ZHAO).get("/exports/oneroster")) == (409, "teacher_without_number")
