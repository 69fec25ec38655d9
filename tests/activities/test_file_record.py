"""The record of a held session is filed, once."""

import pytest

from shared.auth import Actor
from tests.activities.facts import NOBODY, RECORD, announced, held, recorded
from tests.signed_in import CHEN, HU, QIAN, WU, Door, code_of, said_in, wrong_fields


def test_a_leader_files_the_record_of_a_held_session(door: Door) -> None:
    record = said_in(door.as_(WU).post(f"{held(door)}/record", RECORD))["record"]

    assert {name: record[name] for name in RECORD} == RECORD
    assert record["filed_by"] == str(WU.person_id)


def test_a_record_keeps_its_lines_and_may_lack_a_result(door: Door) -> None:
    body = {"content": "  一、听课\n二、评课，各抒己见\n  "}

    record = said_in(door.as_(WU).post(f"{held(door)}/record", body))["record"]

    assert (record["content"], record["result"]) == ("一、听课\n二、评课，各抒己见", None)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("一、听课十个字以上\r\n二、评课", "一、听课十个字以上\n二、评课"),
        ("一、听课十个字以上\r二、评课", "一、听课十个字以上\n二、评课"),
        ("\ufeff一、听课十个字以上\u200b，评课", "一、听课十个字以上，评课"),
        ("一、听课，e\u0301tude十个字", "一、听课，étude十个字"),
    ],
)
def test_a_record_from_a_form_or_a_word_processor_is_not_refused(door: Door, written: str, kept: str) -> None:
    body = {"content": written, "result": written}

    record = said_in(door.as_(WU).post(f"{held(door)}/record", body))["record"]

    assert (record["content"], record["result"]) == (kept, kept)


def test_nobody_files_without_signing_in(door: Door) -> None:
    assert code_of(door.anonymous().post(f"{held(door)}/record", RECORD)) == (401, "not_signed_in")


@pytest.mark.parametrize("person", [CHEN, QIAN], ids=lambda person: person.name)
def test_a_plain_teacher_and_the_county_office_may_not_file(door: Door, person: Actor) -> None:
    assert code_of(door.as_(person).post(f"{held(door)}/record", RECORD)) == (403, "forbidden")


def test_another_schools_leader_finds_nothing(door: Door) -> None:
    assert code_of(door.as_(HU).post(f"{held(door)}/record", RECORD)) == (404, "not_found")


def test_an_unknown_session_is_not_found(door: Door) -> None:
    assert code_of(door.as_(WU).post(f"/sessions/{NOBODY}/record", RECORD)) == (404, "not_found")


def test_every_wrong_field_is_named_at_once(door: Door) -> None:
    body = {"content": "太短", "result": "甲" * 5001, "filed_by": "me"}

    assert wrong_fields(door.as_(WU).post(f"{held(door)}/record", body)) == {
        "content": "wrong_length",
        "result": "wrong_length",
        "filed_by": "unknown_field",
    }


@pytest.mark.parametrize(
    "content",
    [
        "甲" * 9,
        "甲" * 5001,
        " " * 20,
        "一二三四五六七八九十\u0000",
        "一二三四五六七八九十\u202e",
        None,
        12345678901,
    ],
)
def test_a_content_is_ten_to_five_thousand_visible_characters(door: Door, content: object) -> None:
    answer = door.as_(WU).post(f"{held(door)}/record", {"content": content})

    assert set(wrong_fields(answer)) == {"content"}


def test_a_session_that_was_not_held_has_no_record(door: Door) -> None:
    assert code_of(door.as_(WU).post(f"{announced(door)}/record", RECORD)) == (409, "session_not_held")


def test_a_cancelled_session_has_no_record(door: Door) -> None:
    path = announced(door)
    said_in(door.as_(WU).post(f"{path}/cancel"))

    assert code_of(door.as_(WU).post(f"{path}/record", RECORD)) == (409, "session_cancelled")


def test_a_record_is_filed_once(door: Door) -> None:
    assert code_of(door.as_(WU).post(f"{recorded(door)}/record", RECORD)) == (409, "record_filed")


def test_the_same_key_files_once_and_answers_alike(door: Door) -> None:
    path = held(door)

    first, second = (door.as_(WU).post(f"{path}/record", RECORD, key="eins") for _ in range(2))

    assert (first.status_code, first.json) == (second.status_code, second.json) == (201, first.json)
