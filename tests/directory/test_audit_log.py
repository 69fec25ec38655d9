"""PR26: who changed what and was refused what, before and after, from where; added to and never changed."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.auth import Actor
from shared.trail.watch import ROWS_MAX, UNTOLD
from tests.directory.register import PASSWORD
from tests.directory.test_groups import GROUP, let_in, opened
from tests.directory.test_start_pairing import pair
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in, wrong_fields

SIGN_IN = {"username": "lin", "password": PASSWORD}
VIEW_LIN = f"/people/{LIN.person_id}/view-as"
WHY = {"reason": "来电反映学时不对"}


def log(door: Door, by: Actor = QIAN, **wanted: object) -> list[Any]:
    """The entries of the audit log somebody is shown, newest first."""
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    items: list[Any] = said_in(door.as_(by).get(f"/audit-entries?{query}"))["items"]
    return items


def changes(entry: Any, table: str) -> list[Any]:
    """What an entry tells of the rows of a table."""
    return [one for one in entry["changes"] if one["table"] == table]


def test_a_change_says_who_did_what_from_where_and_what_was_before_and_after(door: Door) -> None:
    group = opened(door)

    door.later(seconds=1)
    rename = {"name": "大语文组", "starts_on": "2026-11-01"}
    said_in(door.as_(ZHAO).post(f"/groups/{group}/rename", rename, seen=0))
    (entry, opening) = log(door)

    assert (opening["verb"], opening["method"]) == ("open_group", "POST")
    assert (entry["verb"], entry["path"]) == ("rename_group", f"/api/directory/v1/groups/{group}/rename")
    assert (entry["actor_id"], entry["actor_name"]) == (str(ZHAO.person_id), "赵校长")
    assert (entry["actor_roles"], entry["actor_kind"]) == (["principal"], "user")
    assert (entry["at"], entry["address"]) == ("2026-10-14T06:00:01+00:00", "127.0.0.1")
    assert (entry["status"], entry["code"], entry["school_id"]) == (None, None, str(SCHOOL))
    assert len(entry["trace"]) == 32
    (version,) = changes(entry, "groups")
    assert (version["before"], version["after"]) == ({"version": 0}, {"version": 1})
    assert "大语文组" in [one["after"].get("name") for one in changes(entry, "group_records")]
    assert any(one["before"].get("withdrawn_at", "") is None for one in changes(entry, "group_records"))


def test_a_change_of_a_row_through_its_object_is_told_too(door: Door) -> None:
    pairing = said_in(door.as_(ZHAO).post("/pairings", pair()))["pairing_id"]
    door.later(seconds=1)
    said_in(door.as_(ZHAO).post(f"/pairings/{pairing}/end", {"ended_on": "2026-10-14"}))

    (told,) = changes(log(door, object_id=pairing)[0], "pairings")

    assert told["before"]["ends_on"] is None
    assert told["after"]["ends_on"] == "2026-10-14"
    assert told["key"] == {"id": pairing}


def test_what_is_a_persons_own_and_what_is_secret_is_never_repeated(door: Door) -> None:
    """INV15."""
    handed = said_in(door.as_(ZHAO).post(f"/people/{CHEN.person_id}/account", {"username": "chen"}))
    door.later(seconds=1)
    phone = {"phone": "13812345678", "starts_on": "2026-10-14"}
    said_in(door.as_(ZHAO).post(f"/people/{CHEN.person_id}/amend", phone))
    door.later(seconds=1)
    said_in(door.as_(ZHAO).post(f"/people/{CHEN.person_id}/staff-number", {"staff_no": "T7788"}))
    said_in(door.anonymous().post("/sign-in", SIGN_IN))

    amended, account = log(door, object_id=CHEN.person_id)[1:]

    assert changes(account, "accounts")[0]["after"]["password_hash"] == UNTOLD
    assert UNTOLD in [one["after"].get("phone") for one in changes(amended, "person_records")]
    written = repr([door.engine.connect().exec_driver_sql("SELECT * FROM audit_entries").all()])
    for secret in (handed["initial_password"], PASSWORD, "13812345678", "T7788", "argon2", "陈老师"):
        assert secret not in written


def test_who_signs_in_is_who_acts(door: Door) -> None:
    said_in(door.anonymous().post("/sign-in", SIGN_IN))

    (entry,) = log(door, actor_id=LIN.person_id)

    assert (entry["verb"], entry["actor_name"]) == ("sign_in", "林老师")
    assert changes(entry, "accounts")[0]["after"]["last_signed_in_at"] == "2026-10-14T06:00:00+00:00"


def test_a_change_that_is_refused_halfway_leaves_the_refusal_only(door: Door) -> None:
    group = opened(door)
    door.later(seconds=1)

    refused = let_in(door, group, LIN, HU)
    (entry, _opening) = log(door)

    assert code_of(refused)[0] in {404, 409}
    assert (entry["status"], entry["code"]) == code_of(refused)
    assert (entry["changes"], entry["counts"]) == ([], {})


@pytest.mark.parametrize(
    ("somebody", "method", "path", "answer"),
    [
        (HU, "get", f"/people/{LIN.person_id}", (404, "not_found")),
        (CHEN, "get", "/audit-entries", (403, "forbidden")),
        (CHEN, "post", "/groups", (403, "forbidden")),
        (HU, "post", f"/people/{LIN.person_id}/staff-number", (404, "not_found")),
    ],
)
def test_a_refusal_is_logged_with_its_code(
    door: Door, somebody: Actor, method: str, path: str, answer: tuple[int, str]
) -> None:
    """ATK01: another school's object is 404, logged."""
    body = {"/groups": (GROUP,)}.get(path, ({"staff_no": "1"},)) if method == "post" else ()
    assert code_of(getattr(door.as_(somebody), method)(path, *body)) == answer

    (entry,) = log(door, refused="true")

    assert (entry["status"], entry["code"]) == answer
    assert entry["actor_id"] == str(somebody.person_id)
    assert entry["path"] == f"/api/directory/v1{path}"


def test_borrowed_eyes_that_try_to_write_are_logged_with_both_names(door: Door) -> None:
    """ATK19."""
    token = said_in(door.as_(QIAN).post(VIEW_LIN, WHY))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    door.client.post("/api/directory/v1/sign-out-everywhere", headers=headers)

    (entry,) = log(door, refused="true")

    assert (entry["code"], entry["actor_name"], entry["real_name"]) == (
        "acting_reads_only",
        "林老师",
        "钱科长",
    )
    assert [one["id"] for one in log(door, refused="true", actor_id=QIAN.person_id)] == [entry["id"]]


def test_somebody_whose_sign_in_has_ended_is_logged_as_refused(door: Door) -> None:
    lin = door.as_(LIN)
    door.later(seconds=1)
    door.as_(LIN).post("/sign-out-everywhere")

    assert code_of(lin.get("/me")) == (401, "token_revoked")
    assert log(door, refused="true")[0]["code"] == "token_revoked"


def test_an_answer_given_again_and_one_that_changes_nothing_are_not_logged_again(door: Door) -> None:
    for _ in range(2):
        door.as_(ZHAO).post("/groups", GROUP, key="the-same")
    said_in(door.as_(ZHAO).get("/groups"))

    assert [one["verb"] for one in log(door)] == ["open_group"]


def test_many_rows_are_counted_and_the_first_of_them_told(door: Door) -> None:
    newcomers = [
        {
            "name": f"老师{'一二三四五六七八九十'[n % 10]}",
            "subject": "语文",
            "joined_on": "2026-09-01",
            "roles": ["teacher"],
        }
        for n in range(60)
    ]
    said_in(door.as_(ZHAO).post(f"/schools/{SCHOOL}/teachers", {"teachers": newcomers}))

    (entry,) = log(door)

    assert entry["counts"]["people"]["added"] == 60
    assert entry["counts"]["memberships"] == {"added": 60}
    assert len(entry["changes"]) == ROWS_MAX


def test_the_county_reads_all_and_a_schools_offices_their_own(door: Door) -> None:
    opened(door)
    door.as_(HU).post("/groups", GROUP | {"school_id": str(HU.school_id), "name": "英语教研组"})

    assert len(log(door)) == 2
    assert [one["actor_name"] for one in log(door, by=ZHAO)] == ["赵校长"]
    assert [one["actor_name"] for one in log(door, by=HU)] == ["胡老师"]
    assert code_of(door.as_(WU).get("/audit-entries")) == (403, "forbidden")
    assert code_of(door.anonymous().get("/audit-entries")) == (401, "not_signed_in")


def test_an_entry_is_found_by_object_and_day_and_pages_go_back_in_time(door: Door) -> None:
    groups = []
    for name in ("一组", "二组", "三组"):
        groups.append(opened(door, name=name))
        door.later(days=1)

    page = said_in(door.as_(QIAN).get("/audit-entries?limit=2"))
    rest = said_in(door.as_(QIAN).get(f"/audit-entries?limit=2&cursor={page['next_cursor']}"))

    assert len(page["items"]) == 2
    assert len(rest["items"]) == 1
    assert rest["next_cursor"] is None
    assert [one["id"] for one in log(door, object_id=groups[0])] == [rest["items"][0]["id"]]
    assert len(log(door, since="2026-10-15", until="2026-10-15")) == 1
    assert log(door, until="2026-10-13") == []
    assert len(log(door, since="1900-01-01", until="2199-12-31")) == 3
    assert set(wrong_fields(door.as_(QIAN).get("/audit-entries?since=0001-01-01&until=9999-12-31"))) == {
        "since",
        "until",
    }
    assert set(wrong_fields(door.as_(QIAN).get("/audit-entries?since=x&refused=2&object_id=1"))) == {
        "since",
        "refused",
        "object_id",
    }


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entries SET verb = 'x'",
        "UPDATE audit_entries SET changes = '[]'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_objects",
        "UPDATE looks SET part = 'x'",
        "DELETE FROM looks",
    ],
)
def test_nothing_of_the_log_is_ever_changed(door: Door, change: str) -> None:
    opened(door)
    said_in(door.as_(ZHAO).get(f"/people/{LIN.person_id}"))

    with door.engine.connect() as connection, pytest.raises(IntegrityError, match=r"append-only|dated facts"):
        connection.execute(text(change))


# --- who looked -------------------------------------------------------------------------------------------


def looks(door: Door, of: Actor = LIN) -> list[tuple[str, str, list[str]]]:
    """Who looked at somebody's file, at which part, and as what."""
    items = said_in(door.as_(of).get("/me/looks"))["items"]
    return [(one["viewer_name"], one["part_label"], one["viewer_roles"]) for one in items]


def test_she_sees_who_looked_at_her_file_once_a_day_and_part(door: Door) -> None:
    for _ in range(2):
        said_in(door.as_(ZHAO).get(f"/people/{LIN.person_id}"))
    door.later(seconds=1)
    said_in(door.as_(ZHAO).get(f"/people/{LIN.person_id}/account"))
    door.later(days=1)
    said_in(door.as_(ZHAO).get(f"/people/{LIN.person_id}"))

    assert looks(door) == [
        ("赵校长", "人员档案", ["principal"]),
        ("赵校长", "账号", ["principal"]),
        ("赵校长", "人员档案", ["principal"]),
    ]
    assert looks(door, of=CHEN) == []


def test_her_own_look_and_a_refused_one_are_none(door: Door) -> None:
    door.as_(LIN).get(f"/people/{LIN.person_id}")
    assert code_of(door.as_(HU).get(f"/people/{LIN.person_id}")) == (404, "not_found")

    assert looks(door) == []


def test_whoever_borrows_her_eyes_is_named_and_not_she(door: Door) -> None:
    token = said_in(door.as_(QIAN).post(VIEW_LIN, WHY))["token"]
    for _ in range(2):
        door.client.get("/api/directory/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert looks(door) == [("钱科长", "以本人身份查看", [])]
