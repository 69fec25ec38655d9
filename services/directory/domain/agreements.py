"""Pairing agreements (拜师合同): their words, the hash over them, who must sign and who may."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.directory.domain.policies import DUTIES_MAX, Owed, Policy
from shared.values import Refused
from shared.vocabulary import PairingParty

BOTH = (PairingParty.MENTOR, PairingParty.APPRENTICE)
PARTIES = {party.value: party for party in PairingParty}
ONE_DAY = timedelta(days=1)
PLACE = re.compile(r"\{(\w+)\}")
"""Where a template wants a fact; filled in one go, so that a name with braces in it stays a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two: who she is and where, as the agreement names her."""

    person_id: UUID
    name: str
    school_id: UUID
    school: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What two people agree on."""

    focus: str
    starts_on: date
    term_ends_on: date
    duties: Sequence[Owed]


def content_of(
    *, number: str, version_no: int, mentor: Side, apprentice: Side, terms: Terms, policy: Policy
) -> str:
    """The words of a version as canonical JSON: the same facts give the same characters, always."""
    content = {
        "number": number,
        "version_no": version_no,
        "mentor": asdict(mentor),
        "apprentice": asdict(apprentice),
        "focus": {"code": terms.focus, "label": policy.label_of(terms.focus)},
        "starts_on": terms.starts_on,
        "term_ends_on": terms.term_ends_on,
        "duties": [asdict(duty) for duty in terms.duties],
        "template_no": policy.template_no,
        "text": _text_of(mentor=mentor, apprentice=apprentice, terms=terms, policy=policy),
    }
    return written(content)


def written(content: Mapping[str, Any]) -> str:
    """Canonical JSON."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _text_of(*, mentor: Side, apprentice: Side, terms: Terms, policy: Policy) -> str:
    facts = {
        "mentor": mentor.name,
        "mentor_school": mentor.school,
        "apprentice": apprentice.name,
        "apprentice_school": apprentice.school,
        "focus": policy.label_of(terms.focus),
        "starts_on": _day(terms.starts_on),
        "last_day": _day(terms.term_ends_on - ONE_DAY),
        "duties": "\n".join(
            f"（{position}）{duty.party.label}{duty.name}不少于{duty.target}{duty.unit}"
            for position, duty in enumerate(terms.duties, start=1)
        ),
    }
    return PLACE.sub(lambda place: facts.get(place[1], place[0]), policy.template)


FEBRUARY, LEAP_DAY = 2, 29


def years_after(day: date, years: int) -> date:
    """The same day so many years later; of a leap day, the first of March."""
    if (day.month, day.day) == (FEBRUARY, LEAP_DAY):
        return date(day.year + years, FEBRUARY + 1, 1)
    return day.replace(year=day.year + years)


def years_between(day: date, end: date | None) -> int | None:
    """How many years a term has; None when it has none, or no whole number of them."""
    years = end.year - day.year if end is not None else 0
    return years if years > 0 and years_after(day, years) == end else None


def _day(when: date) -> str:
    return f"{when.year}年{when.month}月{when.day}日"


def hash_of(content: str) -> str:
    """SHA-256 over the canonical content, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


def read(content: str) -> dict[str, Any]:
    """The facts of a version."""
    found: dict[str, Any] = json.loads(content)
    return found


def check_terms(terms: Terms) -> None:
    """Refuse a term that ends before it begins, and duties that are none."""
    if terms.term_ends_on <= terms.starts_on:
        raise Refused(
            "term_empty",
            "结对期限的最后一天应晚于开始日期{starts_on}，请改期限",
            starts_on=terms.starts_on,
        )
    codes = [duty.code for duty in terms.duties]
    if len(set(codes)) < len(codes) or len(codes) > DUTIES_MAX:
        raise Refused("duties_unclear", "履约要求最多{most}项，每项一个代码，请核对", most=DUTIES_MAX)


def approvals_for(*, across_schools: bool, policy: Policy) -> list[PairingParty]:
    """Which offices must agree, beside the two: both schools' in a pair across schools (跨校结对)."""
    if across_schools:
        return [PairingParty.SCHOOL, PairingParty.MENTOR_SCHOOL]
    return [PairingParty.SCHOOL] if policy.office_approves else []


def missing(approvals: Collection[PairingParty], signed: Collection[PairingParty]) -> list[PairingParty]:
    """Who has yet to sign, in the order of the list; the county's word stands for every office."""
    offices = [] if PairingParty.COUNTY in signed else list(approvals)
    return [party for party in (*BOTH, *offices) if party not in signed]


def offices_of(
    *, school_id: UUID | None, school: UUID, mentor_school: UUID, approvals: Collection[PairingParty]
) -> list[PairingParty]:
    """For which offices somebody of that school may agree; None is the county."""
    if school_id is None:
        return [PairingParty.COUNTY]
    schools = {PairingParty.SCHOOL: school, PairingParty.MENTOR_SCHOOL: mentor_school}
    wanted = [party for party, of in schools.items() if of == school_id and party in approvals]
    return wanted or [party for party, of in schools.items() if of == school_id][:1]


def check_same_words(*, shown: str, current: str) -> None:
    """Refuse to sign other words than those somebody had before her."""
    if shown != current:
        raise Refused("agreement_changed", "合同内容已有变更，请刷新后重新阅读，再签字")


def check_not_both_ways(focuses: Collection[str], *, focus: str, label: str) -> None:
    """Refuse that two mentor each other in the same thing (互为师徒 takes two focuses)."""
    if focus in focuses:
        raise Refused(
            "focus_both_ways", "两人已在“{label}”方向反向结对，互为师徒请选择另一个方向", label=label
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a duty has come, by what both sides have confirmed."""

    owed: Owed
    done: int
    waiting: int
    """Entered by one side, not yet answered by the other."""

    @property
    def left(self) -> int:
        """What is missing."""
        return max(0, self.owed.target - self.done)


def progress_of(
    duties: Sequence[Owed], *, confirmed: Mapping[str, int], waiting: Mapping[str, int]
) -> list[Progress]:
    """Each duty with the sums of its entries."""
    return [
        Progress(owed=duty, done=confirmed.get(duty.code, 0), waiting=waiting.get(duty.code, 0))
        for duty in duties
    ]
