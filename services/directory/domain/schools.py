"""Schools and districts: what their names say of them, who looks after whom, which of them somebody means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.directory.domain.names import name_key
from shared.values import Refused
from shared.vocabulary import DistrictKind

_ENDINGS = (
    ("街道", DistrictKind.STREET),
    ("镇", DistrictKind.TOWN),
    ("乡", DistrictKind.TOWNSHIP),
)


def district_kind_of(name: str) -> DistrictKind:
    """What a district is, by the end of its name; without one of the usual ends a school district (学区)."""
    return next((kind for ending, kind in _ENDINGS if name.endswith(ending)), DistrictKind.SCHOOL_DISTRICT)


def check_no_ring(school_id: UUID, central_id: UUID, *, looked_after: Mapping[UUID, set[UUID]]) -> None:
    """Refuse a central school (中心校) that is looked after, at whatever remove, by the school itself.

    `looked_after` has for each school the central schools it has on any day in question.
    """
    seen: set[UUID] = set()
    waiting = {central_id}
    while waiting:
        one = waiting.pop()
        if one == school_id:
            raise Refused("central_school_ring", "这所学校不能直接或间接由自己管理，请另选中心校")
        seen.add(one)
        waiting |= looked_after.get(one, set()) - seen


def check_closing(*, first_day: date, closed_on: date) -> None:
    """Refuse to close a school before it had a single day."""
    if closed_on <= first_day:
        raise Refused("closes_before_opening", "撤销日期应晚于设立日期{first_day}", first_day=first_day)


def check_nobody_left(names: Sequence[str], *, closed_on: date) -> None:
    """Refuse to close a school to which people would still belong."""
    if names:
        raise Refused(
            "school_has_members",
            "{closed_on}及以后还有{count}人属于这所学校（{names}等），请先办理调动，或改用“并入”让他们随校转入",
            closed_on=closed_on,
            count=len(names),
            names="、".join(names[:3]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """One way to name a school: by code, by a name it has or had, by a short name, by an alias."""

    school_id: UUID
    way: str
    text: str


def meant(text: str, namings: Iterable[Naming]) -> list[Naming]:
    """Which schools a text means, one naming each: those named exactly so, else those that contain it.

    More than one answer is for a person to choose from.
    """
    key = name_key(text)
    candidates = list(namings)
    exact = [one for one in candidates if name_key(one.text) == key]
    close = exact or [one for one in candidates if one.way != "code" and key in name_key(one.text)]
    first: dict[UUID, Naming] = {}
    for one in close:
        first.setdefault(one.school_id, one)
    return list(first.values())
