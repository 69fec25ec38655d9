"""The verdicts: a goal is met by figures of a steady run with right data, and by nothing else."""

import pytest

from tests.bench.figures import Kind, Round, Row, Rows, percentile
from tests.bench.floor import writing_seconds
from tests.bench.goals import GOALS
from tests.bench.judging import PEERS_MISSING, Verdict, judge

WRONG = "ledger rows: 9999, expected 10000"


def rows(**values: list[float]) -> Rows:
    """Rows of the standard size with these rounds; `peer__kombu` is the key peer.kombu."""
    made = Rows()
    for name, rounds in values.items():
        key = name.replace("__", ".")
        kind = Kind.PEER if key.startswith("peer.") else Kind.PRODUCT
        for value in rounds:
            made.note(Row(key=key, title=key, kind=kind, unit="s", count=10_000), Round(value=value))
    return made


def verdict(goal: str, measured: Rows) -> Verdict:
    """On one goal of the table."""
    return {one.goal: one for one in judge(measured, GOALS)}[goal]


def test_every_goal_has_a_verdict_even_when_nothing_was_measured() -> None:
    verdicts = judge(Rows(), GOALS)

    assert [one.goal for one in verdicts] == [f"G{number}" for number in range(1, 13)]
    assert {one.met for one in verdicts} == {None}
    assert all(one.reason for one in verdicts)


def test_the_best_peer_is_the_fastest_median_among_those_that_lost_nothing() -> None:
    measured = rows(peer__kombu=[12.0, 13.0, 12.0], peer__celery=[20.0, 21.0, 20.0])
    lost = Round(value=1.0, findings=("rows, keys: (9, 9), expected 10",))
    measured.note(Row(key="peer.quick", title="", kind=Kind.PEER, unit="s", count=10_000), lost)

    best = measured.best_peer()

    assert best is not None
    assert (best.key, best.median) == ("peer.kombu", 12.0)


@pytest.mark.parametrize(("seconds", "times"), [(0.3, 40.0), (0.4, 30.0), (0.6, 20.0)])
def test_a_ratio_is_taken_of_medians_and_held_against_its_target(seconds: float, times: float) -> None:
    measured = rows(product__ledger=[seconds, 9.9, seconds], peer__kombu=[12.0, 11.0, 13.0])

    found = verdict("G1", measured)

    assert found.value == pytest.approx(times)
    assert found.met is (seconds <= 0.4)
    assert found.rows == {"product.ledger": seconds, "peer.kombu": 12.0}


def test_without_peers_nothing_is_judged_by_them() -> None:
    measured = rows(product__ledger=[0.1], product__notices=[0.1], product__single=[0.1])

    found = [verdict(goal, measured) for goal in ("G1", "G2", "G3")]

    assert [(one.met, one.value, one.reason) for one in found] == [(None, None, PEERS_MISSING)] * 3


def test_an_unsteady_yardstick_judges_nothing() -> None:
    measured = rows(product__ledger=[0.1, 0.1, 0.1], peer__kombu=[10.0, 12.0, 20.1])

    found = verdict("G1", measured)

    assert found.met is None
    assert found.value == pytest.approx(120.0)
    assert found.reason.startswith("unsteady: peer.kombu")


def test_a_row_whose_data_is_wrong_has_failed_and_has_no_time() -> None:
    measured = rows(product__ledger=[0.1, 0.1], peer__kombu=[10.0])
    ledger = measured.by_key["product.ledger"]
    ledger.rounds.append(Round(value=0.1, findings=(WRONG,)))

    found = verdict("G1", measured)

    assert (ledger.median, ledger.values) == (None, [])
    assert (found.met, found.value) == (False, None)
    assert WRONG in found.reason


def test_fewer_attendees_give_an_indication_and_no_verdict() -> None:
    measured = rows(product__ledger=[0.1], peer__kombu=[10.0])
    for row in measured:
        row.count = 2_000

    found = verdict("G1", measured)

    assert found.met is None
    assert found.value == pytest.approx(100.0)
    assert "2,000" in found.reason


@pytest.mark.parametrize("goal", ["G8", "G9", "G11"])
def test_what_is_not_built_is_never_met(goal: str) -> None:
    found = verdict(goal, rows(years__five__statement__p99=[0.001], years__five__board__p99=[0.001]))

    assert found.met is None
    assert found.reason.startswith("not measurable yet: ")


def test_a_missing_route_is_the_reason_why_it_was_not_measured() -> None:
    measured = rows(http__check_in=[500.0])
    bulk = Row(key="http.bulk", title="", kind=Kind.PRODUCT, unit="a second", count=0)
    measured.leave_out(bulk, why="not measurable yet: there is no such route")

    assert verdict("G7", measured).reason == "not measurable yet: there is no such route"


def test_a_latency_at_a_rate_that_was_not_reached_is_missed() -> None:
    reached = rows(burst__ledger__p99=[50.0], burst__achieved=[0.995])
    late = rows(burst__ledger__p99=[50.0], burst__achieved=[0.6])

    assert verdict("G5", reached).met is True
    assert verdict("G5", late).met is False
    assert "60%" in verdict("G5", late).reason


def test_a_goal_of_two_limits_is_missed_when_the_second_is() -> None:
    kept = rows(idle__ledger__p99=[14.0], idle__notice__p99=[24.0])
    broken = rows(idle__ledger__p99=[14.0], idle__notice__p99=[26.0])

    assert verdict("G4", kept).met is True
    assert verdict("G4", broken).met is False


def test_growth_is_judged_for_each_attendee_and_by_the_years() -> None:
    measured = rows(
        growth__few=[1.0],
        growth__many=[11.0],
        years__five__statement__p50=[5.0],
        years__one__statement__p50=[4.9],
    )
    measured.by_key["growth.many"].count = 100_000

    steady = verdict("G12", measured)
    measured.by_key["years.five.statement.p50"].rounds[0] = Round(value=9.8)
    slower = verdict("G12", measured)

    assert steady.value == pytest.approx(1.1)
    assert steady.met is True
    assert slower.met is False
    assert slower.reason == "years.five.statement.p50 takes 2.00 times years.one.statement.p50"


@pytest.mark.parametrize(("share", "found"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_sample_that_was_measured(share: float, found: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == found


def test_what_writing_took_is_all_but_the_reading_and_with_the_triggers() -> None:
    explained = {
        "Plan": {
            "Actual Total Time": 100.0,
            "Plans": [
                {"Parent Relationship": "Outer", "Actual Total Time": 30.0},
                {"Parent Relationship": "SubPlan", "Actual Total Time": 5.0},
            ],
        },
        "Triggers": [{"Time": 20.0}],
    }

    assert writing_seconds(explained) == 0.09
