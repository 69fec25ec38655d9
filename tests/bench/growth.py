"""G12, and of G11 what there is: ten times the attendees, five times the years."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import psycopg
from psycopg import sql

from deploy.demo_county import LENGTH_MINUTES
from deploy.loops import utc_now
from services.activities.domain import ATTENDEES_MAX
from services.credits import queries
from services.credits.queries import Year
from shared import db
from shared.auth import Actor
from shared.service import Running
from shared.values import in_chunks, new_id, school_year_of
from shared.vocabulary import Role
from tests.bench import watching
from tests.bench.county import BenchCounty
from tests.bench.figures import Kind, Round, Row, Rows, percentile
from tests.bench.limits import COLUMNS, LEDGER
from tests.bench.limits import rows as ledger_rows
from tests.bench.people import HOURS_HUNDREDTHS, People
from tests.bench.progress import Step

FEW, MANY = 10_000, 100_000
ENTRIES_A_YEAR = 36
"""72 hours of two hours each, for everybody."""
STATEMENTS = 300
BOARDS = 20
YEARS: Mapping[str, int] = {"one": 1, "five": 5}


def measure(county: BenchCounty, people: People, rows: Rows, *, rounds: int) -> Iterator[Step]:
    """Sessions while the ledger is small; then years are filled in and asked about; then sessions again."""
    for number in range(rounds):
        for key, count in (("few", FEW), ("many", MANY)):
            yield Step(f"round {number + 1}: {count:,} attendees, {len(people.teachers):,} a session")
            _grow(county, people, rows, key=key, title=f"{count:,} attendees", count=count, number=number)
    filled = 0
    for name, years in YEARS.items():
        yield Step(f"{years} years of ledger")
        _fill(county, people, first=filled, last=years)
        filled = years
        for number in range(rounds):
            yield Step(f"round {number + 1}: statements and boards at {years} years")
            _ask(county.running["credits"], people, rows, name=name, years=years)
    for number in range(rounds):
        yield Step(f"round {number + 1}: {FEW:,} attendees after {filled} years")
        title = f"{FEW:,} attendees after {filled} years"
        _grow(county, people, rows, key="aged", title=title, count=FEW, number=number)


def steps(rounds: int) -> int:
    """How many steps `measure` takes."""
    return rounds * 3 + len(YEARS) * (rounds + 1)


def _grow(
    county: BenchCounty, people: People, rows: Rows, *, key: str, title: str, count: int, number: int
) -> None:
    row = Row(
        key=f"growth.{key}",
        title=f"product: {title}, to the last ledger row",
        kind=Kind.PRODUCT,
        unit="s",
        count=count,
    )
    rows.note(row, _sessions(county.running, people, form=f"bench_{key}_{number}", count=count))


def _sessions(running: Mapping[str, Running], people: People, *, form: str, count: int) -> Round:
    """As many sessions of everybody as it takes, confirmed one after the other."""
    sessions = [people.hold(running["activities"], form=form) for _ in range(count // len(people.teachers))]
    watching.until_quiet(running)
    arrivals = watching.Arrivals(running["activities"], running["credits"])
    began = time.monotonic()
    for activity_id in sessions:
        for part in in_chunks(people.teachers, of=ATTENDEES_MAX):
            people.confirm(running["activities"], activity_id, part)
    seconds = arrivals.all_since() - began
    watching.until_quiet(running)
    expected = len(sessions) * len(people.teachers)
    findings = (
        *watching.ledger_findings(running, form=form, expected=expected),
        *watching.stream_findings(running),
    )
    return Round(value=seconds, findings=findings)


def _fill(county: BenchCounty, people: People, *, first: int, last: int) -> None:
    """History straight into the tables, with its balances: nobody could attend that much in an hour."""
    this_year = school_year_of(utc_now().date())
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(LEDGER.name), sql.SQL(", ").join(sql.Identifier(name) for name in COLUMNS)
    )
    url = county.postgres.url.rpartition("/")[0] + "/credits"
    with psycopg.connect(url) as connection:
        for back in range(first, last):
            year = this_year - 1 - back
            for entry in range(ENTRIES_A_YEAR):
                held_on = date(year, 9, 1) + timedelta(days=entry * 10)
                with connection.cursor() as cursor, cursor.copy(into) as copy:
                    for row in _entries(people, held_on=held_on, year=year):
                        copy.write_row(row)
            connection.execute(
                "INSERT INTO balances (teacher_id, school_year, category, earned_hundredths)"
                " SELECT teacher_id, school_year, category, sum(hours_hundredths) FROM ledger_entries"
                " WHERE school_year = %s GROUP BY 1, 2, 3"
                " ON CONFLICT (teacher_id, school_year, category)"
                " DO UPDATE SET earned_hundredths = excluded.earned_hundredths",
                [year],
            )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) ledger_entries, balances")


def _entries(people: People, *, held_on: date, year: int) -> Iterator[Sequence[object]]:
    activity_id = new_id(utc_now())
    for teacher_id, row in zip(people.teachers, ledger_rows(len(people.teachers)), strict=True):
        facts = {
            **row,
            "teacher_id": teacher_id,
            "activity_id": activity_id,
            "school_id": people.school_id,
            "held_on": held_on,
            "school_year": year,
            "minutes": LENGTH_MINUTES,
            "hours_hundredths": HOURS_HUNDREDTHS,
            "rule_pack_id": people.rule_pack_id,
        }
        yield [facts[name] for name in COLUMNS]


def _ask(running: Running, people: People, rows: Rows, *, name: str, years: int) -> None:
    """Some teachers' statements of last year, and the county's board; in the transactions of their doors."""
    now = utc_now()
    year = Year(school_year=school_year_of(now.date()) - 1, today=now.date())
    officer = Actor(
        person_id=new_id(now), name="钱老师", school_id=None, roles=frozenset({Role.COUNTY_OFFICER})
    )
    asked = [_statement(running, people, one, year) for one in random.sample(people.teachers, STATEMENTS)]
    boards = [_board(running, officer, year) for _ in range(BOARDS)]
    for what, took in (("statement", asked), ("board", boards)):
        for share in (50, 99):
            row = Row(
                key=f"years.{name}.{what}.p{share}",
                title=f"product: a {what} at {years} years, p{share}",
                kind=Kind.PRODUCT,
                unit="ms",
                count=len(took),
            )
            rows.note(row, Round(value=percentile(took, share / 100) * 1_000))


def _statement(running: Running, people: People, teacher_id: UUID, year: Year) -> float:
    teacher = Actor(
        person_id=teacher_id, name="教师", school_id=people.school_id, roles=frozenset({Role.TEACHER})
    )
    began = time.monotonic()
    with db.transaction(running.engine, write=False, scope=teacher.scope(writes=False)) as session:
        found = queries.statement(session, actor=teacher, teacher_id=teacher_id, year=year)
    assert len(found.entries) >= ENTRIES_A_YEAR
    return time.monotonic() - began


def _board(running: Running, officer: Actor, year: Year) -> float:
    began = time.monotonic()
    with db.transaction(running.engine, write=False, scope=officer.scope(writes=False)) as session:
        found = queries.board(session, actor=officer, year=year)
    assert found.teachers > 0
    return time.monotonic() - began
