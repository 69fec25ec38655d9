"""The schools' plans, each drafted and handed in by somebody of its own, approved by the county office."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from deploy.county.load.lines import Line
from deploy.county.load.people import Register
from deploy.doors import Visit
from shared.client import Client

DIRECTORY = "/api/directory/v1"
PLANS = "/api/plans/v1/plans"
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


Plans = Sequence[SchoolPlan]
"""Of one school."""


def plans_by_school(rows: Iterable[Line], *, school_year: int) -> Iterator[Plans]:
    """The rows of one plan follow each other, and the plans of one school."""
    for school, of_school in groupby(rows, key=itemgetter("school")):
        yield [
            SchoolPlan(school=school, title=title, school_year=school_year, items=list(items))
            for title, items in groupby(of_school, key=itemgetter("title"))
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """What became of a school's plans."""

    plans: int
    items: Mapping[str, str] = field(default_factory=dict)
    """Keys of plan items and their ids; none where nobody of the school can hand anything in today."""


@dataclass(slots=True, kw_only=True)
class Planning:
    """Hands plans in; what stands approved already is only read."""

    visit: Visit
    register: Register
    digest: str
    school_year: int
    _standing: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def look(self) -> None:
        """What stands already, before anything is handed in."""
        approved = self.visit.every(PLANS, school_year=self.school_year, state="approved")
        self._standing = {(one["school_id"], one["title"]): one["plan_id"] for one in approved}

    def hand_in(self, plans: Plans) -> HandedIn:
        """The plans of one school, approved in the end; those of several may be handed in side by side."""
        school_id = self.register.school(plans[0].school)
        found = {plan.title: self._standing.get((school_id, plan.title)) for plan in plans}
        if None in found.values():
            desk = self._desk(school_id)
            if desk is None:
                return HandedIn(plans=len(plans))
            found |= {plan.title: self._approved(desk, plan) for plan in plans if not found[plan.title]}
        items: dict[str, str] = {}
        for plan in plans:
            whole = self.visit.client().get(f"{PLANS}/{found[plan.title]}")
            items |= {
                line["item"]: item["item_id"] for line, item in zip(plan.items, whole["items"], strict=True)
            }
        return HandedIn(plans=len(plans), items=items)

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

    def _desk(self, school_id: str) -> Client | None:
        """The door as somebody who writes the school's plans today; she gets a password for it."""
        staff = self.visit.every(f"{DIRECTORY}/schools/{school_id}/accounts")
        writers = [one for one in staff if WRITERS & set(one["roles"])]
        writers.sort(key=lambda one: min(RANKS[role] for role in WRITERS & set(one["roles"])))
        for writer in writers:
            admitted = self._admitted(writer)
            if admitted["person"]["school_id"] == school_id:  # and not with a post of another school
                return self.visit.nobody.signed_in(admitted["token"])
        return None

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
