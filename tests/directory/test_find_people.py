"""People by their staff numbers: how another system, or a load of sessions, learns whom it means."""

import pytest

from shared.auth import Actor
from tests.directory.test_merges import merged, twin
from tests.signed_in import CHEN, HU, LIN, QIAN, ZHAO, Door, code_of, said_in


@pytest.fixture(autouse=True)
def numbered(door: Door) -> None:
    """Lin, Chen and Hu of the other school have numbers."""
    for one, number in ((LIN, "T101"), (CHEN, "T102"), (HU, "T201")):
        answer = door.as_(QIAN).post(f"/people/{one.person_id}/staff-number", {"staff_no": number})
        assert answer.status_code == 200


def find(door: Door, somebody: Actor, numbers: str) -> dict[str, str]:
    """Whose the numbers are, to somebody."""
    found = said_in(door.as_(somebody).get(f"/people/find?staff_numbers={numbers}"))["items"]
    return {one["staff_no"]: one["person_id"] for one in found}


def test_numbers_lead_to_people_and_unknown_ones_to_nobody(door: Door) -> None:
    assert find(door, QIAN, "T201,T101,T999") == {"T101": str(LIN.person_id), "T201": str(HU.person_id)}


def test_a_school_finds_its_own(door: Door) -> None:
    assert find(door, ZHAO, "T101,T102,T201") == {"T101": str(LIN.person_id), "T102": str(CHEN.person_id)}


def test_a_merged_entry_leads_to_the_one_that_is_kept(door: Door) -> None:
    alias = twin(door)
    door.as_(QIAN).post(f"/people/{alias}/staff-number", {"staff_no": "T103"})
    merged(door, alias)

    assert find(door, QIAN, "T103") == {"T103": str(CHEN.person_id)}


def test_who_keeps_no_register_finds_nobody(door: Door) -> None:
    assert code_of(door.as_(LIN).get("/people/find?staff_numbers=T101")) == (403, "forbidden")


@pytest.mark.parametrize("numbers", ["", "T1,", "陈", "T1 T2", ",".join(["T1"] * 101)])
def test_what_is_no_list_of_numbers_is_refused(door: Door, numbers: str) -> None:
    answer = door.as_(QIAN).get(f"/people/find?staff_numbers={numbers}")

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "staff_numbers"
