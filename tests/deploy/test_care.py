"""`yanxun events` and `yanxun doctor`: what an operator sees of a platform in trouble, and what helps."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from deploy.cli import main
from deploy.loops import utc_now
from deploy.registry import DOMAIN
from services.credits.models import LedgerEntry
from shared.db import transaction
from shared.inbox import RETRY_DELAYS, note_head
from shared.kernel_tables import outbox, stream
from shared.values import county_day, school_year_of
from tests.cast import CHEN, LIN, QIAN, WU
from tests.world import World, publish_rules, world

HALF_AN_HOUR_AGO = utc_now() - timedelta(minutes=30)
"""These verbs go by the machine's clock; what they are to find has happened before."""
TODAY = county_day(HALF_AN_HOUR_AGO)
CONFIRMED = "activities.attendance.confirmed.v1"
NOBODY = "00000000-0000-0000-0000-000000000001"
SAID = ["activities.session.announced.v1", "activities.session.held.v1", CONFIRMED]
"""By activities, in this order."""
NOTHING_PARKED = "nothing is parked"


@pytest.fixture
def county() -> Iterator[World]:
    """A county whose rules begin tomorrow."""
    with world(now=HALF_AN_HOUR_AGO, rules_from=TODAY + timedelta(days=1)) as opened:
        yield opened


@pytest.fixture
def parked(county: World) -> str:
    """Attendance of today, which nobody can count yet; the id of what says so."""
    activity = county.held_activity()
    county.as_person(WU).confirm(activity, {county.id_of(CHEN): 90})
    county.settle()
    for rest in RETRY_DELAYS:
        county.later(rest)
        county.settle()
    asked = select(outbox.c.event_id).where(outbox.c.type == CONFIRMED)
    with county.platform.running["activities"].engine.connect() as connection:
        return str(connection.execute(asked).scalar_one())


@pytest.fixture
def counted(county: World, parked: str) -> World:
    """The rules are there, and what was parked has been retried."""
    publish(county)
    assert asked(county, "events", "retry", parked).exit_code == 0
    catch_up(county)
    return county


def asked(county: World, *arguments: str) -> Result:
    """The command, on the county's folder."""
    return CliRunner().invoke(main, [*arguments, "--data", str(county.platform.folder)])


def publish(county: World) -> None:
    """The rules hold from the beginning of the school year."""
    qian = county.as_person(QIAN)
    publish_rules(qian.clients["credits"], valid_from=date(school_year_of(TODAY), 9, 1))


def catch_up(county: World) -> None:
    """Every service goes on until now."""
    county.later(utc_now() - county.clock())
    county.settle()


def ledger(county: World) -> list[tuple[str, int]]:
    """Whose every entry is, and what it is worth."""
    with transaction(county.platform.running["credits"].engine, write=False) as session:
        return [(str(one.teacher_id), one.hours_hundredths) for one in session.scalars(select(LedgerEntry))]


# --- what is parked ----------------------------------------------------------------------------------------


def test_what_is_parked_is_listed_with_its_id_and_reason(county: World, parked: str) -> None:
    told = asked(county, "events", "parked").stdout
    (line,) = [line for line in told.splitlines() if parked in line]

    assert "credits" in line
    assert "no_rule_in_force:" in line
    assert f"{TODAY}没有生效的学时规则" in told  # it may go on in the next line
    assert NOTHING_PARKED in asked(county, "events", "parked", "--service", "notify").stdout


def test_an_event_is_shown_whole_wherever_it_is(county: World, parked: str) -> None:
    said, waits = json.loads(asked(county, "events", "show", parked).stdout)

    assert (said["service"], said["in"], said["type"]) == ("activities", "outbox", CONFIRMED)
    assert said["data"]["attendees"][0]["teacher_id"] == county.id_of(CHEN)
    assert (waits["service"], waits["in"]) == ("credits", "waiting")
    assert waits["reason"].startswith("no_rule_in_force")
    assert waits["body"]["data"] == said["data"]


@pytest.mark.parametrize("which", ["the id", "all"])
def test_what_is_retried_once_its_cause_is_gone_counts_once(county: World, parked: str, which: str) -> None:
    publish(county)

    retried = asked(county, "events", "retry", parked if which == "the id" else "--all")
    catch_up(county)

    assert (retried.exit_code, retried.stdout) == (0, "重新处理 / retried: 1\n")
    assert ledger(county) == [(county.id_of(CHEN), 200)]
    assert county.as_person(LIN).inbox_titles() == ["您的徒弟陈老师获得2学时"]
    assert NOTHING_PARKED in asked(county, "events", "parked").stdout


def test_what_is_retried_too_early_is_parked_again(county: World, parked: str) -> None:
    asked(county, "events", "retry", "--all")
    catch_up(county)
    for rest in RETRY_DELAYS:
        county.later(rest)
        county.settle()

    assert parked in asked(county, "events", "parked").stdout
    assert ledger(county) == []


@pytest.mark.parametrize("arguments", [(), (NOBODY, "--all")])
def test_a_retry_says_which(county: World, arguments: tuple[str, ...]) -> None:
    refused = asked(county, "events", "retry", *arguments)

    assert refused.exit_code == 2
    assert "give ids, or --all" in refused.output


@pytest.mark.parametrize("verb", ["show", "retry"])
def test_an_id_nobody_knows_is_told(county: World, verb: str) -> None:
    refused = asked(county, "events", verb, NOBODY)

    assert refused.exit_code == 1
    assert {"show": NOBODY, "retry": "none of these is parked"}[verb] in refused.stderr


# --- what was said -----------------------------------------------------------------------------------------


def test_what_is_sent_again_changes_nothing(counted: World) -> None:
    before = ledger(counted)

    for _ in range(2):
        again = asked(counted, "events", "replay", "--service", "activities", "--first", "2", "--last", "3")
        unpublished = asked(counted, "events", "list", "--unpublished", "--service", "activities").stdout
        catch_up(counted)

        assert again.stdout == "将再次发出 / to be published again: 2\n"
        assert [kind for kind in SAID if kind in unpublished] == SAID[1:]
        assert "no events" in asked(counted, "events", "list", "--unpublished").stdout

    assert ledger(counted) == before == [(counted.id_of(CHEN), 200)]
    assert len(counted.as_person(LIN).inbox_titles()) == 1


def test_without_a_range_all_is_sent_again(counted: World) -> None:
    again = asked(counted, "events", "replay", "--service", "activities")

    assert again.stdout == f"将再次发出 / to be published again: {len(SAID)}\n"


def test_what_was_said_is_listed_newest_first(county: World, parked: str) -> None:
    listed = asked(county, "events", "list", "--service", "activities").stdout

    assert parked in listed
    assert sorted(SAID, key=listed.index) == SAID[::-1]
    assert "directory." not in listed


# --- what is wrong -----------------------------------------------------------------------------------------


def test_where_nothing_is_wrong_the_doctor_says_so(counted: World) -> None:
    found = asked(counted, "doctor")

    assert (found.exit_code, found.stdout.splitlines()[-1]) == (0, "✓ 一切正常 / all is well")


def test_the_doctor_names_what_is_parked_and_the_command_that_helps(county: World, parked: str) -> None:
    del parked
    catch_up(county)

    assert troubles(county) == ["✗ credits: 1 个事件停放 / parked; yanxun events parked --service credits"]


def test_the_doctor_names_a_relay_that_stands_still(county: World) -> None:
    county.settle()
    county.later(utc_now() - county.clock())
    for name in county.platform.running:
        if name != "credits":
            county.relays[name].step(now=county.clock())
        county.workers[name].step(clock=county.clock, wait_seconds=0)

    assert troubles(county) == ["✗ credits relay: 没有动静 / silent"]


def test_the_doctor_names_whose_events_do_not_leave(county: World) -> None:
    catch_up(county)
    asked(county, "events", "replay", "--service", "directory")

    (trouble,) = troubles(county)
    assert trouble.startswith(
        f"✗ directory: 事件积压 / events do not leave since {HALF_AN_HOUR_AGO:%Y-%m-%d}"
    )


def test_the_doctor_names_who_misses_what(county: World) -> None:
    with county.platform.running["directory"].engine.connect() as connection:
        own = connection.execute(select(stream)).one()
    with transaction(county.platform.running["credits"].engine) as session:
        note_head(session, producer="directory", incarnation=own.incarnation, head=own.head + 2)
    catch_up(county)

    missing = f"directory {own.head + 1}..{own.head + 2}"
    assert troubles(county) == [f"✗ credits: 缺少事件 / missing {missing}"]


def troubles(county: World) -> list[str]:
    """What the doctor complains of."""
    found = asked(county, "doctor")
    assert found.exit_code == 1
    return [line for line in found.stdout.splitlines() if line.startswith("✗")]


NO_FOLDER = (
    ("events", "list"),
    ("events", "show", NOBODY),
    ("events", "parked"),
    ("events", "retry", "--all"),
    ("events", "replay", "--service", "plans"),
    ("audit",),
    ("doctor",),
)


@pytest.mark.parametrize("arguments", NO_FOLDER, ids=" ".join)
def test_where_there_is_no_data_every_verb_says_what_to_give(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    refused = CliRunner().invoke(main, [*arguments, "--data", str(tmp_path / "none")])

    assert refused.exit_code == 2
    assert f"no data: {tmp_path / 'none' / DOMAIN[0].name}.sqlite3 (--data FOLDER" in refused.stderr
