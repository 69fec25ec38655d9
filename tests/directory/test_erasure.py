"""The county office looks at who has left, and erases her; nobody else, and nobody who is still here."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from services.directory.domain.erasure import without_names
from services.directory.models import ViewGrant
from shared import db
from shared.events.directory import AccessRevoked, PersonErased, TeacherChanged
from tests.directory.register import PASSWORD
from tests.directory.test_absences import RETIRED, entered
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in

ERASE_LIN = f"/people/{LIN.person_id}/erase"
LEAVING_LIN = f"/people/{LIN.person_id}/erasure"


def test_who_has_left_is_looked_at_and_erased_and_it_is_said(door: Door) -> None:
    """PR25."""
    entered(door, RETIRED)
    before = len(door.said())

    looked = said_in(door.as_(QIAN).get(LEAVING_LIN))
    done = said_in(door.as_(QIAN).post(ERASE_LIN))

    assert (looked["name"], looked["pseudonym"], looked["accounts"]) == ("林老师", None, 1)
    assert (looked["posts"], looked["memberships"], looked["merged_ids"]) == (0, 0, [])
    assert done["name"] == done["pseudonym"]
    assert done["accounts"] == 0
    revoked, told, erased = door.said()[before:]
    assert isinstance(revoked, AccessRevoked)
    assert isinstance(told, TeacherChanged)
    assert told.name == done["pseudonym"]
    assert erased == PersonErased(person_id=LIN.person_id, pseudonym=done["pseudonym"], school_id=SCHOOL)
    assert code_of(door.anonymous().post("/sign-in", {"username": "lin", "password": PASSWORD})) == (
        401,
        "wrong_credentials",
    )
    assert said_in(door.as_(QIAN).post(ERASE_LIN)) == done
    assert len(door.said()) == before + 3


def test_words_about_somebody_who_was_not_erased_stay_as_they_were_said(door: Door) -> None:
    for person in (LIN, CHEN):
        said_in(door.as_(QIAN).post(f"/people/{person.person_id}/view-as", {"reason": "来电反映学时不对"}))
    entered(door, RETIRED)
    said_in(door.as_(QIAN).post(ERASE_LIN))

    with pytest.raises(DBAPIError, match="append-only table"), db.transaction(door.engine) as session:
        session.execute(update(ViewGrant).where(ViewGrant.person_id == CHEN.person_id).values(reason="x"))
    with db.transaction(door.engine) as session:
        session.execute(update(ViewGrant).where(ViewGrant.person_id == LIN.person_id).values(reason="x"))


def test_an_entry_merged_into_hers_is_erased_with_it_and_not_by_itself(door: Door) -> None:
    said_in(door.as_(QIAN).post(f"/people/{LIN.person_id}/merges", {"alias_id": str(WU.person_id)}))
    entered(door, RETIRED)
    entered(door, RETIRED, of=WU)

    assert code_of(door.as_(QIAN).post(f"/people/{WU.person_id}/erase")) == (409, "merged_away")
    done = said_in(door.as_(QIAN).post(ERASE_LIN))

    assert done["merged_ids"] == [str(WU.person_id)]
    assert [one.person_id for one in door.said() if isinstance(one, PersonErased)] == [
        LIN.person_id,
        WU.person_id,
    ]


def test_somebody_who_is_still_here_or_unknown_is_not_erased(door: Door) -> None:
    assert code_of(door.as_(QIAN).post(ERASE_LIN)) == (409, "has_not_left")
    assert code_of(door.as_(QIAN).post(f"/people/{SCHOOL}/erase")) == (404, "not_found")
    for somebody in (ZHAO, CHEN, HU):
        assert code_of(door.as_(somebody).post(ERASE_LIN)) == (403, "forbidden")
        assert code_of(door.as_(somebody).get(LEAVING_LIN)) == (403, "forbidden")
    assert code_of(door.anonymous().post(ERASE_LIN)) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("text", "spared", "without"),
    [
        ("师父王芳，徒弟李四。", "李四", "师父某，徒弟李四。"),
        ("师父王芳，徒弟王芳芳。", "王芳芳", "师父某，徒弟王芳芳。"),
        ("师父王芳，徒弟王芳。", "王芳", "师父某，徒弟某。"),
        ("王芳芳和王芳", "", "某和某"),
        ("没有别人", "", "没有别人"),
    ],
)
def test_her_name_goes_and_another_that_holds_it_stays(text: str, spared: str, without: str) -> None:
    names = {"王芳"} if spared else {"王芳", "王芳芳"}

    assert without_names(text, names, pseudonym="某", spared=spared) == without
