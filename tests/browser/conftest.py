"""A county behind a real HTTP server, and the system's Chromium before it."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, ViewportSize

from deploy import embedded
from services.directory.domain.layouts import TEACHERS
from shared import sheets
from tests.cast import CHEN, LIN, PASSWORD, QINGSHI, SCHOOL_YEAR, SHIYAN, TODAY, WU, ZHAO, Member
from tests.person import SCHOOL_BASED_FORM
from tests.world import World
from tests.world import world as opened

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1366, "height": 768}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where there is something to look at."""

    entry: str
    reversal: str
    session: str
    cancelled: str
    plan: str
    returned: str
    teacher: str
    school: str
    account: str
    person: str
    transfer: str
    proposed: str
    paired: str
    paper: str
    questioned: str
    search: str
    roster: str
    rejected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A county on the air, and a browser to visit it with."""

    world: World
    url: str
    browser: Browser
    at: Addresses
    signed_in: dict[str, StorageState] = field(default_factory=dict)

    def visit(self, member: Member | None, path: str, **options: Any) -> Page:
        """A page as somebody of the cast sees it, in a context of its own."""
        page = self.context(member, **options).new_page()
        page.goto(path)
        return page

    def context(self, member: Member | None, **options: Any) -> BrowserContext:
        """A window with nothing in it but perhaps the cookies of somebody who has signed in before."""
        settings: dict[str, Any] = {
            "base_url": self.url,
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "viewport": PHONE,
            **options,
        }
        if member is None:
            return self.browser.new_context(**settings)
        if member.username not in self.signed_in:
            self.signed_in[member.username] = self._sign_in(member)
        return self.browser.new_context(storage_state=self.signed_in[member.username], **settings)

    def _sign_in(self, member: Member) -> StorageState:
        with self.context(None) as context:
            page = context.new_page()
            page.goto("/sign-in")
            page.fill("#username", member.username)
            page.fill("#password", PASSWORD)
            page.click("button[type=submit]")
            page.wait_for_url(f"{self.url}/**")
            return context.storage_state()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's own Chromium: nothing is fetched."""
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": list(FLAGS)}


@pytest.fixture(scope="session")
def town(browser: Browser) -> Iterator[Town]:
    """A county in which something of everything has happened."""
    with opened() as world:
        at = _live(world)
        server = embedded.serve(world.platform, host="127.0.0.1", port=0)
        server.prepare()
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        host, port = server.bind_addr
        yield Town(world=world, url=f"http://{host}:{port}", browser=browser, at=at)
        server.stop()
        thread.join(timeout=10)


def _live(world: World) -> Addresses:
    """One attendance that counts, one taken back, a session called off, a plan approved and one returned."""
    wu, zhao = world.as_person(WU), world.as_person(ZHAO)
    kept = world.confirmed_activity()
    taken_back = world.confirmed_activity()
    wu.revoke(taken_back, [world.id_of(CHEN)])
    off = wu.announce(starts_at=world.clock() + timedelta(days=3), speaker_id=world.id_of(LIN))
    wu.post("activities", f"/sessions/{off}/cancel")
    approved = zhao.approve_plan(_draft("语文组学期研训计划"))["plan_id"]
    returned = wu.post("plans", "/plans", _draft("语文组读书计划"))["plan_id"]
    wu.post("plans", f"/plans/{returned}/submit")
    zhao.post("plans", f"/plans/{returned}/return", {"reason": "请写明每次活动的主讲人"})
    world.settle()
    entries = world.as_person(CHEN).statement(school_year=SCHOOL_YEAR)["entries"]
    (school,) = world.as_person(ZHAO).get("credits", "/board")["schools"]
    return Addresses(
        entry=next(f"/entries/{one['id']}" for one in entries if one["activity_id"] == kept),
        reversal=next(f"/entries/{one['id']}" for one in entries if one["kind"] == "reversal"),
        session=f"/sessions/{kept}",
        cancelled=f"/sessions/{off}",
        plan=f"/plans/{approved}",
        returned=f"/plans/{returned}",
        teacher=f"/teachers/{world.id_of(CHEN)}",
        school=f"/board/schools/{school['school_id']}",
        account=f"/accounts/people/{world.id_of(CHEN)}",
        person=f"/people/{world.id_of(LIN)}",
        transfer=f"/transfers/{_proposed(world)}",
        **_pair(world),
        roster=f"/imports/{_sent(world, subject='语文')}",
        rejected=f"/imports/{_sent(world, subject='语文', school='没有的学校')}",
    )


def _sent(world: World, **says: str) -> str:
    """A roster with a newcomer, sent and not carried out yet; its id."""
    row = {"school": QINGSHI.name, "staff_number": "T0009", "name": "新老师", **says}
    made = (
        world.as_person(ZHAO)
        .clients["directory"]
        .upload(
            "/api/directory/v1/imports/teachers",
            sheets.workbook(TEACHERS, [row]),
            file_name="教师名册.xlsx",
            extent="part",
        )
    )
    return str(made["batch"]["import_id"])


def _proposed(world: World) -> str:
    """Lin's transfer in February, to which the other school has yet to agree; its id."""
    schools = world.as_person(ZHAO).get("directory", "/transfers/schools")["schools"]
    body = {
        "person_id": world.id_of(LIN),
        "to_school_id": next(one["school_id"] for one in schools if one["name"] == SHIYAN.name),
        "subject": "语文",
        "effective_on": "2027-02-15",
    }
    return str(world.as_person(ZHAO).post("directory", "/transfers", body)["transfer_id"])


def _pair(world: World) -> dict[str, str]:
    """An agreement to sign, one at work in which something waits, one in question, and somebody who waits."""
    zhao, chen = world.as_person(ZHAO), world.id_of(CHEN)
    waits = {"person_id": world.id_of(LIN), "reason": "new_subject", "since_on": "2026-09-03"}
    zhao.post("directory", "/pairings/needs", waits)
    proposed = _propose(world, WU, chen)
    paired = _propose(world, CHEN, world.id_of(WU), focus="information_technology", duty="hears_mentor")
    questioned = _propose(world, ZHAO, chen, focus="research", duty="notes")
    zhao.post("directory", f"/pairings/{questioned}/questions", {"reason": "absent", "note": "外出培训一年"})
    return {
        "proposed": f"/pairings/{proposed}",
        "paired": f"/pairings/{paired}",
        "paper": f"/pairings/{paired}/paper",
        "questioned": f"/pairings/{questioned}",
        "search": f"/pairings/office/proposals/{world.id_of(LIN)}",
    }


def _propose(
    world: World, mentor: Member, apprentice_id: str, *, focus: str = "class_teacher", duty: str = ""
) -> str:
    """An agreement; with a duty, signed by both and with something entered for it."""
    terms = {"focus": focus, "starts_on": TODAY.isoformat(), "term_ends_on": "2027-09-01"}
    two = {"mentor_id": world.id_of(mentor), "apprentice_id": apprentice_id}
    made = world.as_person(ZHAO).post("directory", "/pairings/proposals", {**two, **terms})
    path = f"/pairings/{made['pairing']['pairing_id']}"
    if duty:
        words = {"content_hash": made["versions"][0]["content_hash"]}
        both = (mentor, next(one for one in (CHEN, WU) if world.id_of(one) == apprentice_id))
        for member in both:
            world.as_person(member).post("directory", f"{path}/sign", words)
        done = {"duty": duty, "amount": 2, "done_on": TODAY.isoformat(), "note": "《草船借箭》两课时"}
        world.as_person(both[1]).post("directory", f"{path}/duty-entries", done)
    return str(made["pairing"]["pairing_id"])


def _draft(title: str) -> dict[str, object]:
    item = {"form": SCHOOL_BASED_FORM, "topic": "《草船借箭》同课异构", "due_on": TODAY.isoformat()}
    return {"school_year": SCHOOL_YEAR, "title": title, "items": [item]}
