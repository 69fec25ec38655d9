"""Would the simulation notice? Each classic mistake is planted and must be found within fifty seeds (F38)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, Row, delete, func, select, text, update
from sqlalchemy.orm import Session

from services.credits import queries as credit_queries
from shared import inbox, relay
from shared.bus import Delivery
from shared.checkpoints import reached
from shared.events.codec import Envelope
from shared.inbox import Claims
from shared.inserts import insert_new
from shared.kernel_tables import outbox, received_events, stream
from shared.relay import Relay
from shared.values import new_id
from shared.worker import Taken, Worker
from tests.simulation.bus import SimulatedInlet
from tests.simulation.runs import Outcome, run, settled_county
from tests.simulation.simulation import County, Simulation

pytestmark = pytest.mark.timeout(600)  # fifty runs, where a mistake shows late

SEEDS_MAX = 50

claim = inbox.claim
heal = Simulation.heal


@pytest.fixture(autouse=True)
def county() -> County:
    """Made before anything is planted."""
    return settled_county()


def first_bad_run() -> Outcome:
    """The run in which the simulation notices."""
    bad = next((outcome for outcome in map(run, range(SEEDS_MAX)) if outcome.findings), None)
    assert bad is not None, f"{SEEDS_MAX} seeds and nothing amiss"
    return bad


def findings_of_the_first_bad_seed() -> Sequence[str]:
    """What the simulation says once it notices."""
    return first_bad_run().findings


def invariants(findings: Sequence[str]) -> set[str]:
    """Which invariants they break."""
    return {finding.split(" ", 1)[0] for finding in findings}


def paid_twice(findings: Sequence[str]) -> bool:
    """Whether somebody has two entries for one fact."""
    return any(finding.startswith("INV2 paid more than once: ") for finding in findings)


def test_no_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    """Caught before it pays anybody twice: what no claim records is not safe to settle."""

    def everything_is_fresh(_session: Session, envelopes: Sequence[Envelope], *, now: datetime) -> Claims:
        del now
        return Claims(fresh=envelopes, contradicting=())

    monkeypatch.setattr(inbox, "claim", everything_is_fresh)

    (finding,) = findings_of_the_first_bad_seed()
    assert "settles what is not safe" in finding


@pytest.fixture(scope="module")
def ledger_without_key() -> bytes:
    """The image of a credits database whose ledger has no constraint at all."""
    county = settled_county()
    county.databases.set_back(county.images)
    with county.running["credits"].engine.begin() as connection:
        for statement in (
            "CREATE TABLE bare AS SELECT * FROM ledger_entries",
            "DROP TABLE ledger_entries",
            "ALTER TABLE bare RENAME TO ledger_entries",
        ):
            connection.execute(text(statement))
    return county.databases.images()["credits"]


def test_no_key_on_the_ledger(
    county: County, ledger_without_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows when an event comes again after its claim was purged; with its key the ledger bears that."""

    def purge_claims_and_send_again(simulation: Simulation) -> None:
        heal(simulation)
        with simulation._engine("credits").begin() as connection:
            connection.execute(delete(received_events).where(received_events.c.producer == "activities"))
        with simulation._engine("activities").begin() as connection:
            connection.execute(update(outbox).values(published_at=None))
        simulation.settle()

    monkeypatch.setattr(Simulation, "heal", purge_claims_and_send_again)

    with monkeypatch.context() as without_key:
        without_key.setitem(county.images, "credits", ledger_without_key)
        bad = first_bad_run()

    assert paid_twice(bad.findings)
    assert run(bad.seed).findings == []


def test_no_claim_and_no_key_on_the_ledger(
    county: County, ledger_without_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever comes twice is paid twice; with its key the ledger bears that too."""

    def noted_but_ignored(session: Session, envelopes: Sequence[Envelope], *, now: datetime) -> Claims:
        claim(session, envelopes, now=now)
        return Claims(fresh=envelopes, contradicting=())

    monkeypatch.setattr(inbox, "claim", noted_but_ignored)

    with monkeypatch.context() as without_key:
        without_key.setitem(county.images, "credits", ledger_without_key)
        bad = first_bad_run()

    assert paid_twice(bad.findings)
    assert "INV1" in invariants(bad.findings)
    assert run(bad.seed).findings == []


def test_acknowledged_before_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    take = SimulatedInlet.take

    def take_and_settle(inlet: SimulatedInlet, *, wait_seconds: float) -> Sequence[Delivery]:
        deliveries = take(inlet, wait_seconds=wait_seconds)
        inlet.settle()
        return deliveries

    monkeypatch.setattr(SimulatedInlet, "take", take_and_settle)

    (finding,) = findings_of_the_first_bad_seed()
    assert "settles what is not safe" in finding


def test_a_relay_with_a_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    def after_the_last(connection: Connection) -> Sequence[Row[Any]]:
        last = select(func.coalesce(func.max(outbox.c.position), 0)).where(outbox.c.published_at.is_not(None))
        later = select(outbox).where(outbox.c.position > last.scalar_subquery(), outbox.c.seq.is_not(None))
        return connection.execute(later.order_by(outbox.c.position)).all()

    monkeypatch.setattr(relay, "_pending", after_the_last)

    (finding,) = findings_of_the_first_bad_seed()
    assert "unsent" in finding


def test_numbers_given_after_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    def send_then_number(one: Relay, *, now: datetime) -> int:
        reached("relay.before_select")
        with one._lease.transaction() as connection:
            one._mark(connection, now)
            own, batch = _numbered_in_mind(connection, now)
            signals = one._signals(connection, own.incarnation, now)
        one._confirmed = ()
        messages = [one._message(row, own.incarnation) for row in batch]
        messages += [one._signal_message(signal, own.incarnation, now) for signal in signals]
        if messages:
            one._publisher.publish(messages)
            reached("relay.confirmed")
        with one._lease.transaction() as connection:
            _keep_numbers(connection, own.head, batch)
        one._confirmed = [row.position for row in batch]
        return len(batch)

    monkeypatch.setattr(Relay, "step", send_then_number)

    (finding,) = findings_of_the_first_bad_seed()
    assert finding.startswith("still moving: ")  # somebody waits for a number that went to another event


def _numbered_in_mind(connection: Connection, now: datetime) -> tuple[Row[Any], list[Any]]:
    row = {"id": 1, "incarnation": new_id(now), "head": 0}
    own = connection.execute(select(stream)).first() or insert_new(connection, stream, [row])[0]
    pending = select(outbox).where(outbox.c.published_at.is_(None)).order_by(outbox.c.position)
    numbers = count(own.head + 1)
    batch = [
        SimpleNamespace(**{**row._mapping, "seq": row.seq or next(numbers)})
        for row in connection.execute(pending)
    ]
    return own, batch


def _keep_numbers(connection: Connection, head: int, batch: Sequence[Any]) -> None:
    for row in batch:
        connection.execute(update(outbox).where(outbox.c.position == row.position).values(seq=row.seq))
    connection.execute(update(stream).values(head=max([head, *(row.seq for row in batch)])))


def test_effect_committed_apart_from_the_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    def claim_then_handle(worker: Worker, fresh: Sequence[Taken], *, now: datetime) -> None:
        reached("worker.before_begin")
        with worker._transaction() as session:
            claims = worker._claim(session, fresh, now=now)
        reached("worker.claimed")
        with worker._transaction() as session:
            for envelope in claims.fresh:
                worker._run_handler(session, envelope, now=now)
            reached("worker.before_commit")

    monkeypatch.setattr(Worker, "_handle_together", claim_then_handle)

    assert invariants(findings_of_the_first_bad_seed()) & {"INV1", "INV3", "INV12"}


def test_a_revocation_forgotten_when_it_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_was_revoked(*_: object, **__: object) -> set[object]:
        return set()

    monkeypatch.setattr(credit_queries, "revoked_rounds", nothing_was_revoked)

    assert "INV1" in invariants(findings_of_the_first_bad_seed())
