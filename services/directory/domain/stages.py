"""Career stages (分层): half-open intervals of years of service, and what a set of them leaves open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.values import Refused, school_year_of

YEARS_MAX = 60
STAGES_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage: from so many full years of service on, until before so many; None is without an end."""

    code: str
    label: str
    years_from: int
    years_until: int | None

    def covers(self, years: int) -> bool:
        """Whether somebody with so many years is in it."""
        return self.years_from <= years and (self.years_until is None or years < self.years_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Years of service that belong to no stage."""

    years_from: int
    years_until: int | None

    def __str__(self) -> str:
        return _span(self.years_from, self.years_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Years of service that belong to two stages."""

    years_from: int
    years_until: int | None
    labels: tuple[str, str]

    def __str__(self) -> str:
        return f"{_span(self.years_from, self.years_until)}同属{self.labels[0]}和{self.labels[1]}"


def _span(years_from: int, years_until: int | None) -> str:
    return f"{years_from}年以上" if years_until is None else f"{years_from}年至不满{years_until}年"


def gaps(stages: Sequence[Stage]) -> list[Gap]:
    """Every span of years, from none on, that nobody's stage covers."""
    found: list[Gap] = []
    reached: int | None = 0
    for stage in sorted(stages, key=lambda one: one.years_from):
        if reached is None:
            break
        if stage.years_from > reached:
            found.append(Gap(years_from=reached, years_until=stage.years_from))
        reached = None if stage.years_until is None else max(reached, stage.years_until)
    if reached is not None:
        found.append(Gap(years_from=reached, years_until=None))
    return found


def overlaps(stages: Sequence[Stage]) -> list[Overlap]:
    """Every span of years that two stages claim, for each two of them."""
    in_order = sorted(stages, key=lambda one: one.years_from)
    return [
        Overlap(
            years_from=later.years_from,
            years_until=min(
                (end for end in (one.years_until, later.years_until) if end is not None), default=None
            ),
            labels=(one.label, later.label),
        )
        for index, one in enumerate(in_order)
        for later in in_order[index + 1 :]
        if one.years_until is None or later.years_from < one.years_until
    ]


def stages_of(years: int, stages: Sequence[Stage]) -> list[Stage]:
    """The stages that claim somebody: one, if the set is sound."""
    return [stage for stage in stages if stage.covers(years)]


def years_of_service(serves_since: int, *, on: date) -> int:
    """Full school years since the September of the first post; none before it."""
    return max(0, school_year_of(on) - serves_since)


def check_stages(stages: Sequence[Stage]) -> None:
    """Refuse a stage without a year in it, and two of one name."""
    for stage in stages:
        if stage.years_until is not None and stage.years_until <= stage.years_from:
            raise Refused("stage_empty", "“{label}”的截止年数应大于起始年数", label=stage.label)
    for names in ([stage.code for stage in stages], [stage.label for stage in stages]):
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise Refused("stage_named_twice", "“{name}”出现了两次", name=twice)


def faults_of(stages: Sequence[Stage]) -> list[str]:
    """What a set leaves open or claims twice, in words; nothing when it is sound."""
    return [*(f"{gap}不属于任何一层" for gap in gaps(stages)), *map(str, overlaps(stages))]


def check_sound(stages: Sequence[Stage]) -> None:
    """Refuse a set that leaves somebody out, or claims somebody twice."""
    faults = faults_of(stages)
    if faults:
        raise Refused(
            "stages_unsound",
            "分层有漏洞：{faults}；请补全，或确认后仍按此发布，届时系统会列出这些教师",
            faults="；".join(faults),
        )
