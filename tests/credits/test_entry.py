"""GET /entries/<id>: how one entry came to its hours, step by step."""

from uuid import UUID

import pytest

from shared.auth import Actor
from tests.credits.facts import attendee, confirmed, hear, revoked
from tests.signed_in import CHEN, HU, LIN, QIAN, ZHAO, Door, code_of


def test_every_step_of_an_entry_is_told(door: Door) -> None:
    hear(door, confirmed(attendee(minutes=450)))

    read = door.as_(CHEN).get(entries_of_chen(door)[0]).get_json()

    assert [step["code"] for step in read["steps"]] == ["activity", "rule", "conversion", "cap", "decision"]
    assert read["steps"][3]["text"] == "折合10学时，超过单次封顶8学时"
    assert read["rule_pack"]["source"] == "县教发2026年12号"
    assert read["hours_hundredths"] == 800


def test_a_reversal_names_what_it_reverses(door: Door) -> None:
    hear(door, confirmed(), revoked())

    read = [door.as_(CHEN).get(path).get_json() for path in entries_of_chen(door)]

    accrual, reversal = sorted(read, key=lambda entry: str(entry["kind"]))
    assert (accrual["kind"], reversal["reverses_id"]) == ("accrual", accrual["id"])


def test_nobody_reads_an_entry_without_signing_in(door: Door) -> None:
    hear(door, confirmed())

    assert door.anonymous().get(entries_of_chen(door)[0]).status_code == 401


@pytest.mark.parametrize(
    ("somebody", "status"), [(CHEN, 200), (ZHAO, 200), (QIAN, 200), (LIN, 404), (HU, 404)]
)
def test_who_sees_the_statement_sees_the_entry(door: Door, somebody: Actor, status: int) -> None:
    hear(door, confirmed())

    assert door.as_(somebody).get(entries_of_chen(door)[0]).status_code == status


def test_another_schools_entry_looks_like_none(door: Door) -> None:
    hear(door, confirmed())

    hers, nobodys = (door.as_(HU).get(path) for path in (entries_of_chen(door)[0], f"/entries/{UUID(int=1)}"))

    assert code_of(hers) == code_of(nobodys) == (404, "not_found")
    assert hers.get_json() == nobodys.get_json()


def entries_of_chen(door: Door) -> list[str]:
    """Where her entries are."""
    read = door.as_(CHEN).get("/me/statement").get_json()
    return [f"/entries/{entry['id']}" for entry in read["entries"]]
