"""The schools' plans, each drafted, handed in and approved by its own principal."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from deploy.county.load.lines import Line
from deploy.county.load.people import Register
from deploy.doors import Visit
from shared.client import Client, Problem

DIRECTORY = "/api/directory/v1"
PLANS = "/api/plans/v1/plans"
PLANS_AT_ONCE = 200
ACCOUNT_EXISTS = "account_exists"
GONE = {401, 403, 404}
"""Who led the school then may have left it since, and is nobody who could sign in."""


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
    principals: Mapping[str, str]
    """By the code of a school, the staff number of whoever leads it."""
    digest: str
    items: dict[str, str] = field(default_factory=dict)
    """Keys of plan items and their ids."""
    _standing: dict[tuple[str, str], str] = field(default_factory=dict)
    _known: bool = False
    _desks: dict[str, Client] = field(default_factory=dict)

    def hand_in(self, plan: SchoolPlan) -> bool:
        """One plan, approved in the end; False where nobody of the school can do it any more."""
        school_id = self.register.school(plan.school)
        plan_id = self._standing_plans(plan.school_year).get((school_id, plan.title))
        if plan_id is None:
            desk = self._desk(plan.school)
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
        desk.post(f"{PLANS}/{plan_id}/approve")
        return plan_id

    def _standing_plans(self, school_year: int) -> Mapping[tuple[str, str], str]:
        """Those that are approved, by school and title."""
        cursor = None
        while not self._known:
            page = self.visit.client().get(
                PLANS, school_year=school_year, state="approved", cursor=cursor, limit=PLANS_AT_ONCE
            )
            self._standing |= {(one["school_id"], one["title"]): one["plan_id"] for one in page["items"]}
            cursor = page["next_cursor"]
            self._known = cursor is None
        return self._standing

    def _desk(self, school: str) -> Client | None:
        """The door as the school's principal, who gets an account, or a new password, for it."""
        if school not in self._desks and (number := self.principals.get(school)):
            self.register.meet([number])
            if token := self._token(number):
                self._desks = {school: self.visit.nobody.signed_in(token)}  # one school after the other
        return self._desks.get(school)

    def _token(self, number: str) -> str | None:
        door, path = self.visit.client(), f"{DIRECTORY}/people/{self.register.person(number)}"
        try:
            handed = self._handed(door, path, number)
            first = {"username": handed["username"], "password": handed["initial_password"]}
            token = self.visit.nobody.post(f"{DIRECTORY}/sign-in", first)["token"]
            chosen = {"new_password": secrets.token_urlsafe()}
            changed = self.visit.nobody.signed_in(token).post(f"{DIRECTORY}/change-password", chosen)
        except Problem as problem:
            if problem.status in GONE:
                return None
            raise
        return str(changed["token"])

    def _handed(self, door: Client, path: str, number: str) -> Mapping[str, Any]:
        try:
            handed: Mapping[str, Any] = door.post(f"{path}/account", {"username": number.lower()})
        except Problem as problem:
            if problem.code != ACCOUNT_EXISTS:
                raise
            handed = door.post(f"{path}/reset-password")
        return handed
