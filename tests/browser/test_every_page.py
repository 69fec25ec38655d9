"""What holds for every page: nobody is shut out, nothing sticks out, everything can be hit with a thumb."""

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, Town
from tests.cast import CHEN, HU, LIN, QIAN, ZHAO, Member

TARGET_PIXELS = 44
INPUT_PIXELS = 16
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

PAGES: dict[str, tuple[Member | None, str]] = {
    "sign-in": (None, "/sign-in"),
    "nowhere": (None, "/no-such-page"),
    "hours": (CHEN, "/"),
    "the year before": (CHEN, "/?school_year=2025"),
    "nobody's hours": (HU, "/"),
    "an entry": (CHEN, "entry"),
    "a reversal": (CHEN, "reversal"),
    "notices": (CHEN, "/notices"),
    "a mentor's notices": (LIN, "/notices"),
    "no notices": (HU, "/notices"),
    "sessions": (CHEN, "/sessions"),
    "no sessions": (HU, "/sessions"),
    "a session": (CHEN, "session"),
    "a cancelled session": (CHEN, "cancelled"),
    "plans": (CHEN, "/plans"),
    "no plans": (HU, "/plans"),
    "a plan": (CHEN, "plan"),
    "a returned plan": (CHEN, "returned"),
    "not for teachers": (CHEN, "/board"),
    "a principal's board": (ZHAO, "/board"),
    "the county's board": (QIAN, "/board"),
    "a school": (QIAN, "school"),
    "a teacher": (QIAN, "teacher"),
    "the county's plans": (QIAN, "/plans"),
    "my account": (CHEN, "/account"),
    "who looked at my file": (CHEN, "/account/looks"),
    "nobody looked at my file": (HU, "/account/looks"),
    "what is held about me": (CHEN, "/account/holdings"),
    "what is held about somebody": (QIAN, "person/holdings"),
    "somebody who may not be erased": (QIAN, "person/erase"),
    "the county's log": (QIAN, "/audit"),
    "a school's log": (ZHAO, "/audit?service=activities"),
    "a log without entries": (ZHAO, "/audit?service=credits&refused=true"),
    "a new password": (CHEN, "/account/password"),
    "accounts of the county": (QIAN, "/accounts"),
    "accounts of a school": (ZHAO, "/accounts"),
    "an account": (QIAN, "account"),
    "keys of other systems": (QIAN, "/api-keys"),
    "opening an account": (QIAN, "account/open"),
    "resetting a password": (ZHAO, "account/reset"),
    "looking as somebody": (QIAN, "account/view"),
    "a register": (ZHAO, "/people"),
    "the county's registers": (QIAN, "/people"),
    "a person": (ZHAO, "person"),
    "files for the register": (ZHAO, "/imports"),
    "files for the county's register": (QIAN, "/imports"),
    "a roster to look at": (ZHAO, "roster"),
    "a roster with a rejected row": (ZHAO, "rejected"),
    "transfers": (ZHAO, "/transfers"),
    "no transfers": (HU, "/transfers"),
    "a transfer": (QIAN, "transfer"),
    "a transfer to propose": (ZHAO, "/transfers/new"),
    "one's pairings": (CHEN, "/pairings"),
    "no pairings": (HU, "/pairings"),
    "an agreement to sign": (CHEN, "proposed"),
    "a pairing at work": (CHEN, "paired"),
    "an agreement on paper": (CHEN, "paper"),
    "a pairing in question": (ZHAO, "questioned"),
    "a school's pairings": (ZHAO, "/pairings/office"),
    "no such pairings": (ZHAO, "/pairings/office?state=expired"),
    "who has no mentor": (ZHAO, "/pairings/office/unmatched"),
    "pairings in question": (ZHAO, "/pairings/office/questions"),
    "a mentor to find": (ZHAO, "search"),
    "the county's pairings": (QIAN, "/pairings/office"),
}

STICKING_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_SMALL = """(least) => [...document.querySelectorAll("a, button, summary, .pick, input, select, textarea")]
    .filter(one => !["hidden", "radio", "checkbox"].includes(one.type))
    .filter(one => !one.classList.contains("skip"))
    .map(one => ({text: one.getAttribute("aria-label") || one.textContent, box: one.getBoundingClientRect()}))
    .filter(one => one.box.height > 0 && (one.box.height < least || one.box.width < least))
    .map(one => `${one.text} ${one.box.width}x${one.box.height}`)"""
SMALL_INPUTS = """(least) => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
    .filter(one => parseFloat(getComputedStyle(one).fontSize) < least).map(one => one.name)"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(town: Town, name: str) -> None:
    member, where = PAGES[name]
    place, _, below = where.partition("/")
    path = where if not place else "/".join([str(getattr(town.at, place)), *filter(None, [below])])
    page = town.visit(member, path)

    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert shut_out(page) == []
        assert page.evaluate(STICKING_OUT) == 0

    page.set_viewport_size(PHONE)
    assert page.evaluate(TOO_SMALL, TARGET_PIXELS) == []
    assert page.evaluate(SMALL_INPUTS, INPUT_PIXELS) == []
    page.context.close()


def shut_out(page: Page) -> list[str]:
    """What axe finds that keeps somebody out."""
    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in violations for node in one["nodes"]]
