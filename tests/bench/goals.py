"""The table of goals, each with its target and the rows it is judged by."""

from collections.abc import Sequence

from tests.bench.judging import (
    FLAT_WITHIN,
    Goal,
    at_a_rate,
    growth,
    quotient,
    times_best_peer,
    unmeasurable,
    within_limits,
)

TIMES_PEER = "x best peer"

GOALS: Sequence[Goal] = (
    Goal(
        name="G1",
        title="10,000 attendees of one session: confirm -> last ledger row",
        unit=TIMES_PEER,
        target=30,
        look=times_best_peer("product.ledger"),
    ),
    Goal(
        name="G2",
        title="the same, to the last mentor notice",
        unit=TIMES_PEER,
        target=25,
        look=times_best_peer("product.notices"),
    ),
    Goal(
        name="G3",
        title="10,000 events of one attendee each, to the last ledger row",
        unit=TIMES_PEER,
        target=3,
        look=times_best_peer("product.single"),
    ),
    Goal(
        name="G4",
        title="one event on an idle platform: commit -> ledger, p99; its notice within 25 ms",
        unit="ms",
        target=15,
        at_least=False,
        look=within_limits("idle.ledger.p99", {"idle.notice.p99": 25}),
    ),
    Goal(
        name="G5",
        title="600 confirmations a second for a minute: commit -> ledger, p99",
        unit="ms",
        target=100,
        at_least=False,
        look=at_a_rate("burst.ledger.p99", "burst.achieved"),
    ),
    Goal(
        name="G6",
        title="check-in endpoint, of the same server's hello-world",
        unit="%",
        target=20,
        look=quotient("http.check_in", "http.hello", percent=True),
    ),
    Goal(
        name="G7",
        title="bulk check-in, 500 a request: records a second",
        unit="x single endpoint",
        target=20,
        look=quotient("http.bulk", "http.check_in"),
    ),
    Goal(
        name="G8",
        title="import of 2,000,000 rows of history with balances",
        unit="% of straight COPY",
        target=50,
        look=unmeasurable("no import of history is built"),
    ),
    Goal(
        name="G9",
        title="exactness: 1,000 kills under load, lost and doubled",
        unit="rows",
        target=0,
        at_least=False,
        look=unmeasurable("`make faults` kills under load and audits, the bench does not"),
    ),
    Goal(
        name="G10",
        title="embedded: 10,000 attendees, confirm -> last ledger row",
        unit="x the set-wise limit",
        target=2,
        at_least=False,
        look=quotient("embedded.ledger", "embedded.limit"),
    ),
    Goal(
        name="G11",
        title="five years of ledger: board and statement, p99; the annual assessment",
        unit="ms",
        target=50,
        at_least=False,
        look=unmeasurable(
            "no annual assessment is built", "years.five.statement.p99", "years.five.board.p99"
        ),
    ),
    Goal(
        name="G12",
        title="growth: an attendee at 100,000 against 10,000; a statement at five years against one",
        unit="x",
        target=FLAT_WITHIN,
        at_least=False,
        look=growth(
            "growth.many",
            "growth.few",
            also=("years.five.statement.p50", "years.one.statement.p50"),
        ),
    ),
)
