"""People and transfers: a register, a person, and a transfer from its form to its agreement."""

import re

import pytest

from tests.cast import CHEN, HU, LIN, QIAN, QINGSHI, SHIYAN, ZHAO
from tests.console.browser import Browser, Site, words
from tests.world import World

FORM = "/transfers/new"


def asked_for(world: World) -> dict[str, str]:
    """Lin moves to Hu's school in February."""
    schools = world.as_person(ZHAO).get("directory", "/transfers/schools")["schools"]
    return {
        "person_id": world.id_of(LIN),
        "to_school_id": next(one["school_id"] for one in schools if one["name"] == SHIYAN.name),
        "kind": "home",
        "subject": "语文",
        "effective_on": "2027-02-15",
    }


def proposed(browser: Browser, world: World) -> str:
    """The page of a transfer that was just proposed."""
    answer = browser.send(FORM, seen_on=FORM, step="propose", **asked_for(world))
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_from_the_register_it_is_one_step_to_a_person(site: Site) -> None:
    browser = site.signed_in(ZHAO)

    page = browser.get("/people")
    lin = re.search(r'href="(/people/[0-9a-f-]{36})"[^林]*林老师', page.text)

    assert lin
    shown = words(browser.get(lin[1]))
    assert f"{QINGSHI.name} 在编在岗" in shown
    assert "变更记录" in shown


def test_a_transfer_is_looked_at_before_it_is_proposed(site: Site) -> None:
    browser = site.signed_in(ZHAO)

    page = browser.send(FORM, seen_on=FORM, step="preview", **asked_for(site.world))

    assert "双方确认后的变化" in words(page)
    assert f"{SHIYAN.name}，在编在岗，任教语文，2027年2月15日起" in words(page)
    assert "还没有调动" in words(browser.get("/transfers"))


def test_a_transfer_waits_for_the_other_school_and_is_agreed_to(site: Site) -> None:
    where = proposed(site.signed_in(ZHAO), site.world)
    county = site.signed_in(QIAN)
    assert "等我确认" in words(county.get("/transfers"))

    county.send(f"{where}/agree", seen_on=where)

    assert "双方已确认" in words(county.get(where))


def test_what_is_wrong_with_a_form_is_said_above_it(site: Site) -> None:
    fields = {**asked_for(site.world), "effective_on": "2026-09-05"}

    page = site.signed_in(ZHAO).send(FORM, seen_on=FORM, step="preview", **fields)

    assert "请写明补办的原因" in words(page)
    assert 'value="2026-09-05"' in page.text


@pytest.mark.parametrize("who", [HU, CHEN], ids=lambda who: who.username)
def test_no_page_for_who_may_not_see_it(site: Site, who: object) -> None:
    where = proposed(site.signed_in(ZHAO), site.world)
    browser = site.signed_in(who)  # type: ignore[arg-type]  # one of the cast

    statuses = [browser.get(path).status_code for path in (f"/people/{site.world.id_of(LIN)}",)]

    assert statuses == [404 if who is HU else 403]
    assert where.startswith("/transfers/")
