"""What each school plans to hold in a term, by form and month: the items its sessions fulfil."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from deploy.county.schools import School
from deploy.county.year.alone import online_days, reading_days
from deploy.county.year.at_school import training_days
from deploy.county.year.county_days import subject_days
from deploy.county.year.days import TERMS, term_of
from deploy.county.year.forms import COUNTY_DAY, ONLINE, READING, Form
from deploy.county.year.scene import Scene, item_key
from deploy.county.year.slots import Slot
from shared.sheets import Record

TERM_NAMES = {"autumn": "秋季学期", "spring": "春季学期"}

Item = tuple[str, date, Form]
"""The key, a day of the month, the form."""


def plan_rows(scene: Scene) -> Iterator[Record]:
    """The items of every plan, school by school and term by term."""
    slots = _slots_by_school(scene)
    of_county = _of_county(scene)
    subjects = _subjects_by_school(scene)
    for school in scene.county.schools:
        days = [
            *((day, slot.form(day)) for slot in slots.get(school.code, ()) for day in slot.dates()),
            *((day, form) for day, _, form in training_days(scene, school)),
            *(
                (day, form)
                for subject, day, form in of_county
                if not subject or subject in subjects[school.code]
            ),
        ]
        yield from _rows(scene, school, days)


def _rows(scene: Scene, school: School, days: Sequence[tuple[date, Form]]) -> Iterator[Record]:
    wanted: dict[str, dict[str, Item]] = {term: {} for term in TERMS}
    for day, form in days:
        if school.closed_on is None or day < school.closed_on:
            key = item_key(school.code, day, form)
            wanted[term_of(day)].setdefault(key, (key, day, form))
    for term, found in wanted.items():
        items = sorted(found.values(), key=lambda item: (_month_ends(item[1]), item[0]))
        for key, day, form in items:
            yield {
                "school": school.code,
                "term": term,
                "title": f"{scene.days.year}—{scene.days.year + 1}学年{TERM_NAMES[term]}校本研修计划",
                "item": key,
                "form": form.code,
                "topic": f"{day.month}月{form.label}",
                "due_on": _month_ends(day),
            }


def _month_ends(day: date) -> date:
    """The last day of its month; no item is due later."""
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


def _slots_by_school(scene: Scene) -> Mapping[str, list[Slot]]:
    """Which groups meet at a school; a joint one at every school of its members."""
    found: dict[str, list[Slot]] = {}
    for slot in scene.slots:
        stays = scene.belonging.by_group.get(slot.id, ())
        joint = {stay.school for stay in stays} if slot.group.spans_schools else {slot.group.school}
        for school in sorted(joint):
            found.setdefault(school, []).append(slot)
    return found


def _of_county(scene: Scene) -> list[tuple[str | None, date, Form]]:
    """What the county holds for everybody, or for the teachers of a subject."""
    return [
        *((subject, day, COUNTY_DAY) for subject, days in subject_days(scene).items() for day in days),
        *((None, day, READING) for day in reading_days(scene)),
        *((None, day, ONLINE) for day in online_days(scene)),
    ]


def _subjects_by_school(scene: Scene) -> Mapping[str, set[str]]:
    """What is taught at a school by whoever belongs there at any time of the year."""
    return {
        school: {scene.subjects[stay.staff_number] for stay in stays}
        for school, stays in scene.belonging.by_school.items()
    }
