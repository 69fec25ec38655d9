"""A timeline rewritten: the days in question become what they shall, and nothing else changes, ever."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.directory.commands import facts
from services.directory.domain.periods import Period, check_period
from services.directory.domain.timelines import Change, Fact, joined, overlaid, value_on
from services.directory.models import Absence, Base, Person
from services.directory.queries.pages import holds, known
from services.directory.service import SERVICE
from shared import db
from shared.values import Refused
from shared.vocabulary import AbsenceKind
from tests.directory.register import NOW
from tests.signed_in import migrated_file

FIRST = date(2020, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(-2, 34)]
VALUES = ["a", "b", "c"]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Short periods in one month, some without an end."""
    start = draw(st.integers(0, 28))
    length = draw(st.none() | st.integers(1, 12))
    return Period(starts_on=day(start), ends_on=None if length is None else day(start + length))


@st.composite
def timelines(draw: st.DrawFn) -> list[Fact[str]]:
    """Facts of which one at most holds on any day, neighbours and holes among them."""
    cuts = sorted(draw(st.sets(st.integers(0, 30), max_size=8)))
    spans = list(zip(cuts, [*cuts[1:], None], strict=True)) if cuts else []
    kept = [span for span in spans if draw(st.booleans())]
    return [
        Fact(
            id=uuid4(),
            period=Period(starts_on=day(start), ends_on=None if end is None else day(end)),
            value=draw(st.sampled_from(VALUES)),
        )
        for start, end in kept
    ]


becomings: st.SearchStrategy[Mapping[str | None, str | None]] = st.fixed_dictionaries(
    {held: st.none() | st.sampled_from(VALUES) for held in (None, *VALUES)}
)
"""What shall hold instead of what held; None is nothing."""


def applied(timeline: list[Fact[str]], change: Change[str]) -> list[Fact[str]]:
    kept = [fact for fact in timeline if fact.id not in set(change.withdrawn)]
    return kept + [Fact(id=uuid4(), period=period, value=value) for period, value in change.added]


@given(timeline=timelines(), period=periods(), become=becomings)
def test_each_day_within_becomes_what_it_shall_and_each_day_outside_stays(
    timeline: list[Fact[str]], period: Period, become: Mapping[str | None, str | None]
) -> None:
    after = applied(timeline, overlaid(timeline, period=period, become=become.__getitem__))

    for one in DAYS:
        held = value_on(timeline, one)
        assert value_on(after, one) == (become[held] if period.covers(one) else held)


@given(timeline=timelines(), period=periods(), become=becomings)
def test_on_no_day_two_facts_hold_afterwards(
    timeline: list[Fact[str]], period: Period, become: Mapping[str | None, str | None]
) -> None:
    after = applied(timeline, overlaid(timeline, period=period, become=become.__getitem__))

    for one in DAYS:
        assert sum(fact.period.covers(one) for fact in after) <= 1


@given(timeline=timelines(), period=periods(), become=becomings)
def test_said_again_it_changes_nothing_when_it_settles(
    timeline: list[Fact[str]], period: Period, become: Mapping[str | None, str | None]
) -> None:
    """A rewriting whose outcomes it would leave alone is done once."""
    settled = {held: become[held] if become[become[held]] == become[held] else held for held in become}
    once = applied(timeline, overlaid(timeline, period=period, become=settled.__getitem__))

    again = overlaid(once, period=period, become=settled.__getitem__)

    assert not again


@given(timeline=timelines(), period=periods())
def test_what_comes_out_the_same_is_left_alone(timeline: list[Fact[str]], period: Period) -> None:
    assert not overlaid(timeline, period=period, become=lambda held: held)


@given(timeline=timelines())
def test_neighbours_of_one_value_are_one(timeline: list[Fact[str]]) -> None:
    whole = joined((fact.period, fact.value) for fact in timeline)

    for (before, held), (behind, holds_then) in pairwise(whole):
        assert (before.ends_on, held) != (behind.starts_on, holds_then)
    for one in DAYS:
        assert next((value for period, value in whole if period.covers(one)), None) == value_on(timeline, one)


def test_a_period_has_at_least_one_day() -> None:
    assert check_period(starts_on=FIRST, ends_on=day(1)).covers(FIRST)
    with pytest.raises(Refused, match="period_empty"):
        check_period(starts_on=FIRST, ends_on=FIRST)


# --- and in the database


SOMEBODY = UUID(int=0xA1)
KINDS = dict(zip(VALUES, AbsenceKind, strict=False))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The tables with their triggers, and one person."""
    path: Path = migrated_file(tmp_path_factory.mktemp("facts"), SERVICE)
    engine = db.make_engine(f"sqlite:///{path}")
    with db.transaction(engine) as session:
        session.execute(insert(Person), [{"id": SOMEBODY, "version": 0, "entered_at": NOW}])
    return engine


class _Undone(Exception):
    """The end of an example: what it wrote is rolled back."""


Answers = dict[date, list[Any]]


def answers(session: Session, *, at: datetime | None = None) -> Answers:
    """What holds on each day, as it is known at a moment."""
    return {
        one: list(
            session.scalars(
                select(Absence.kind).where(
                    Absence.person_id == SOMEBODY, known(Absence, at), holds(Absence, one)
                )
            )
        )
        for one in DAYS[::3]
    }


corrections = st.lists(st.tuples(periods(), becomings), min_size=1, max_size=6)


def rewritten(
    session: Session, period: Period, become: Mapping[str | None, str | None], now: datetime
) -> None:
    spoken = {kind: name for name, kind in KINDS.items()}

    def decide(held: facts.Values | None) -> facts.Values | None:
        shall = become[None if held is None else spoken[held["kind"]]]
        return None if shall is None else {"kind": KINDS[shall], "document": None}

    facts.record(session, Absence, of={"person_id": SOMEBODY}, period=period, become=decide, now=now)


def example(engine: Engine, body: Callable[[Session], None]) -> None:
    """Run one example in a transaction that is rolled back."""
    with suppress(_Undone), db.transaction(engine) as session:
        body(session)
        raise _Undone


FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(steps=corrections)
def test_whatever_is_corrected_what_was_known_before_stays_known(
    engine: Engine, steps: list[tuple[Period, Mapping[str | None, str | None]]]
) -> None:
    def body(session: Session) -> None:
        seen: dict[datetime, Answers] = {}
        for number, (period, become) in enumerate(steps):
            now = NOW + timedelta(minutes=number)
            rewritten(session, period, become, now)
            seen[now] = answers(session)
            for moment, then in seen.items():
                assert answers(session, at=moment) == then

    example(engine, body)


@FEW
@given(steps=corrections, limit=st.integers(1, 30))
def test_corrections_of_later_days_leave_the_answers_of_the_days_before(
    engine: Engine, steps: list[tuple[Period, Mapping[str | None, str | None]]], limit: int
) -> None:
    first, *others = steps

    def body(session: Session) -> None:
        rewritten(session, *first, NOW)
        before = {one: found for one, found in answers(session).items() if one < day(limit)}
        for number, (period, become) in enumerate(others, start=1):
            later = period.within(Period(starts_on=day(limit), ends_on=None))
            if later is not None:
                rewritten(session, later, become, NOW + timedelta(minutes=number))
        after = answers(session)
        assert {one: after[one] for one in before} == before

    example(engine, body)


@FEW
@given(steps=corrections)
def test_a_batch_undone_leaves_the_answers_from_before_it(
    engine: Engine, steps: list[tuple[Period, Mapping[str | None, str | None]]]
) -> None:
    """Also a batch that wrote one timeline several times."""
    (first, become), *others = steps
    batch = uuid4()

    def body(session: Session) -> None:
        rewritten(session, first, become, NOW)
        before = answers(session)
        now = NOW + timedelta(minutes=1)
        for period, shall in others:
            said = shall[None] or "a"
            facts.record(
                session,
                Absence,
                of={"person_id": SOMEBODY},
                period=period,
                become=lambda _, said=said: {"kind": KINDS[said], "document": None},  # type: ignore[misc]  # bound now
                now=now,
                batch=batch,
            )
        meanwhile = answers(session)
        facts.undo(session, [Absence], batch=batch, now=now + timedelta(minutes=1))
        assert answers(session) == before
        assert answers(session, at=now) == meanwhile

    example(engine, body)


def test_a_batch_that_was_changed_since_is_not_undone(engine: Engine) -> None:
    batch = uuid4()
    always = Period(starts_on=FIRST, ends_on=None)

    def body(session: Session) -> None:
        said = {"person_id": SOMEBODY, "kind": AbsenceKind.RETIRED}
        facts.add(session, Absence, [(always, said)], now=NOW, batch=batch)
        facts.cut(session, Absence, Absence.person_id == SOMEBODY, on=day(5), now=NOW + timedelta(minutes=1))
        with pytest.raises(Refused, match="changed_since"):
            facts.undo(session, [Absence], batch=batch, now=NOW + timedelta(minutes=2))

    example(engine, body)


DATED = sorted(
    name
    for name, table in Base.metadata.tables.items()
    if {"withdrawn_at", "recorded_at"} <= set(table.columns.keys())
)


@pytest.mark.parametrize("change", ["starts_on", "recorded_at"])
def test_the_database_itself_lets_no_fact_be_changed(engine: Engine, change: str) -> None:
    always = Period(starts_on=FIRST, ends_on=None)
    better: dict[str, Any] = {"starts_on": day(1), "recorded_at": NOW + timedelta(days=1)}

    def body(session: Session) -> None:
        facts.add(session, Absence, [(always, {"person_id": SOMEBODY, "kind": AbsenceKind.RETIRED})], now=NOW)
        with pytest.raises(IntegrityError, match="dated facts"), session.begin_nested():
            session.execute(update(Absence).values({change: better[change]}))

    example(engine, body)


@pytest.mark.parametrize("table", DATED)
def test_every_dated_table_is_watched_over(engine: Engine, table: str) -> None:
    with engine.connect() as connection:
        triggers = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        )
        names = {name for (name,) in triggers}

    assert names == {f"{table}_{verb}" for verb in ("no_rewrite", "withdrawn_once", "no_delete")}


def test_facts_that_came_and_went_are_still_counted(engine: Engine) -> None:
    def body(session: Session) -> None:
        said = {"person_id": SOMEBODY, "kind": AbsenceKind.RETIRED}
        facts.add(session, Absence, [(Period(starts_on=FIRST, ends_on=None), said)], now=NOW)
        facts.cut(session, Absence, Absence.person_id == SOMEBODY, on=FIRST, now=NOW)
        assert session.scalar(select(func.count()).select_from(Absence)) == 1

    example(engine, body)
