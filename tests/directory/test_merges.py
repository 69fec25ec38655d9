"""Merges: two entries of the register are one person, until the county says that they are not."""

from uuid import UUID

from shared.events.directory import PersonMerged, PersonUnmerged
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, ZHAO, Door, code_of, said_in

MERGES = f"/people/{CHEN.person_id}/merges"


def twin(door: Door, name: str = "陈老师") -> str:
    """Somebody of Chen's name, entered again; her id."""
    body = {"teachers": [{"name": name, "subject": "语文", "joined_on": "2026-09-01"}]}
    answer = said_in(door.as_(ZHAO).post(f"/schools/{SCHOOL}/teachers", body))
    return str(answer["teachers"][0]["person_id"])


def merged(door: Door, alias_id: str) -> str:
    """The id of the merge."""
    return str(said_in(door.as_(QIAN).post(MERGES, {"alias_id": alias_id}))["merge_id"])


def test_possible_duplicates_are_listed(door: Door) -> None:
    alias = twin(door)
    twin(door, name="孙老师")

    (alike,) = said_in(door.as_(ZHAO).get("/duplicates"))["likenesses"]

    assert (alike["name"], alike["because"]) == ("陈老师", "同一学校")
    assert {one["person_id"] for one in alike["people"]} == {alias, str(CHEN.person_id)}
    assert said_in(door.as_(HU).get("/duplicates"))["likenesses"] == []


def test_an_alias_answers_with_the_entry_that_is_kept(door: Door) -> None:
    alias = twin(door)

    merge_id = merged(door, alias)

    page = said_in(door.as_(ZHAO).get(f"/people/{alias}"))
    assert (page["person_id"], page["merged"][0]["merge_id"]) == (str(CHEN.person_id), merge_id)
    listed = said_in(door.as_(ZHAO).get(f"/schools/{SCHOOL}/teachers"))["items"]
    assert alias not in {one["person_id"] for one in listed}
    assert said_in(door.as_(ZHAO).get("/duplicates"))["likenesses"] == []


def test_undone_both_stand_by_themselves_exactly_as_before(door: Door) -> None:
    alias = twin(door)
    tables = ("person_records", "memberships", "posts", "people")
    before = [door.rows(table) for table in tables]

    merge_id = merged(door, alias)
    for _ in range(2):
        assert door.as_(QIAN).post(f"/merges/{merge_id}/undo").status_code == 204

    assert [door.rows(table) for table in tables] == before
    assert said_in(door.as_(ZHAO).get(f"/people/{alias}"))["person_id"] == alias
    said = [event for event in door.said() if isinstance(event, PersonMerged | PersonUnmerged)]
    assert [type(event) for event in said] == [PersonMerged, PersonUnmerged]
    assert {event.merge_id for event in said} == {UUID(merge_id)}


def test_only_the_county_merges(door: Door) -> None:
    alias = twin(door)

    assert code_of(door.as_(ZHAO).post(MERGES, {"alias_id": alias})) == (403, "forbidden")
    assert code_of(door.as_(ZHAO).get(f"/people/{CHEN.person_id}/merge-preview?alias_id={alias}"))[0] == 403
    assert code_of(door.as_(QIAN).post(MERGES, {"alias_id": str(UUID(int=0xFF))})) == (404, "not_found")
    assert code_of(door.as_(QIAN).post(MERGES, {"alias_id": str(CHEN.person_id)})) == (
        409,
        "merge_with_oneself",
    )


def test_a_preview_lists_in_what_they_differ(door: Door) -> None:
    preview = f"/people/{CHEN.person_id}/merge-preview?alias_id={HU.person_id}"

    found = {one["code"]: one["stops"] for one in said_in(door.as_(QIAN).get(preview))["conflicts"]}

    assert found == {"two_homes": False, "records_differ": False}


def test_the_entry_with_the_account_is_kept(door: Door) -> None:
    answer = door.as_(QIAN).post(MERGES, {"alias_id": str(LIN.person_id)})

    assert code_of(answer) == (409, "merge_account")


def test_merges_do_not_chain(door: Door) -> None:
    first, second = twin(door), twin(door)
    merged(door, first)

    chained = door.as_(QIAN).post(f"/people/{first}/merges", {"alias_id": second})
    again = door.as_(QIAN).post(f"/people/{second}/merges", {"alias_id": str(CHEN.person_id)})

    assert code_of(chained) == code_of(again) == (409, "merge_chain")
