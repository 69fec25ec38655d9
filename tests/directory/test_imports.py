"""Files for the register (PR22, BAD68, BAD69, BAD72): previewed, taken whole, undone to the last fact."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from services.directory import queries
from services.directory.domain.layouts import LAYOUTS, TEACHERS
from services.directory.models import ImportBatch
from shared import db, sheets
from shared.events.directory import SchoolChanged, TeacherChanged
from tests.directory.sending import UPLOAD, act, counts, said_of, send
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in

HERE = "青石镇中心小学"
STAFF = ("林老师", "陈老师", "吴老师", "赵校长")


def teacher(number: int, name: str, **more: object) -> dict[str, Any]:
    """A row of a roster."""
    return {"school": HERE, "staff_number": f"T{number:04}", "name": name, "subject": "语文", **more}


def everybody(door: Door) -> list[dict[str, Any]]:
    """A roster of the whole school as the register has it, with staff numbers for all."""
    names = said_in(door.as_(ZHAO).get(f"/schools/{SCHOOL}/teachers"))["items"]
    return [teacher(at, one["name"]) for at, one in enumerate(names, start=1)]


def register(door: Door, *, on: date | None = None) -> list[tuple[Any, ...]]:
    """Everything the register holds of the school's people on a day."""
    with db.transaction(door.engine, write=False) as session:
        found = queries.register_on(session, staff_nos=[], school_ids=[SCHOOL], on=on or date(2026, 10, 14))
        return sorted((str(one.person_id), one.staff_no, repr(dict(one.says))) for one in found)


def test_a_preview_shows_every_line_and_changes_nothing(door: Door) -> None:
    before = register(door)
    rows = [*everybody(door), teacher(9, "新老师", joined_on=date(2026, 9, 1))]

    answer = send(door, rows)

    assert counts(answer) == {"new": 1, "changed": len(rows) - 1}
    assert register(door) == before
    assert door.said() == []


def test_what_was_previewed_is_carried_out_and_said(door: Door) -> None:
    preview = send(door, [*everybody(door), teacher(9, "新老师", title="second")])

    applied = act(door, preview, "apply")

    assert said_in(applied)["state"] == "applied"
    names = {one["name"] for one in said_in(door.as_(ZHAO).get(f"/schools/{SCHOOL}/teachers"))["items"]}
    assert "新老师" in names
    assert {type(event) for event in door.said()} == {TeacherChanged}


def test_a_file_sent_again_changes_nothing_and_says_that_it_was_here(door: Door) -> None:
    rows = [*everybody(door), teacher(9, "新老师")]
    act(door, send(door, rows), "apply")

    again = send(door, rows)

    assert counts(again) == {"unchanged": len(rows)}
    assert said_of(again)["sent_before"]["state"] == "applied"


def test_a_whole_roster_that_leaves_too_many_out_changes_nothing(door: Door) -> None:
    rows = [*everybody(door), *(teacher(at, f"新老师{at}") for at in range(20, 30))]
    act(door, send(door, rows), "apply")
    before = register(door)

    answer = send(door, rows[: len(rows) * 6 // 10])

    assert code_of(answer) == (409, "too_many_missing")
    assert register(door) == before


def test_a_list_of_some_people_leaves_the_others_alone(door: Door) -> None:
    preview = send(door, [teacher(9, "新老师")], extent="part")

    act(door, preview, "apply")

    assert counts(preview)["new"] == 1
    assert len(register(door)) == len(STAFF) + 1


def test_undoing_restores_the_register_exactly(door: Door) -> None:
    before = register(door)
    rows = [{**one, "name": one["name"] + "改"} for one in everybody(door)]
    rows[0] |= {"title": "senior", "group": "语文教研组", "roles": ("teacher", "recorder")}
    act(door, send(door, everybody(door)), "apply")
    numbered = register(door)
    preview = send(door, [*rows, teacher(9, "新老师")])
    act(door, preview, "apply")
    assert register(door) != numbered

    undone = act(door, preview, "undo")

    assert said_in(undone)["state"] == "undone"
    assert register(door) == numbered
    assert [one[0] for one in before] == [one[0] for one in numbered]


def test_files_are_undone_in_the_order_from_the_last(door: Door) -> None:
    before = register(door)
    first = send(door, [{**one, "title": "first"} for one in everybody(door)])
    act(door, first, "apply")
    second = send(door, [{**one, "title": "senior"} for one in everybody(door)])
    act(door, second, "apply")

    refused = act(door, first, "undo")
    act(door, second, "undo")
    act(door, first, "undo")

    assert code_of(refused) == (409, "changed_since_import")
    assert register(door) == before


def test_a_file_undone_may_be_sent_anew(door: Door) -> None:
    rows = [*everybody(door), teacher(9, "新老师")]
    preview = send(door, rows)
    act(door, preview, "apply")
    act(door, preview, "undo")

    again = send(door, rows)
    act(door, again, "apply")

    assert counts(again)["new"] == 1
    assert len(register(door)) == len(rows)


def test_a_file_is_carried_out_once(door: Door) -> None:
    preview = send(door, everybody(door))
    act(door, preview, "apply")

    assert code_of(act(door, preview, "apply")) == (409, "import_already_applied")
    act(door, preview, "undo")
    assert code_of(act(door, preview, "undo")) == (409, "import_not_applied")


def test_a_register_that_changed_since_the_preview_is_looked_at_again(door: Door) -> None:
    preview = send(door, everybody(door))
    meanwhile = send(door, [teacher(1, "林老师", title="first")], extent="part")
    act(door, meanwhile, "apply")

    assert code_of(act(door, preview, "apply")) == (409, "preview_outdated")


def test_one_bad_row_keeps_the_whole_file_out_and_is_named(door: Door) -> None:
    rows = [*everybody(door), teacher(9, "新老师", school="没有的学校")]

    preview = send(door, rows)
    refused = act(door, preview, "apply")

    rejected = [one for one in said_of(preview)["lines"] if one["verdict"] == "rejected"]
    assert [(one["row"], one["troubles"][0]["code"]) for one in rejected] == [
        (len(rows) + 1, "school_unknown")
    ]
    assert code_of(refused) == (409, "rows_rejected")
    workbook = door.as_(ZHAO).get(f"/imports/{said_of(preview)['batch']['import_id']}/rejects")
    assert "没有的学校" in str(sheets.read(workbook.data, "退回.xlsx", TEACHERS).rows[0].texts)


def test_an_empty_cell_erases_nothing(door: Door) -> None:
    rows = [{**one, "title": "first", "phone": "000-1234-5678"} for one in everybody(door)]
    act(door, send(door, rows), "apply")

    assert counts(send(door, everybody(door))) == {"unchanged": len(rows)}


def test_last_october_is_as_it_was_after_a_roster_of_november(door: Door) -> None:
    act(door, send(door, everybody(door)), "apply")
    october = register(door, on=date(2026, 10, 20))
    rows = [{**one, "name": one["name"] + "改", "subject": "数学"} for one in everybody(door)]

    act(door, send(door, rows, effective_on="2026-11-01"), "apply")

    assert register(door, on=date(2026, 10, 20)) == october
    assert register(door, on=date(2026, 11, 1)) != october


def test_a_school_imports_no_colleague_of_another_school(door: Door) -> None:
    act(door, send(door, everybody(door)), "apply")
    stolen = {**teacher(1, "林老师"), "school": "县实验小学"}

    answer = send(door, [stolen], somebody=HU_PRINCIPAL, extent="part")

    line = said_of(answer)["lines"][0]
    assert (line["verdict"], line["troubles"][0]["code"]) == ("rejected", "belongs_elsewhere")


HU_PRINCIPAL = HU.__class__(person_id=HU.person_id, name=HU.name, school_id=HU.school_id, roles=ZHAO.roles)


def test_another_schools_file_is_not_there(door: Door) -> None:
    preview = send(door, everybody(door))

    for verb in ("apply", "undo"):
        assert code_of(act(door, preview, verb, somebody=HU_PRINCIPAL)) == (404, "not_found")
    path = f"/imports/{said_of(preview)['batch']['import_id']}"
    for page in (path, f"{path}/preview", f"{path}/rejects"):
        assert code_of(door.as_(HU_PRINCIPAL).get(page)) == (404, "not_found")


@pytest.mark.parametrize("somebody", [LIN, CHEN, WU])
def test_who_keeps_no_register_imports_none(door: Door, somebody: Any) -> None:
    assert code_of(send(door, [teacher(9, "新老师")], somebody=somebody)) == (403, "forbidden")


def test_a_school_cannot_raise_its_own_to_principal(door: Door) -> None:
    rows = [*everybody(door), teacher(9, "新老师", roles=("principal",))]

    line = next(one for one in said_of(send(door, rows))["lines"] if one["verdict"] == "rejected")

    assert line["troubles"][0]["code"] == "role_beyond"


def test_schools_are_opened_renamed_and_closed_from_a_file(door: Door) -> None:
    school = {
        "code": "S001",
        "name": "柳溪镇中心小学",
        "stage": "primary",
        "township": "柳溪镇",
        "opened_on": date(1990, 9, 1),
    }
    act(door, send(door, [school], somebody=QIAN, kind="schools"), "apply", somebody=QIAN)
    renamed = {**school, "name": "柳溪镇第一小学", "closed_on": date(2027, 7, 1)}

    preview = send(door, [renamed], somebody=QIAN, kind="schools")
    act(door, preview, "apply", somebody=QIAN)

    columns = {one["column"] for one in said_of(preview)["lines"][0]["differences"]}
    assert columns == {"学校名称", "撤并日期"}
    last = [event for event in door.said() if isinstance(event, SchoolChanged)][-1]
    assert (last.name, last.closed_on, last.version) == ("柳溪镇第一小学", date(2027, 7, 1), 2)


def test_a_school_imports_no_schools(door: Door) -> None:
    row = {"code": "S001", "name": "柳溪镇中心小学", "stage": "primary", "township": "柳溪镇"}

    assert code_of(send(door, [row], kind="schools")) == (403, "forbidden")


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "file_empty"),
        (b"%PDF-1.7", "a.pdf", "file_kind"),
    ],
)
def test_a_file_that_is_none_is_refused_and_not_kept(
    door: Door, content: bytes, name: str, code: str
) -> None:
    answer = door.client.post(
        f"/api/directory/v1/imports/teachers?{urlencode({'file_name': name})}",
        data=content,
        content_type=UPLOAD,
        headers={"Authorization": f"Bearer {door.as_(ZHAO).token()}", "Idempotency-Key": "k"},
    )

    assert answer.status_code in {400, 415, 422}, (answer.text, code)
    with db.transaction(door.engine, write=False) as session:
        assert session.scalars(select(ImportBatch)).all() == []


def test_a_template_reads_as_an_empty_roster(door: Door) -> None:
    for kind in LAYOUTS:
        answer = door.as_(ZHAO).get(f"/templates/{kind}")

        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]


def test_what_is_taken_out_comes_in_again_without_a_change(door: Door) -> None:
    rows = [
        {
            **one,
            "title": "first",
            "second_subjects": ("数学",),
            "group": "语文教研组",
            "phone": "000-1234-5678",
        }
        for one in everybody(door)
    ]
    act(door, send(door, rows), "apply")
    taken_out = door.as_(ZHAO).get("/exports/teachers")

    read = sheets.read(taken_out.data, "名册.xlsx", TEACHERS)
    again = send(door, [row.values for row in read.rows])

    assert counts(again) == {"unchanged": len(rows)}


def test_a_register_is_taken_out_by_those_who_keep_it(door: Door) -> None:
    assert code_of(door.as_(LIN).get("/exports/teachers")) == (403, "forbidden")
    assert code_of(door.as_(ZHAO).get("/exports/schools")) == (403, "forbidden")
    assert code_of(door.as_(ZHAO).get("/exports/liaisons")) == (403, "forbidden")
    assert code_of(door.as_(QIAN).get("/exports/visits")) == (404, "not_found")


def test_a_file_that_waited_when_somebody_was_erased_is_sent_again(door: Door) -> None:
    """PR25: it may name her."""
    waiting = send(door, everybody(door))
    retired = {"kind": "retired", "starts_on": "2026-10-01"}
    said_in(door.as_(ZHAO).post(f"/people/{LIN.person_id}/absences", retired))
    said_in(door.as_(QIAN).post(f"/people/{LIN.person_id}/erase"))

    assert code_of(act(door, waiting, "apply")) == (409, "import_given_up")
    assert counts(send(door, everybody(door)))
