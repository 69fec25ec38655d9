"""What is owed is entered by one and confirmed by the other; a pairing is served, dissolved, or runs out."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.directory import queries
from shared import db
from shared.events.directory import PairingEnded
from shared.mornings import Mornings
from tests.directory.test_agreements import in_force, path_of, proposed, state_of
from tests.directory.test_start_pairing import pair
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in, wrong_fields

BEGUN = {"starts_on": "2026-10-10", "term_ends_on": "2027-04-10"}
HEARD = {"duty": "hears_mentor", "amount": 2, "done_on": "2026-10-12", "note": "《草船借箭》两课时"}
JUDGED = {"grade": "excellent", "text": "听课评课认真，徒弟成长明显。"}


@pytest.fixture
def agreement(door: Door) -> Any:
    """Lin and Chen's, in force since the tenth of October."""
    return in_force(door, **BEGUN)


def ended(door: Door) -> list[PairingEnded]:
    """What was said of ends."""
    return [one for one in door.said() if isinstance(one, PairingEnded)]


# --- duties -----------------------------------------------------------------------------------------------


def test_what_one_enters_counts_once_the_other_confirms(door: Door, agreement: Any) -> None:
    entered = said_in(door.as_(CHEN).post(f"{path_of(agreement)}/duty-entries", HEARD))
    (entry,) = entered["entries"]
    path = f"{path_of(agreement)}/duty-entries/{entry['entry_id']}"

    assert heard(entered) == (0, 2, 7)
    assert code_of(door.as_(CHEN).post(f"{path}/confirm")) == (403, "forbidden")
    for _ in range(2):
        assert heard(said_in(door.as_(LIN).post(f"{path}/confirm"))) == (2, 0, 5)
    assert heard(said_in(door.as_(LIN).post(f"{path}/decline"))) == (2, 0, 5)


def test_what_the_other_declines_does_not_count(door: Door, agreement: Any) -> None:
    entered = said_in(door.as_(CHEN).post(f"{path_of(agreement)}/duty-entries", HEARD))
    path = f"{path_of(agreement)}/duty-entries/{entered['entries'][0]['entry_id']}"

    declined = said_in(door.as_(LIN).post(f"{path}/decline"))

    assert heard(declined) == (0, 0, 7)
    assert declined["entries"][0]["declined_at"]


def heard(agreement: Any) -> tuple[int, int, int]:
    """Done, waiting and left of the lessons the apprentice hears."""
    (duty,) = (one for one in agreement["duties"] if one["code"] == "hears_mentor")
    return duty["done"], duty["waiting"], duty["left"]


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"duty": "sings"}, "duty_unknown"),
        ({"done_on": "2026-10-09"}, "duty_out_of_term"),
        ({"done_on": "2026-10-15"}, "duty_out_of_term"),
    ],
)
def test_what_cannot_have_been_done_is_refused(
    door: Door, agreement: Any, other: dict[str, Any], code: str
) -> None:
    answer = door.as_(CHEN).post(f"{path_of(agreement)}/duty-entries", HEARD | other)

    assert code_of(answer) == (409, code)


def test_only_the_two_enter_anything(door: Door, agreement: Any) -> None:
    path = f"{path_of(agreement)}/duty-entries"

    assert code_of(door.as_(ZHAO).post(path, HEARD)) == (403, "forbidden")
    assert code_of(door.as_(WU).post(path, HEARD)) == (404, "not_found")
    assert set(wrong_fields(door.as_(LIN).post(path, {"amount": 0, "who": 1}))) == {
        "duty",
        "amount",
        "done_on",
        "who",
    }


def test_what_was_done_stays_when_the_agreement_changes(door: Door, agreement: Any) -> None:
    entered = said_in(door.as_(CHEN).post(f"{path_of(agreement)}/duty-entries", HEARD))
    entry = entered["entries"][0]["entry_id"]
    door.as_(LIN).post(f"{path_of(agreement)}/duty-entries/{entry}/confirm")

    amended = said_in(door.as_(ZHAO).post(f"{path_of(agreement)}/amend", {"why": "核对"}))

    assert heard(amended) == (2, 0, 5)


# --- served -----------------------------------------------------------------------------------------------


def test_a_served_pairing_ends_with_what_the_office_says_of_it(door: Door, agreement: Any) -> None:
    path = path_of(agreement)
    for _ in range(2):
        assert said_in(door.as_(ZHAO).post(f"{path}/end", JUDGED))["state"] == "ended"

    assert said_in(door.as_(CHEN).get(f"{path}/agreement"))["evaluation"]["grade_label"] == "优秀"
    assert ended(door) == [
        PairingEnded(
            pairing_id=UUID(agreement["pairing"]["pairing_id"]), school_id=SCHOOL, ended_on=date(2027, 4, 10)
        )
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "evaluation_missing"), ({**JUDGED, "ended_on": "2026-12-01"}, "term_not_served")],
)
def test_an_agreement_is_not_served_early_or_without_a_word(
    door: Door, agreement: Any, body: dict[str, Any], code: str
) -> None:
    assert code_of(door.as_(ZHAO).post(f"{path_of(agreement)}/end", body)) == (409, code)
    assert ended(door) == []


def test_grade_and_words_come_together(door: Door, agreement: Any) -> None:
    answer = door.as_(ZHAO).post(f"{path_of(agreement)}/end", {"grade": "excellent"})

    assert set(wrong_fields(answer)) == {"text"}


def test_only_an_office_says_what_it_was_worth(door: Door, agreement: Any) -> None:
    assert code_of(door.as_(LIN).post(f"{path_of(agreement)}/end", JUDGED)) == (403, "forbidden")
    assert code_of(door.as_(HU).post(f"{path_of(agreement)}/end", JUDGED)) == (404, "not_found")


def test_a_paper_one_without_a_term_needs_a_day(door: Door) -> None:
    pairing = said_in(door.as_(ZHAO).post("/pairings", pair()))

    answer = door.as_(ZHAO).post(f"/pairings/{pairing['pairing_id']}/end", {})

    assert code_of(answer) == (409, "end_unclear")


# --- run out ----------------------------------------------------------------------------------------------


def test_a_term_that_ran_out_is_seen_at_once_and_said_when_it_is_written_down(
    door: Door, agreement: Any
) -> None:
    door.later(days=200)
    path = path_of(agreement)

    assert said_in(door.as_(CHEN).get(path))["state"] == "expired"
    assert ended(door) == []
    assert said_in(door.as_(ZHAO).post("/pairings/close-expired")) == {"closed": 1}
    assert said_in(door.as_(ZHAO).post("/pairings/close-expired")) == {"closed": 0}
    assert [one.ended_on for one in ended(door)] == [date(2027, 4, 10)]
    assert said_in(door.as_(CHEN).get(path))["state"] == "expired"
    assert code_of(door.as_(ZHAO).post(f"{path}/end", {})) == (409, "evaluation_missing")
    assert said_in(door.as_(ZHAO).post(f"{path}/end", JUDGED))["state"] == "ended"
    assert len(ended(door)) == 1


def test_each_morning_the_terms_that_ran_out_are_written_down_and_said_once(
    door: Door, agreement: Any
) -> None:
    mornings = Mornings(door.running)
    for days in (0, 200, 200):
        mornings.step(now=door.now + timedelta(days=days))
    Mornings(door.running).step(now=door.now + timedelta(days=200))

    door.later(days=200)
    assert [one.ended_on for one in ended(door)] == [date(2027, 4, 10)]
    assert said_in(door.as_(CHEN).get(path_of(agreement)))["state"] == "expired"
    (entry,) = said_in(door.as_(QIAN).get("/audit-entries?since=2027-01-01"))["items"]
    assert (entry["verb"], entry["method"]) == ("each_morning_end_expired_pairings", "SELF")


def test_another_schools_pairings_are_not_closed_and_not_by_teachers(door: Door, agreement: Any) -> None:
    del agreement
    door.later(days=200)

    assert said_in(door.as_(HU).post("/pairings/close-expired")) == {"closed": 0}
    assert code_of(door.as_(LIN).post("/pairings/close-expired")) == (403, "forbidden")


def test_after_the_term_the_two_may_agree_anew(door: Door, agreement: Any) -> None:
    del agreement
    door.later(days=200)

    proposed(door, starts_on="2027-05-10", term_ends_on="2028-05-10")

    assert len(ended(door)) == 1


@pytest.mark.parametrize(
    ("state", "days", "count"),
    [("active", 0, 1), ("active", 200, 0), ("expired", 200, 1), ("signed", 0, 1), ("refused", 0, 0)],
)
def test_pairings_are_found_by_the_state_they_are_in_today(
    door: Door, agreement: Any, state: str, days: int, count: int
) -> None:
    del agreement
    later = proposed(door, QIAN, WU, LIN, starts_on="2026-12-01", term_ends_on="2027-12-01")
    for somebody in (WU, LIN):
        words = {"content_hash": later["versions"][0]["content_hash"]}
        door.as_(somebody).post(f"{path_of(later)}/sign", words)
    door.later(days=days)

    found = said_in(door.as_(ZHAO).get(f"/pairings?state={state}"))["items"]

    expected = count + (1 if (state, days) == ("active", 200) else 0)  # Wu's and Lin's has begun by then
    assert len(found) == expected
    assert {one["state"] for one in found} <= {state}


# --- dissolved --------------------------------------------------------------------------------------------


def test_a_pairing_is_dissolved_at_somebodys_wish(door: Door, agreement: Any) -> None:
    body = {"ended_on": "2026-10-14", "reason": "徒弟转任其他学科", "asked_by": "apprentice"}

    for _ in range(2):
        dissolved = said_in(door.as_(ZHAO).post(f"{path_of(agreement)}/dissolve", body))

    assert (dissolved["state"], dissolved["close_reason"]) == ("dissolved", "徒弟转任其他学科")
    assert (dissolved["closed_for_label"], dissolved["closed_by"]) == ("徒弟", str(ZHAO.person_id))
    assert [one.ended_on for one in ended(door)] == [date(2026, 10, 14)]
    answer = door.as_(ZHAO).post(f"{path_of(agreement)}/end", JUDGED)
    assert code_of(answer) == (409, "pairing_already_ended")


def test_before_its_first_day_it_is_called_off_altogether(door: Door) -> None:
    agreement = in_force(door)
    body = {"ended_on": "2026-10-20", "reason": "师父临时外派"}

    assert said_in(door.as_(ZHAO).post(f"{path_of(agreement)}/dissolve", body))["state"] == "dissolved"
    assert mentors(door, date(2026, 10, 20)) == []
    assert state_of(proposed(door)) == "proposed"


@pytest.mark.parametrize(
    ("day", "code"), [("2026-10-09", "pairing_ends_too_early"), ("2027-05-01", "pairing_ends_after_term")]
)
def test_a_day_on_which_it_cannot_be_dissolved_is_refused(
    door: Door, agreement: Any, day: str, code: str
) -> None:
    body = {"ended_on": day, "reason": "x"}

    assert code_of(door.as_(ZHAO).post(f"{path_of(agreement)}/dissolve", body)) == (409, code)


def test_a_proposal_cannot_be_dissolved(door: Door) -> None:
    body = {"ended_on": "2026-10-20", "reason": "x"}

    answer = door.as_(ZHAO).post(f"{path_of(proposed(door))}/dissolve", body)

    assert code_of(answer) == (409, "pairing_not_in_force")


def test_the_two_do_not_dissolve_it_themselves(door: Door, agreement: Any) -> None:
    body = {"ended_on": "2026-10-14", "reason": "x"}

    assert code_of(door.as_(LIN).post(f"{path_of(agreement)}/dissolve", body)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("day", "is_mentor"),
    [
        (date(2026, 10, 9), False),
        (date(2026, 10, 10), True),
        (date(2027, 4, 9), True),
        (date(2027, 4, 10), False),
    ],
)
def test_a_mentor_is_one_for_as_long_as_the_agreement_holds(
    door: Door,
    agreement: Any,
    day: date,
    is_mentor: bool,  # noqa: FBT001  a column of the table
) -> None:
    del agreement
    assert mentors(door, day) == ([LIN.person_id] if is_mentor else [])


def mentors(door: Door, day: date) -> list[UUID]:
    """Chen's mentors on a day."""
    with db.transaction(door.engine, write=False) as session:
        return queries.mentors_of(session, person_id=CHEN.person_id, on=day)
