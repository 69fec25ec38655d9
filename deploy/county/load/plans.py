"""The schools' plans, each drafted and handed in by somebody of its own, approved by the county office."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from deploy.county.load.lines import Line
from deploy.county.load.people import Register
from deploy.doors import Visit
from shared.client import Client

DIRECTORY = "/api/directory/v1"
PLANS = "/api/plans/v1/plans"
AT_ONCE = 200
RANKS = {"principal": 0, "academic_office": 1, "group_leader": 2}
WRITERS = frozenset(RANKS)
"""Who writes plans, the first of these before the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolPlan:
    """A plan with its items, in their order."""

    school: str
    title: str
    school_year: int
    items: Sequence[Line]


def plans_of(rows: Iterable[Line], *, school_year: int) -> Iterator[SchoolPlan]:
    """The rows of one plan follow each other."""
    for (school, title), items in groupby(rows, key=lambda row: (row["school"], row["title"])):
        yield SchoolPlan(school=school, title=title, school_year=school_year, items=list(items))


@dataclass(slots=True, kw_only=True)
class Planning:
    """Hands plans in; what stands approved already is only read."""

    visit: Visit
    register: Register
    digest: str
    items: dict[str, str] = field(default_factory=dict)
    """Keys of plan items and their ids."""
    _standing: dict[tuple[str, str], str] = field(default_factory=dict)
    _known: bool = False
    _desks: dict[str, Client | None] = field(default_factory=dict)

    def hand_in(self, plan: SchoolPlan) -> bool:
        """One plan, approved in the end; False where nobody of the school can do it any more."""
        school_id = self.register.school(plan.school)
        plan_id = self._standing_plans(plan.school_year).get((school_id, plan.title))
        if plan_id is None:
            desk = self._desk(school_id)
            if desk is None:
                return False
            plan_id = self._approved(desk, plan)
        whole = self.visit.client().get(f"{PLANS}/{plan_id}")
        for line, item in zip(plan.items, whole["items"], strict=True):
            self.items[line["item"]] = item["item_id"]
        return True

    def _approved(self, desk: Client, plan: SchoolPlan) -> str:
        body = {
            "school_year": plan.school_year,
            "title": plan.title,
            "items": [{name: line[name] for name in ("form", "topic", "due_on")} for line in plan.items],
        }
        key = str(uuid5(NAMESPACE_URL, f"{self.digest}/plans/{plan.school}/{plan.title}"))
        plan_id = str(desk.post(PLANS, body, key=key)["plan_id"])
        if desk.get(f"{PLANS}/{plan_id}")["state"] == "draft":
            desk.post(f"{PLANS}/{plan_id}/submit")
        self.visit.client().post(f"{PLANS}/{plan_id}/approve")
        return plan_id

    def _standing_plans(self, school_year: int) -> Mapping[tuple[str, str], str]:
        """Those that are approved, by school and title."""
        cursor = None
        while not self._known:
            page = self.visit.client().get(
                PLANS, school_year=school_year, state="approved", cursor=cursor, limit=AT_ONCE
            )
            self._standing |= {(one["school_id"], one["title"]): one["plan_id"] for one in page["items"]}
            cursor = page["next_cursor"]
            self._known = cursor is None
        return self._standing

    def _desk(self, school_id: str) -> Client | None:
        """The door as somebody who writes the school's plans today; she gets a password for it."""
        if school_id not in self._desks:
            self._desks = {school_id: self._found_desk(school_id)}  # one school after the other
        return self._desks[school_id]

    def _found_desk(self, school_id: str) -> Client | None:
        writers = [one for one in self._staff(school_id) if WRITERS & set(one["roles"])]
        writers.sort(key=lambda one: min(RANKS[role] for role in WRITERS & set(one["roles"])))
        for writer in writers:
            admitted = self._admitted(writer)
            if admitted["person"]["school_id"] == school_id:  # and not with a post of another school
                return self.visit.nobody.signed_in(admitted["token"])
        return None

    def _staff(self, school_id: str) -> Iterator[Mapping[str, Any]]:
        cursor = None
        while True:
            path = f"{DIRECTORY}/schools/{school_id}/accounts"
            page = self.visit.client().get(path, cursor=cursor, limit=AT_ONCE)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _admitted(self, writer: Mapping[str, Any]) -> Mapping[str, Any]:
        person = f"{DIRECTORY}/people/{writer['person_id']}"
        if writer["username"]:
            handed = self.visit.client().post(f"{person}/reset-password")
        else:
            username = writer["person_id"].replace("-", "")
            handed = self.visit.client().post(f"{person}/account", {"username": username})
        first = {"username": handed["username"], "password": handed["initial_password"]}
        token = self.visit.nobody.post(f"{DIRECTORY}/sign-in", first)["token"]
        chosen = {"new_password": secrets.token_urlsafe()}
        changed: Mapping[str, Any] = self.visit.nobody.signed_in(token).post(
            f"{DIRECTORY}/change-password", chosen
        )
        return changed
