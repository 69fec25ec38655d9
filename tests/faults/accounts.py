"""An account is closed while something is broken: who still lets its owner in."""

from collections.abc import Mapping

from deploy import cast
from shared.client import Problem
from tests.faults.county import FaultCounty
from tests.person import Person

KEEPER = "directory"
"""Where accounts are kept: it needs no bus to know."""
DOORS: Mapping[str, str] = {
    KEEPER: "/me",
    "plans": "/plans",
    "activities": "/sessions",
    "credits": "/me/statement",
    "notify": "/inbox",
}
"""What a teacher may look at in each service."""


def close_account(county: FaultCounty, member: cast.Member) -> Person:
    """The person, with the token of before, whose account is closed now."""
    person = county.as_person(member)
    county.as_person(cast.ZHAO).post(KEEPER, f"/people/{person.id}/disable-account")
    return person


def open_account(county: FaultCounty, member: cast.Member) -> None:
    """Let her sign in anew; the token of before stays void."""
    person = county.as_person(member)
    county.as_person(cast.ZHAO).post(KEEPER, f"/people/{person.id}/enable-account")
    county.county.tokens.pop(member.username)


def refusal(somebody: Person, service: str) -> str | None:
    """Why a service does not let somebody look; None when it does."""
    try:
        somebody.get(service, DOORS[service])
    except Problem as problem:
        return problem.code
    return None


def is_out(somebody: Person, service: str) -> bool:
    """Whether a service knows that the token no longer counts."""
    return refusal(somebody, service) == "token_revoked"
