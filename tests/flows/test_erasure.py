"""PR25: somebody who has left is known by a pseudonym everywhere; what was counted stays."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, select, text

from deploy import audit
from shared import db, inbox, outbox
from shared.client import Problem
from shared.events.codec import Envelope
from shared.inbox import Aside
from shared.kernel_tables import outbox as outbox_table
from shared.kernel_tables import stream, waiting_events
from tests.cast import CHEN, HU, LIN, QIAN, TODAY, WU, ZHAO
from tests.world import World

ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
PHONE = "13812345678"
RESIGNED = {"kind": "resigned", "starts_on": TODAY.isoformat()}


@pytest.fixture
def county(world: World) -> World:
    """Chen has hours, an agreement, a phone, an account; she acted and was refused."""
    chen, zhao, lin = world.as_person(CHEN), world.as_person(ZHAO), world.as_person(LIN)
    world.confirmed_activity()
    hers = f"/people/{world.id_of(CHEN)}"
    zhao.post("directory", f"{hers}/amend", {"phone": PHONE, "sex": "female", "starts_on": TODAY.isoformat()})
    zhao.post("directory", f"{hers}/staff-number", {"staff_no": "T7788"})
    two = {"mentor_id": world.id_of(CHEN), "apprentice_id": world.id_of(WU), "focus": "research"}
    term = {"starts_on": TODAY.isoformat(), "term_ends_on": "2027-09-01"}
    made = zhao.post("directory", "/pairings/proposals", {**two, **term}, key="kept-with-her-name")
    words = {"content_hash": made["versions"][0]["content_hash"]}
    chen.post("directory", f"/pairings/{made['pairing']['pairing_id']}/sign", words)
    reason = {"reason": f"{CHEN.name}来电反映学时不对"}
    world.as_person(QIAN).post("directory", f"{hers}/view-as", reason)
    with pytest.raises(Problem):
        lin.post("directory", f"{hers}/staff-number", {"staff_no": "1"})
    with pytest.raises(Problem):
        chen.get("directory", "/audit-entries")
    world.settle()
    park_what_was_said_of(world, CHEN.username)
    return world


def park_what_was_said_of(world: World, username: str) -> None:
    """A message about her lies parked at notify, as if it could not have been handled."""
    running = world.platform.running
    with running["directory"].engine.connect() as connection:
        own = connection.execute(select(stream)).one()
        hers = outbox_table.c.subject == world.county.ids[username]
        row = connection.execute(select(outbox_table).where(hers).order_by(outbox_table.c.position)).first()
    assert row is not None
    envelope = Envelope(
        id=row.event_id,
        deployment="test",
        producer="directory",
        type=row.type,
        at=row.said_at,
        subject=row.subject,
        school_id=row.school_id,
        incarnation=own.incarnation,
        seq=row.seq,
        traceparent=None,
        data=json.loads(row.data),
    )
    aside = Aside(event_id=row.event_id, routing_key=row.type, body=envelope.encode(), reason="no reason")
    with db.transaction(running["notify"].engine) as session:
        inbox.park(session, [aside], now=world.clock())


def erase(world: World) -> Any:
    return world.as_person(QIAN).post("directory", f"/people/{world.id_of(CHEN)}/erase")


def left(world: World) -> None:
    """Chen resigns today."""
    world.as_person(ZHAO).post("directory", f"/people/{world.id_of(CHEN)}/absences", RESIGNED)
    world.settle()


def engines(world: World) -> dict[str, Engine]:
    return {name: running.engine for name, running in world.platform.running.items()}


def everything(world: World) -> Iterator[tuple[str, str, str]]:
    """Every cell of every table of every service, as text; escaped characters as themselves."""
    for service, engine in engines(world).items():
        with engine.connect() as connection:
            for table in inspect(engine).get_table_names():
                for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608  names of our own
                    for cell in row:
                        yield service, table, readable(cell)


def readable(cell: object) -> str:
    written = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), written)


def where(world: World, *sought: str) -> set[tuple[str, str]]:
    """In which tables one of these stands."""
    return {
        (service, table) for service, table, cell in everything(world) if any(one in cell for one in sought)
    }


def ledger(world: World) -> list[Any]:
    """Every entry and every sum."""
    with engines(world)["credits"].connect() as connection:
        return [
            sorted(map(repr, connection.execute(text(f"SELECT * FROM {table}"))))  # noqa: S608  the same
            for table in ("ledger_entries", "balances")
        ]


def parked(world: World) -> int:
    with engines(world)["notify"].connect() as connection:
        return len(connection.execute(select(waiting_events)).all())


def test_nothing_of_her_is_left_and_what_was_counted_stays(county: World) -> None:
    """PR25, ATK63."""
    left(county)
    stood, counted = where(county, CHEN.name), ledger(county)
    assert {
        ("directory", "person_records"),
        ("directory", "outbox"),
        ("directory", "agreement_versions"),
        ("directory", "signatures"),
        ("directory", "view_grants"),
        ("directory", "audit_entries"),
        ("directory", "idempotency_keys"),
        ("activities", "known_teachers"),
        ("credits", "known_teachers"),
        ("notify", "known_people"),
        ("notify", "waiting_events"),
    } <= stood

    pseudonym = erase(county)["pseudonym"]
    county.settle()

    assert where(county, CHEN.name, PHONE, "T7788") == set()
    assert CHEN.username not in {cell for _, _, cell in everything(county)}
    assert {service for service, _ in where(county, pseudonym)} >= {
        "directory",
        "activities",
        "credits",
        "notify",
    }
    assert ledger(county) == counted
    expected = {one.event_id for one in parked_rows(county)}
    assert audit.run(engines(county), expected_parked=expected) == []
    page = county.as_person(QIAN).get("credits", f"/teachers/{county.id_of(CHEN)}/statement")
    assert (page["name"], page["counted_hundredths"]) == (pseudonym, 200)


def parked_rows(world: World) -> list[Any]:
    with engines(world)["notify"].connect() as connection:
        return list(connection.execute(select(waiting_events)))


def test_what_is_published_again_is_the_same_event(county: World) -> None:
    """RULE10."""
    left(county)
    erase(county)
    county.settle()
    before = parked(county)
    county.later(timedelta(minutes=1))

    for engine in engines(county).values():
        with engine.begin() as connection:
            outbox.unpublish(connection, first=1, last=10_000, sent_before=county.clock())
    county.settle()

    assert parked(county) == before
    assert where(county, CHEN.name) == set()


def test_a_parked_message_is_tried_again_under_the_pseudonym(county: World) -> None:
    left(county)
    erase(county)
    county.settle()

    with db.transaction(engines(county)["notify"]) as session:
        inbox.retry(session, None, now=county.clock())
    county.settle()

    assert parked(county) == 0
    assert where(county, CHEN.name) == set()


def test_erasing_twice_changes_nothing(county: World) -> None:
    left(county)
    first = erase(county)
    county.settle()
    before = sorted(everything(county))

    assert erase(county) == first
    county.settle()

    assert sorted(everything(county)) == before


def test_somebody_who_is_still_here_is_not_erased(county: World) -> None:
    with pytest.raises(Problem) as refused:
        erase(county)

    assert (refused.value.status, refused.value.code) == (409, "has_not_left")
    asked = county.as_person(QIAN).get("directory", f"/people/{county.id_of(CHEN)}/erasure")
    assert (asked["posts"], asked["memberships"], asked["pseudonym"]) == (1, 1, None)


@pytest.mark.parametrize("member", [ZHAO, CHEN, HU])
def test_only_the_county_office_erases(county: World, member: Any) -> None:
    path = f"/people/{county.id_of(CHEN)}"

    with pytest.raises(Problem) as looked:
        county.as_person(member).get("directory", f"{path}/erasure")
    with pytest.raises(Problem) as refused:
        county.as_person(member).post("directory", f"{path}/erase")

    assert (looked.value.status, refused.value.status) == (403, 403)


def test_an_agreement_keeps_the_hash_of_what_was_signed(county: World) -> None:
    left(county)
    pseudonym = erase(county)["pseudonym"]

    with engines(county)["directory"].connect() as connection:
        rows = connection.execute(text("SELECT content, content_hash FROM agreement_versions")).all()
        signed = connection.execute(text("SELECT signed_name, content_hash FROM signatures")).all()

    (content, content_hash) = rows[-1]
    assert json.loads(content)["mentor"]["name"] == pseudonym
    assert pseudonym in json.loads(content)["text"]
    assert (pseudonym, content_hash) in [tuple(one) for one in signed]
