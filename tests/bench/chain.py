"""G1 to G3: from the confirmation to the ledger and the notices, beside limits and peers, in rounds."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count as counting

from deploy.demo_county import LENGTH_MINUTES
from deploy.loops import utc_now
from services.activities.domain import ATTENDEES_MAX
from shared.events.activities import AttendanceConfirmed, Attendee
from shared.values import county_day, in_chunks, new_id
from shared.vocabulary import SessionRole
from tests.bench import floor, limits, watching
from tests.bench.county import BenchCounty
from tests.bench.figures import Kind, Round, Row, Rows
from tests.bench.judging import PEERS_MISSING
from tests.bench.peers.contest import PEERS, Contest, are_installed
from tests.bench.people import People, say
from tests.bench.progress import Step

WARM_UP = 500

Measure = Callable[[int], dict[str, Round]]
"""One round with so many attendees; what came of each row it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """What takes its turn in every round, and the rows it fills."""

    rows: Sequence[tuple[str, str, Kind]]
    """Key, title and kind of each."""
    measure: Measure


def measure(county: BenchCounty, people: People, rows: Rows, *, count: int, rounds: int) -> Iterator[Step]:
    """A warm-up, then the rounds, each beginning with another entrant."""
    entrants = list(_entrants(county, people))
    for entrant in entrants:
        yield Step(f"warm-up: {entrant.rows[0][1]}")
        entrant.measure(WARM_UP)
    for number in range(rounds):
        turn = number % len(entrants)
        for entrant in entrants[turn:] + entrants[:turn]:
            yield Step(f"round {number + 1}: {entrant.rows[0][1]}")
            found = entrant.measure(count)
            for key, title, kind in entrant.rows:
                rows.note(Row(key=key, title=title, kind=kind, unit="s", count=count), found[key])
    if not are_installed():
        for peer in PEERS:
            row = Row(key=f"peer.{peer.name}", title=peer.title, kind=Kind.PEER, unit="s", count=count)
            rows.leave_out(row, why=PEERS_MISSING)


def steps(rounds: int) -> int:
    """How many steps `measure` takes."""
    entrants = 5 + (len(PEERS) if are_installed() else 0)
    return entrants * (rounds + 1)


def _entrants(county: BenchCounty, people: People) -> Iterator[Entrant]:
    url = limits.create(county.postgres)
    yield _limit(
        url, "limit.copy", "limit: COPY of the ledger rows alone", limits.copied, with_balances=False
    )
    yield _limit(
        url,
        "limit.set_wise",
        f"limit: claim + ledger + balance, {limits.ROWS_A_TRANSACTION:,} a transaction",
        limits.set_wise,
    )
    if are_installed():
        contest = Contest(broker_url=county.broker_url, database_url=url, logs=county.folder)
        for peer in PEERS:
            key = f"peer.{peer.name}"
            yield Entrant(
                rows=[(key, f"peer: {peer.title}", Kind.PEER)],
                measure=lambda number, key=key, peer=peer: {key: contest.round(peer, number)},  # type: ignore[misc]  # mypy infers no defaults
            )
    product = Product(county, people)
    yield Entrant(
        rows=[
            ("product.confirm", "product: the confirm transaction alone", Kind.PRODUCT),
            ("product.ledger", "product: one session, to the last ledger row", Kind.PRODUCT),
            ("product.notices", "product: the same, to the last mentor notice", Kind.PRODUCT),
        ],
        measure=product.one_session,
    )
    yield Entrant(
        rows=[
            ("product.single", "product: an event an attendee, to the last ledger row", Kind.PRODUCT),
            ("product.single_notices", "product: the same, to the last notice", Kind.PRODUCT),
        ],
        measure=product.single_events,
    )
    yield Entrant(
        rows=[
            ("floor.ledger", "limit: its rows in the product's tables, one core: ledger", Kind.LIMIT),
            ("floor.notices", "limit: the same, and notices", Kind.LIMIT),
        ],
        measure=product.rows_alone,
    )


def _limit(
    url: str,
    key: str,
    title: str,
    timed: Callable[[str, int], float],
    *,
    with_balances: bool = True,
) -> Entrant:
    def measured(number: int) -> dict[str, Round]:
        limits.empty(url)
        seconds = timed(url, number)
        findings = limits.findings(url, expected=number, with_balances=with_balances)
        return {key: Round(value=seconds, findings=findings)}

    return Entrant(rows=[(key, title, Kind.LIMIT)], measure=measured)


class Product:
    """The product's own commands, relays and workers. Each round has a form of its own."""

    def __init__(self, county: BenchCounty, people: People) -> None:
        self._running, self._people = county.running, people
        self._numbers = counting(1)

    def one_session(self, number: int) -> dict[str, Round]:
        """One session, confirmed in as many requests as the limit of one allows."""
        form = f"bench_session_{next(self._numbers)}"
        activity_id = self._people.hold(self._running["activities"], form=form)
        teachers = self._people.teachers[:number]
        watching.until_quiet(self._running)
        to_credits, to_notify = self._arrivals()
        began = time.monotonic()
        for part in in_chunks(teachers, of=ATTENDEES_MAX):
            self._people.confirm(self._running["activities"], activity_id, part)
        confirmed = time.monotonic()
        ledger = to_credits.all_since()
        notices = to_notify.all_since()
        right, told = self._findings(form, number)
        return {
            "product.confirm": Round(value=confirmed - began),
            "product.ledger": Round(value=ledger - began, findings=right),
            "product.notices": Round(value=notices - began, findings=(*right, *told)),
        }

    def rows_alone(self, number: int) -> dict[str, Round]:
        """The rows of a session that is confirmed and told of, once more and by SQL alone."""
        activities, credits, notify = (self._running[name] for name in ("activities", "credits", "notify"))
        forms = (f"bench_rows_{next(self._numbers)}" for _ in range(2))
        one, other = (self._people.hold(activities, form=form) for form in forms)
        for part in in_chunks(self._people.teachers[:number], of=ATTENDEES_MAX):
            self._people.confirm(activities, one, part)
        watching.until_quiet(self._running)
        scope = self._people.leader.scope(writes=True)
        ledger = floor.attendance(activities, of=one, as_of=other, scope=scope)
        ledger += floor.ledger(credits, of=one, as_of=other)
        notices = floor.notices(notify, of=one, as_of=other)
        return {"floor.ledger": Round(value=ledger), "floor.notices": Round(value=ledger + notices)}

    def single_events(self, number: int) -> dict[str, Round]:
        """As many confirmations of one attendee, each of a session of its own, said in one transaction.

        What a command costs to say one of them is G5's question; here it is what becomes of them.
        """
        form = f"bench_single_{next(self._numbers)}"
        events = [self._confirmed(form, place) for place in range(number)]
        watching.until_quiet(self._running)
        to_credits, to_notify = self._arrivals()
        began = time.monotonic()
        say(self._running["activities"], events)
        ledger = to_credits.all_since()
        notices = to_notify.all_since()
        right, told = self._findings(form, number)
        return {
            "product.single": Round(value=ledger - began, findings=right),
            "product.single_notices": Round(value=notices - began, findings=(*right, *told)),
        }

    def _confirmed(self, form: str, place: int) -> AttendanceConfirmed:
        now = utc_now()
        attendee = Attendee(
            teacher_id=self._people.teachers[place],
            minutes=LENGTH_MINUTES,
            role=SessionRole.PARTICIPANT,
            round_no=1,
        )
        return AttendanceConfirmed(
            activity_id=new_id(now),
            school_id=self._people.school_id,
            form=form,
            held_on=county_day(now),
            plan_item_id=None,
            attendees=(attendee,),
        )

    def _arrivals(self) -> tuple[watching.Arrivals, watching.Arrivals]:
        activities, credits, notify = (self._running[name] for name in ("activities", "credits", "notify"))
        return watching.Arrivals(activities, credits), watching.Arrivals(credits, notify)

    def _findings(self, form: str, expected: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of the ledger and the streams, and of the notices."""
        watching.until_quiet(self._running)
        ledger = watching.ledger_findings(self._running, form=form, expected=expected)
        notices = watching.notice_findings(self._running, form=form, expected=expected)
        return (*ledger, *watching.stream_findings(self._running)), notices
