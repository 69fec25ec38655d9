"""The goals, and the verdict on each: met, missed, or not judged with the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.bench.figures import Row, Rows, figure

STANDARD = 10_000
"""So many attendees the first three goals are about; fewer give an indication."""
PEERS_MISSING = "peers not installed"
ACHIEVED_MIN = 0.99
"""Of a planned rate, at least so much must have been reached for its latency to mean anything."""
FLAT_WITHIN = 1.2
"""Growth that is none: so much more, for ten times the attendees or five times the years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one goal. `met` is None when it could not be judged, and `reason` says why."""

    goal: str
    title: str
    value: float | None = None
    unit: str
    target: float
    met: bool | None = None
    reason: str = ""
    rows: Mapping[str, float | None] = field(default_factory=dict)
    """The rows it was judged by, each with its median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What is to be reached, and how it is seen in the rows."""

    name: str
    title: str
    unit: str
    target: float
    at_least: bool = True
    """Whether the value must reach the target, or stay below it."""
    look: Callable[[Rows], "Seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the rows say about a goal."""

    value: float | None = None
    rows: Sequence[Row] = ()
    missing: str = ""
    """Why nothing can be said."""
    wrong: str = ""
    """Why it is missed, whatever the value."""


def judge(rows: Rows, goals: Sequence[Goal]) -> list[Verdict]:
    """A verdict on every goal."""
    return [_judge_one(rows, goal) for goal in goals]


def _judge_one(rows: Rows, goal: Goal) -> Verdict:
    seen = goal.look(rows)
    failed = [row for row in seen.rows if row.findings]
    reached = seen.value is not None and (
        seen.value >= goal.target if goal.at_least else seen.value <= goal.target
    )
    met: bool | None
    if failed:
        met, reason = False, f"the data of {failed[0].key} is wrong: {failed[0].findings[0]}"
    elif seen.missing or seen.value is None:
        met, reason = None, seen.missing or "not measured in this run"
    else:
        met, reason = reached and not seen.wrong, seen.wrong
    return Verdict(
        goal=goal.name,
        title=goal.title,
        value=None if failed else seen.value,
        unit=goal.unit,
        target=goal.target,
        met=met,
        reason=reason,
        rows={row.key: row.median for row in seen.rows},
    )


# --- ways to look -----------------------------------------------------------------------------------------


def times_best_peer(key: str) -> Callable[[Rows], Seen]:
    """How many times faster a row is than the fastest peer of the same run."""

    def look(rows: Rows) -> Seen:
        ours, best = rows.get(key), rows.best_peer()
        if ours is None:
            return Seen()
        if best is None or ours.median is None:
            return Seen(rows=[ours], missing=PEERS_MISSING if best is None else "")
        value = (best.median or 0.0) / ours.median
        missing = _why_not_by(best)
        if not missing and ours.count < STANDARD:
            missing = f"an indication only: {ours.count:,} attendees, the goal is about {STANDARD:,}"
        return Seen(value=value, rows=[ours, best], missing=missing)

    return look


def _why_not_by(yardstick: Row) -> str:
    return "" if yardstick.is_steady else f"unsteady: {yardstick.key} took {yardstick.spread()}"


def quotient(over: str, under: str, *, percent: bool = False) -> Callable[[Rows], Seen]:
    """One row divided by another, which is the yardstick."""

    def look(rows: Rows) -> Seen:
        upper, lower = rows.get(over), rows.get(under)
        found = [row for row in (upper, lower) if row is not None]
        if upper is None or lower is None:
            return Seen(rows=found, missing=_absent(rows, over, under))
        if upper.median is None or lower.median is None:
            return Seen(rows=found)
        value = upper.median / lower.median * (100 if percent else 1)
        return Seen(value=value, rows=found, missing=_why_not_by(lower))

    return look


def _absent(rows: Rows, *keys: str) -> str:
    said = [row.absent for key in keys if (row := rows.by_key.get(key)) is not None and row.absent]
    return said[0] if said else ""


def within_limits(key: str, others: Mapping[str, float]) -> Callable[[Rows], Seen]:
    """A row that must keep the goal's target while these others keep limits of their own."""

    def look(rows: Rows) -> Seen:
        first = rows.get(key)
        if first is None:
            return Seen(missing=_absent(rows, key))
        beside = {other: rows.get(other) for other in others}
        broken = [
            f"{other}: {figure(row.median)} {row.unit}, the limit is {figure(others[other])}"
            for other, row in beside.items()
            if row is not None and row.median is not None and row.median > others[other]
        ]
        found = [first, *(row for row in beside.values() if row is not None)]
        return Seen(value=first.median, rows=found, wrong="; ".join(broken))

    return look


def at_a_rate(key: str, achieved: str) -> Callable[[Rows], Seen]:
    """A latency that only counts if the planned rate was reached."""

    def look(rows: Rows) -> Seen:
        latency, rate = rows.get(key), rows.get(achieved)
        if latency is None or rate is None:
            return Seen(missing=_absent(rows, key))
        reached = rate.median or 0.0
        wrong = "" if reached >= ACHIEVED_MIN else f"only {reached:.0%} of the planned rate was reached"
        return Seen(value=latency.median, rows=[latency, rate], wrong=wrong)

    return look


def growth(large: str, small: str, *, also: tuple[str, str]) -> Callable[[Rows], Seen]:
    """Time for each attendee of many against few, while another pair of rows stays flat."""

    def look(rows: Rows) -> Seen:
        found = [row for key in (large, small, *also) if (row := rows.get(key)) is not None]
        if len(found) < 2 + len(also):
            return Seen(rows=found)
        many, few, old, new = found
        if any(row.median is None for row in found):
            return Seen(rows=found)
        ratio = ((many.median or 0) / many.count) / ((few.median or 1) / few.count)
        older = (old.median or 0) / (new.median or 1)
        wrong = "" if older <= FLAT_WITHIN else f"{old.key} takes {older:.2f} times {new.key}"
        return Seen(value=ratio, rows=found, missing=_why_not_by(few), wrong=wrong)

    return look


def unmeasurable(reason: str, *keys: str) -> Callable[[Rows], Seen]:
    """A goal about something that is not built or not measured yet; whatever is there is shown."""

    def look(rows: Rows) -> Seen:
        return Seen(
            rows=[row for key in keys if (row := rows.get(key)) is not None],
            missing=f"not measurable yet: {reason}",
        )

    return look
