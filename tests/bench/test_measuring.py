"""Measuring itself: the embedded section from end to end, its check against planted faults, and the load."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cheroot.wsgi import Server
from sqlalchemy import delete, select, update

from services.credits.models import Balance
from services.notify.models import Notice
from shared import db
from shared.kernel_tables import outbox
from tests.bench import embedded, limits, load, watching
from tests.bench.figures import Rows
from tests.bench.hello import app
from tests.bench.load import Plan

COUNT = 30


def test_the_embedded_section_measures_both_rows_in_every_round_and_finds_its_data_right() -> None:
    rows = Rows()

    taken = list(embedded.measure(rows, count=COUNT, rounds=2))

    assert len(taken) == embedded.steps(2)
    assert {row.key: (len(row.rounds), row.findings) for row in rows} == {
        "embedded.limit": (2, []),
        "embedded.ledger": (2, []),
    }
    assert all(value > 0 for row in rows for value in row.values)


def test_what_is_lost_doubled_or_left_behind_is_found() -> None:
    with embedded.platform_of(COUNT) as (platform, _, people):
        running, form = platform.running, "bench_planted"
        activity_id = people.hold(running["activities"], form=form)
        people.confirm(running["activities"], activity_id, people.teachers)
        watching.until_quiet(running)

        def findings() -> list[str]:
            return [
                *watching.ledger_findings(running, form=form, expected=COUNT),
                *watching.notice_findings(running, form=form, expected=COUNT),
                *watching.stream_findings(running),
            ]

        assert findings() == []
        with db.transaction(running["credits"].engine) as session:
            session.execute(update(Balance).values(earned_hundredths=Balance.earned_hundredths + 1))
        with db.transaction(running["notify"].engine) as session:
            of_mentors = Notice.kind == "apprentice_accrued"
            one = select(Notice.entry_id).where(of_mentors).limit(1).scalar_subquery()
            session.execute(delete(Notice).where(of_mentors, Notice.entry_id == one))
        with db.transaction(running["plans"].engine) as session:
            session.execute(update(outbox).values(seq=None))
        with db.transaction(running["activities"].engine) as session:
            last = select(outbox.c.position).order_by(outbox.c.position.desc()).limit(1)
            session.execute(delete(outbox).where(outbox.c.position.in_(last)))

        said = " ".join(findings())

    assert "balances: " in said
    assert "apprentice_accrued: 29 notices" in said
    assert "activities: " in said


def test_the_ledgers_rows_of_the_limits_have_every_column_of_the_ledger() -> None:
    [row] = limits.rows(1)

    assert set(row) == set(limits.COLUMNS)


@pytest.fixture
def port() -> Iterator[int]:
    """Where hello-world is said."""
    server = Server(("127.0.0.1", 0), app, numthreads=2)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield int(server.bind_addr[1])
    server.stop()
    thread.join()


def hello(path: str = "/hello") -> str:
    """A request for it."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_every_request_is_sent_once_and_its_answer_counted(port: int) -> None:
    requests = [hello(), hello(), hello("/nowhere"), hello(), hello()]

    found = load.run(Plan(port=port, connections=2, seconds=30, requests=requests))

    assert found.statuses == {"200": 4, "404": 1}
    assert found.answered == len(requests)
    assert 0 < found.p50_ms <= found.p99_ms < found.seconds * 1_000


def test_a_repeated_request_is_sent_until_the_time_is_over(port: int, tmp_path: Path) -> None:
    plan = Plan(port=port, connections=2, seconds=0.2, requests=[hello()], repeat=True)

    found = load.in_a_process(plan, folder=tmp_path)

    assert found.statuses.keys() == {"200"}
    assert found.answered > len(plan.requests)
    assert found.seconds >= plan.seconds
