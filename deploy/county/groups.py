"""Teaching-research groups: who meets with whom, and who leads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from deploy.county.draws import Draws
from deploy.county.places import KINDERGARTENS
from deploy.county.schools import School, numeral
from deploy.county.teachers import Teacher

SUBJECT_GROUP_MIN = 4
OWN_GROUPS_MIN = 12
"""A school with fewer teachers has one group of them all."""
GRADE_GROUP = 10
GROUP_MAX = 30
PART = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group; one that is split meets in its parts, whose `parent` it is."""

    school: str
    name: str
    kind: str
    subject: str | None
    members: tuple[str, ...]
    leader: str
    parent: str | None = None
    spans_schools: bool = False
    """Whether it is of the teaching points around its school, as a whole or a part of them."""


def groups_of(
    draws: Draws, schools: Sequence[School], teachers: Mapping[str, Sequence[Teacher]]
) -> tuple[list[Group], list[Group]]:
    """The groups that meet, and those that are only the sum of their parts."""
    found: list[Group] = []
    joint: dict[str, list[Teacher]] = {}
    for school in schools:
        staff = teachers[school.code]
        if school.stratum == "TP" and school.central_school:
            joint.setdefault(school.central_school, []).extend(staff)
            continue
        for name, kind, subject, members in _circles(draws, school, staff):
            found += _with_parts(_group(school.code, (name, kind, subject), members), members)
    by_code = {school.code: school for school in schools}
    for code, members in sorted(joint.items()):
        name = f"{by_code[code].township.name}联片教研组"
        parts = _with_parts(_group(code, (name, "joint", None), members), members)
        found += [replace(part, spans_schools=True) for part in parts]
    split = {(group.school, group.parent) for group in found if group.parent}
    return (
        [group for group in found if (group.school, group.name) not in split],
        [group for group in found if (group.school, group.name) in split],
    )


_Circle = tuple[str, str, str | None, Sequence[Teacher]]


def _circles(draws: Draws, school: School, staff: Sequence[Teacher]) -> Iterable[_Circle]:
    if len(staff) < OWN_GROUPS_MIN:
        yield ("全校组", "whole_school", None, staff)
    elif school.stratum in KINDERGARTENS:
        yield from _grades(draws, staff)
    else:
        yield from _by_subject(staff)


def _grades(draws: Draws, staff: Sequence[Teacher]) -> Iterable[_Circle]:
    count = max(1, round(len(staff) / GRADE_GROUP))
    ordered = draws.ordered(staff, "grade", lambda one: one.staff_number)
    for place in range(count):
        yield (f"第{numeral(place + 1)}年级组", "grade", None, ordered[place::count])


def _by_subject(staff: Sequence[Teacher]) -> Iterable[_Circle]:
    by_subject: dict[str, list[Teacher]] = {}
    for one in staff:
        by_subject.setdefault(one.subject, []).append(one)
    mixed: list[Teacher] = []
    for subject, members in sorted(by_subject.items()):
        if len(members) >= SUBJECT_GROUP_MIN:
            yield (f"{subject}教研组", "trg", subject, members)
        else:
            mixed += members
    if mixed:
        yield ("综合组", "mixed", None, mixed)


def _group(
    school: str, named: tuple[str, str, str | None], members: Sequence[Teacher], *, parent: str | None = None
) -> Group:
    name, kind, subject = named
    ordered = sorted(members, key=lambda one: one.seniority)
    numbers = tuple(sorted(one.staff_number for one in members))
    return Group(
        school=school,
        name=name,
        kind=kind,
        subject=subject,
        members=numbers,
        leader=ordered[0].staff_number,
        parent=parent,
    )


def _with_parts(group: Group, members: Sequence[Teacher]) -> list[Group]:
    """The group, and its parts where it is too large to meet; of a joint one each part is joint again."""
    if len(members) <= GROUP_MAX:
        return [group]
    count = max(round(len(members) / PART), -(-len(members) // GROUP_MAX))
    stem = group.name.removesuffix("教研组")
    what, kind = ("组", "joint") if group.kind == "joint" else ("备课组", "lpg")
    ordered = sorted(members, key=lambda one: one.staff_number)
    parts = [
        _group(
            group.school,
            (f"{stem}第{numeral(place + 1)}{what}", kind, group.subject),
            ordered[place::count],
            parent=group.name,
        )
        for place in range(count)
    ]
    return [group, *parts]
