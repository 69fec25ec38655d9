"""What schools hold themselves: meetings of groups, training of a whole school or of small ones together."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from operator import attrgetter

from deploy.county.schools import School
from deploy.county.year.belonging import Stay
from deploy.county.year.days import at
from deploy.county.year.forms import AUGUST, OPEN_LESSON, SMALL_SCHOOLS, WHOLE_SCHOOL, Form
from deploy.county.year.presence import Presence
from deploy.county.year.scene import Scene, item_key, there, with_role
from deploy.county.year.session import Draft, Row, Session
from deploy.county.year.slots import Slot, by_weekday_and_week

GROUP_MINUTES, GROUP_LENGTH = 60, 80
"""80 minutes in the timetable count as one hour."""
SCHOOL_MINUTES = 120
WHOLE_SCHOOL_TIMES = {"autumn": 5, "spring": 4}
SMALL_SCHOOL_TIMES = {"autumn": 3, "spring": 3}
OWN_TRAINING_MIN = 12
"""Smaller schools are trained together with others."""
DUPLICATE_AFTER = timedelta(hours=4, minutes=30)
DUPLICATE_REASON = "同一次活动重复登记，撤销这一次"

THEMES = (
    "单元整体教学设计",
    "课堂提问的有效性",
    "作业设计与批改",
    "学困生的帮扶",
    "课程标准研读",
    "课堂评价语",
    "小组合作学习",
    "期中质量分析",
    "信息技术与课堂",
    "阅读能力的培养",
    "实验与动手操作",
    "复习课怎么上",
)
LECTURES = (
    "师德师风专题",
    "课堂教学常规",
    "家校共育",
    "学生心理健康",
    "校园安全与应急",
    "教育教学法规",
    "命题与评价",
    "班级管理经验",
    "数字资源的使用",
)


class GroupMeetings:
    """The meetings of teaching-research groups, with everything that is out of the ordinary among them."""

    KIND = "group"

    def __init__(self, scene: Scene, presence: Presence) -> None:
        self._scene, self._presence = scene, presence
        self._slots = by_weekday_and_week(scene.slots)
        self._to_duplicate: dict[str, Session] = {}

    def on(self, day: date) -> Iterator[Draft]:
        """What groups hold on a day."""
        autumn, spring = self._scene.days.terms
        week = (day - (spring if day >= spring.monday else autumn).monday).days // 7 + 1
        if day not in self._scene.days.no_school:
            for slot in self._slots.get((week, day.weekday()), ()):
                if slot.key(day) not in self._scene.quotas.moved:
                    yield from self._drafts(slot, day, held_on=day)
        for slot, planned_on in self._scene.quotas.moved_in.get(day, ()):
            yield from self._drafts(slot, planned_on, held_on=day)

    def _drafts(self, slot: Slot, planned_on: date, *, held_on: date) -> Iterator[Draft]:
        key, starts_at = slot.key(planned_on), at(held_on, 15)
        stays = self._scene.belonging.by_group.get(slot.id, ())
        if key in self._scene.quotas.cancelled:
            yield Draft(starts_at, key, partial(self._cancelled, slot, planned_on))
            return
        if not slot.group.spans_schools:
            yield Draft(starts_at, key, partial(self._session, slot, planned_on, held_on))
            if key in self._scene.quotas.duplicated:
                yield Draft(starts_at + DUPLICATE_AFTER, f"{key}-重复", partial(self._duplicate, key))
            return
        for school in sorted({stay.school for stay in stays if stay.covers(held_on)}):
            yield Draft(
                starts_at, f"{school}-{key}", partial(self._part_of_joint, slot, planned_on, school=school)
            )

    def _session(self, slot: Slot, planned_on: date, held_on: date) -> Session | None:
        stays = self._scene.belonging.by_group.get(slot.id, ())
        found = self._entered(slot, planned_on, held_on, stays=stays, school=slot.group.school)
        return self._with_quotas(slot, found) if found else None

    def _part_of_joint(self, slot: Slot, day: date, *, school: str) -> Session | None:
        """What one of the schools of a joint group enters for its own."""
        stays = [stay for stay in self._scene.belonging.by_group[slot.id] if stay.school == school]
        return self._entered(slot, day, day, stays=stays, school=school)

    def _announced(self, slot: Slot, planned_on: date, held_on: date, *, school: str) -> Session:
        """What is known of a meeting before it is held."""
        scene, key, form = self._scene, slot.key(planned_on), slot.form(planned_on)
        theme = THEMES[scene.draws.below(len(THEMES), "theme", key)]
        return Session(
            key=f"{school}-{key}" if slot.group.spans_schools else key,
            school=school,
            kind=self.KIND,
            form=form,
            topic=f"{slot.group.subject or slot.group.name}{form.label}：{theme}",
            starts_at=at(held_on, 15),
            length_minutes=GROUP_LENGTH,
            place=scene.place(slot.group.school, key),
            meeting=key,
            item=item_key(school, planned_on, form),
            moved_from=planned_on if planned_on != held_on else None,
        )

    def _cancelled(self, slot: Slot, day: date) -> Session:
        return replace(self._announced(slot, day, day, school=slot.group.school), is_cancelled=True)

    def _entered(
        self, slot: Slot, planned_on: date, held_on: date, *, stays: Sequence[Stay], school: str
    ) -> Session | None:
        key, roster = slot.key(planned_on), there(stays, held_on)
        rows: Sequence[Row] = self._presence.at_school(
            key, roster, minutes=GROUP_MINUTES, length_minutes=GROUP_LENGTH
        )
        if not rows:
            return None
        announced = self._announced(slot, planned_on, held_on, school=school)
        is_open = announced.form is OPEN_LESSON
        speaker = self._speaker(slot, key, rows, day=held_on) if is_open else None
        host = self._host(slot, rows, not_=speaker)
        rows = with_role(with_role(rows, speaker, "speaker"), host, "host")
        return replace(announced, rows=tuple(rows), roster=len(roster), speaker=speaker, host=host)

    def _speaker(self, slot: Slot, key: str, rows: Sequence[Row], *, day: date) -> str | None:
        """Who gives the open lesson: one of those present, of a joint group one for all its schools."""
        present = [row.staff_number for row in rows]
        stays = self._scene.belonging.by_group[slot.id]
        asked = there(stays, day) if slot.group.spans_schools else present
        fitting = [
            number
            for number in asked
            if number not in self._presence.posted and number not in self._presence.without_training
        ]
        u = self._scene.draws.u
        chosen = min(fitting, key=lambda number: (u("speaker", key, number), number), default=None)
        return chosen if chosen in present else None

    @staticmethod
    def _host(slot: Slot, rows: Sequence[Row], *, not_: str | None) -> str | None:
        """The leader where she is there, else whoever comes first in the list."""
        present = [row.staff_number for row in rows if row.staff_number != not_]
        if slot.group.spans_schools:
            return slot.group.leader if slot.group.leader in present else None
        return slot.group.leader if slot.group.leader in present else next(iter(present), None)

    def _with_quotas(self, slot: Slot, session: Session) -> Session:
        quotas, key = self._scene.quotas, session.key
        if key in quotas.late:
            return replace(session, registered_on=quotas.late[key])
        if key in quotas.duplicated:
            self._to_duplicate[key] = session
        if key not in quotas.together:
            return session
        other, day = quotas.together[key]
        host_slot, host_key = (other, other.key(day)) if key in quotas.guests else (slot, key)
        names = [self._scene.schools[one.group.school].short_name for one in (host_slot, slot, other)]
        guest = names[2] if host_slot is slot else names[1]
        theme = THEMES[self._scene.draws.below(len(THEMES), "theme", host_key)]
        return replace(
            session,
            topic=f"{names[0]}、{guest}联合研修：{theme}",
            place=self._scene.place(host_slot.group.school, host_key),
            held_with=other.key(day),
        )

    def _duplicate(self, key: str) -> Session | None:
        """The meeting entered once more in the evening for one of those who were there."""
        first = self._to_duplicate.pop(key, None)
        if first is None:
            return None
        u = self._scene.draws.u
        row = min(first.rows, key=lambda row: (u("duplicate_of", key, row.staff_number), row))
        return replace(
            first,
            key=f"{key}-重复",
            kind="duplicate",
            starts_at=first.starts_at + DUPLICATE_AFTER,
            rows=(Row(row.staff_number, row.minutes),),
            roster=0,
            speaker=None,
            host=None,
            item=None,
            reversed=DUPLICATE_REASON,
        )


class SchoolTraining:
    """Training of whole schools, and of small schools with those around them."""

    def __init__(self, scene: Scene, presence: Presence) -> None:
        self._scene, self._presence = scene, presence
        self._on: dict[date, list[tuple[School, str, Form]]] = {}
        for school in scene.county.schools:
            for day, circle, form in training_days(scene, school):
                self._on.setdefault(day, []).append((school, circle, form))

    def on(self, day: date) -> Iterator[Draft]:
        """Whose teachers are trained on a day."""
        for school, circle, form in self._on.get(day, ()):
            key = f"{school.code}-校本培训-{day:%Y%m%d}"
            make = partial(self._session, key, day=day, school=school, circle=circle, form=form)
            yield Draft(at(day, 17), key, make)

    def _session(self, key: str, *, day: date, school: School, circle: str, form: Form) -> Session | None:
        topic = LECTURES[self._scene.draws.below(len(LECTURES), "lecture", circle, day)]
        named = Session(
            key=key,
            school=school.code,
            kind="school",
            form=form,
            topic=f"{form.label}：{topic}",
            starts_at=at(day, 17),
            length_minutes=SCHOOL_MINUTES,
            place=self._scene.place(circle, f"{circle}-{day}"),
            item=item_key(school.code, day, form),
        )
        return attended(self._scene, self._presence, named)


def training_days(scene: Scene, school: School) -> Iterator[tuple[date, str, Form]]:
    """The days of a school's training, with whom it is held together, and its form."""
    is_small = school.stratum == "TP" or school.size < OWN_TRAINING_MIN
    circle = school.central_school if is_small and school.central_school else school.code
    form = SMALL_SCHOOLS if is_small else WHOLE_SCHOOL
    for term, times in (SMALL_SCHOOL_TIMES if is_small else WHOLE_SCHOOL_TIMES).items():
        days = scene.days.school_days[term]
        for time in range(times):
            window = days[time * len(days) // times : (time + 1) * len(days) // times]
            name = "small" if is_small else "whole"
            yield window[scene.draws.below(len(window), "training", name, circle, term, time)], circle, form


class AroundTheBorder:
    """Seminars on the last day of the school year and on the first of the next."""

    def __init__(self, scene: Scene, presence: Presence) -> None:
        self._scene, self._presence = scene, presence

    def on(self, day: date) -> Iterator[Draft]:
        """Which schools meet."""
        for school in self._scene.quotas.border.get(day, ()):
            key = f"{school}-{AUGUST.label}-{day:%Y%m%d}"
            yield Draft(at(day, 9), key, partial(self._session, key, school, day))

    def _session(self, key: str, school: str, day: date) -> Session | None:
        named = Session(
            key=key,
            school=school,
            kind="border",
            form=AUGUST,
            topic="新学年教学工作研讨",
            starts_at=at(day, 9),
            length_minutes=SCHOOL_MINUTES,
            place=self._scene.place(school, key),
        )
        return attended(self._scene, self._presence, named)


def attended(scene: Scene, presence: Presence, named: Session) -> Session | None:
    """A school's session of two hours with those who came; the principal hosts where she is there."""
    roster = there(scene.belonging.on_hand[named.school], named.day)
    rows = presence.at_school(named.key, roster, minutes=SCHOOL_MINUTES, length_minutes=named.length_minutes)
    if not rows:
        return None
    principal = scene.principals.get(named.school)
    host = principal if principal in map(attrgetter("staff_number"), rows) else None
    return replace(
        named, rows=with_role(rows, host, "host"), roster=len(roster), host=host, meeting=named.key
    )
