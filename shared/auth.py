"""Who is acting: the Actor, the signed token that carries it, and the list of tokens that no longer count."""

import base64
import hashlib
import json
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any, Protocol
from uuid import UUID

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import Key, KeySet, OKPKey
from sqlalchemy import ColumnElement, bindparam, false, select, true, update
from sqlalchemy.orm import Session

from shared.inserts import insert_new
from shared.kernel_tables import revoked_access
from shared.tenancy import Scope
from shared.values import Forbidden, end_of_county_day
from shared.vocabulary import ApiScope, Role

ALGORITHM = "Ed25519"
AUDIENCE = "yanxun"
TOKEN_TYPE = "at+jwt"  # noqa: S105  RFC 9068's name of a kind of token, no secret
TOKEN_LIFE = timedelta(minutes=15)
SIGN_IN_LIFE = timedelta(hours=12)
"""However often a token is renewed, after this the password is asked for again."""
TOKEN_CHARACTERS_MAX = 4_000
SCHOOLS_BEYOND_MAX = 90
"""So many fit into a token, beside everything else it says."""
ID_BYTES = 16
ROLES = {role.value: role for role in Role}
API_SCOPES = {scope.value: scope for scope in ApiScope}
RENEWAL_GRACE = timedelta(hours=2)
"""A token that ran out while its owner rested may still be renewed for so long, and used for nothing else."""
VERIFIED_MAX = 20_000
"""How many verified tokens are remembered: a check of a signature costs as much as a small query."""
KEYS_LOOKED_AT_EVERY = timedelta(seconds=1)
"""How long a key that was taken off the list may go on to count, and a new one be unknown."""


class Kind(StrEnum):
    """Whether a person acts, or another system with an API key."""

    USER = "user"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporter:
    """Who looks with somebody else's eyes (代查看)."""

    person_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The signed-in person, or another system, as every query and command sees them."""

    person_id: UUID
    """Of a system, the id of its API key."""
    name: str
    school_id: UUID | None
    """Where they act; None of the county, and of somebody who has no post in a school."""
    roles: frozenset[Role]
    kind: Kind = Kind.USER
    api_scopes: frozenset[ApiScope] = frozenset()
    """What a system may read; a person has roles instead."""
    beyond: frozenset[UUID] | None = None
    """Schools they read and do not touch, by a post of a district or as a trainer; None without one."""
    seen_by: Supporter | None = None
    """Who really acts, when somebody of the county office looks with this person's eyes; never writes."""
    must_change_password: bool = False
    """Signed in with a password somebody else has seen: may do nothing but choose one of their own."""

    @property
    def is_system(self) -> bool:
        """Whether this is another system and no person."""
        return self.kind is Kind.SERVICE

    @property
    def is_county(self) -> bool:
        """Whether they see every school: the county office, an auditor, a key of the whole county."""
        return self.school_id is None and self.beyond is None

    @property
    def schools(self) -> frozenset[UUID]:
        """The schools they read; of the county no list."""
        own = frozenset((self.school_id,)) if self.school_id is not None else frozenset[UUID]()
        return own | (self.beyond or frozenset())

    def has(self, *roles: Role) -> bool:
        """Whether they hold one of these roles."""
        return not self.roles.isdisjoint(roles)

    def require(self, *roles: Role) -> None:
        """Raise Forbidden unless they hold one of these roles."""
        if not self.has(*roles):
            labels = "、".join(role.label for role in Role if role in roles)
            raise Forbidden("这件事只能由{roles}来做，请联系他们办理", roles=labels)

    def reach(self, column: Any) -> ColumnElement[bool]:
        """The condition "belongs to a school I may see", for the WHERE of every query that shows."""
        if self.is_county:
            return true()
        within: ColumnElement[bool] = column.in_(sorted(self.schools))
        return within

    def charge(self, column: Any) -> ColumnElement[bool]:
        """The condition "belongs to the school I act in", for what writes and what only an office reads."""
        if self.is_county:
            return true()
        within: ColumnElement[bool] = false() if self.school_id is None else column == self.school_id
        return within

    def scope(self, *, writes: bool) -> Scope:
        """The same for the walls of the database, and what concerns them themselves."""
        own = frozenset() if self.school_id is None else frozenset((self.school_id,))
        schools = None if self.is_county else own if writes else self.schools
        return Scope(schools=schools, people=frozenset((self.person_id,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a verified token says."""

    actor: Actor
    signed_in_at: datetime
    """When the password was given; it stays the same when the token is renewed."""
    expires_at: datetime


class NotSignedIn(Exception):
    """No token, or none that counts. `code` tells a program whether renewing helps."""

    def __init__(self, code: str = "not_signed_in") -> None:
        super().__init__(code)
        self.code = code


def issue_token(
    actor: Actor, *, signing_key: Mapping[str, Any], deployment: str, signed_in_at: datetime, now: datetime
) -> tuple[str, datetime]:
    """A signed token and when it ends: soon, and never later than the sign-in itself or the county's day.

    It says what somebody may on a day: posts begin and end with days, and what it says must not outlive them.
    """
    key = OKPKey.import_key(dict(signing_key))
    expires_at = min(now + TOKEN_LIFE, signed_in_at + SIGN_IN_LIFE, end_of_county_day(now))
    claims = {
        "iss": _issuer(deployment),
        "aud": AUDIENCE,
        "sub": str(actor.person_id),
        "name": actor.name,
        "school_id": str(actor.school_id) if actor.school_id else None,
        "roles": sorted(actor.roles),
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "auth_time": signed_in_at.timestamp(),
        "kind": actor.kind,
        **_unusual(actor),
    }
    header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": _kid(key)}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM]), expires_at.replace(microsecond=0)


def _unusual(actor: Actor) -> dict[str, Any]:
    """What most tokens do not say. `act` is RFC 8693's name for who really acts."""
    claims: dict[str, Any] = {}
    if actor.api_scopes:
        claims["scope"] = " ".join(sorted(actor.api_scopes))
    if actor.beyond is not None:
        claims["beyond"] = _packed(actor.beyond)
    if actor.seen_by:
        claims["act"] = {"sub": str(actor.seen_by.person_id), "name": actor.seen_by.name}
    if actor.must_change_password:
        claims["change_password"] = True
    return claims


class Verifier:
    """Checks tokens offline against a fixed list of keys; a token chooses neither method nor key.

    With a `file`, the list is read anew after the file has changed: a rotation restarts nobody.
    """

    def __init__(self, jwks: Mapping[str, Any], *, deployment: str, file: Path | None = None) -> None:
        self._issuer = _issuer(deployment)
        self._file = file
        self._read_at: datetime | None = None
        self._written = _written(file)
        self._verified: OrderedDict[bytes, Token] = OrderedDict()
        self._lock = Lock()
        self._take(jwks)

    def _take(self, jwks: Mapping[str, Any]) -> None:
        keys: list[Key] = [OKPKey.import_key(dict(key)) for key in jwks["keys"]]
        self._kids = {_kid(key) for key in keys}
        self._keys = KeySet(keys)
        self.jwks = jwks
        with self._lock:
            self._verified.clear()

    def _look_at_file(self, *, now: datetime) -> None:
        """Take the list anew if its file has changed; one that is half written is left for the next look."""
        if self._file is None or (self._read_at is not None and now < self._read_at + KEYS_LOOKED_AT_EVERY):
            return
        self._read_at = now
        written = _written(self._file)
        if written in {None, self._written}:
            return
        try:
            self._take(json.loads(self._file.read_text(encoding="utf-8")))
            self._written = written
        except (OSError, ValueError, KeyError, TypeError):
            self._read_at = None

    def verify(self, text: str, *, now: datetime, grace: timedelta = timedelta(0)) -> Token:
        """What the token says; NotSignedIn when it does not count, or ran out more than `grace` ago."""
        if len(text) > TOKEN_CHARACTERS_MAX:
            raise NotSignedIn
        self._look_at_file(now=now)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        known = self._verified.get(digest)
        token = known or self._checked(text, now=now, grace=grace)
        if token.expires_at + grace <= now:
            raise NotSignedIn("token_expired")
        if known is None:
            self._remember(digest, token)
        return token

    def _checked(self, text: str, *, now: datetime, grace: timedelta) -> Token:
        try:
            read = jwt.decode(text, self._keys, algorithms=[ALGORITHM])
            registry = jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                leeway=int(grace.total_seconds()),
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": AUDIENCE},
                sub={"essential": True},
                iat={"essential": True},
                exp={"essential": True},
            )
            registry.validate(read.claims)
            return self._token_of(read.header, read.claims)
        except ExpiredTokenError:
            raise NotSignedIn("token_expired") from None
        except (JoseError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            raise NotSignedIn from None  # whatever was wrong with it is nobody's business but ours

    def _token_of(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> Token:
        ours = set(header) == {"alg", "typ", "kid"} and header["typ"] == TOKEN_TYPE
        if not ours or header["kid"] not in self._kids or claims["aud"] != AUDIENCE:
            raise NotSignedIn
        return Token(
            actor=_actor_of(claims),
            signed_in_at=datetime.fromtimestamp(claims["auth_time"], UTC),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )

    def _remember(self, digest: bytes, token: Token) -> None:
        with self._lock:
            self._verified[digest] = token
            while len(self._verified) > VERIFIED_MAX:
                self._verified.popitem(last=False)


def _packed(schools: Collection[UUID]) -> str:
    """Ids one after the other: a township's schools must fit into a header."""
    return base64.urlsafe_b64encode(b"".join(sorted(one.bytes for one in schools))).decode()


def _unpacked(text: str) -> frozenset[UUID]:
    whole = base64.b64decode(text, altchars=b"-_", validate=True)
    return frozenset(UUID(bytes=whole[at : at + ID_BYTES]) for at in range(0, len(whole), ID_BYTES))


def _actor_of(claims: Mapping[str, Any]) -> Actor:
    school, act, beyond = claims["school_id"], claims.get("act"), claims.get("beyond")
    return Actor(
        person_id=UUID(claims["sub"]),
        name=str(claims["name"]),
        school_id=UUID(school) if school is not None else None,
        roles=frozenset(ROLES[role] for role in claims["roles"]),
        kind=Kind(claims["kind"]),
        api_scopes=frozenset(API_SCOPES[scope] for scope in claims.get("scope", "").split()),
        beyond=_unpacked(beyond) if beyond is not None else None,
        seen_by=Supporter(person_id=UUID(act["sub"]), name=str(act["name"])) if act is not None else None,
        must_change_password=claims.get("change_password", False) is not False,
    )


def _written(file: Path | None) -> tuple[int, int] | None:
    """What changes when a file is written; None without a file."""
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found else None


def _kid(key: Key) -> str | None:
    """A key without a name of its own is named by its thumbprint (RFC 7638)."""
    key.ensure_kid()
    return key.kid


def _issuer(deployment: str) -> str:
    """Two counties never take each other's tokens, even if they were given the same key."""
    return f"yanxun:{deployment}"


class Revocation(Protocol):
    """The fact that somebody's tokens are void; the directory's `AccessRevoked` is one."""

    @property
    def person_id(self) -> UUID:
        """Whose tokens."""

    @property
    def issued_before(self) -> datetime:
        """Those of sign-ins before this moment."""


def note_revocation(session: Session, event: Revocation, *, now: datetime) -> None:
    """Put a person on this service's deny list; the latest moment wins, in whichever order they arrive."""
    del now
    row = {"person_id": event.person_id, "issued_before": event.issued_before}
    if insert_new(session, revoked_access, [row]):
        return
    session.execute(
        update(revoked_access)
        .where(
            revoked_access.c.person_id == event.person_id,
            revoked_access.c.issued_before < event.issued_before,
        )
        .values(issued_before=event.issued_before)
    )


def check_not_revoked(session: Session, token: Token) -> None:
    """Raise NotSignedIn when the sign-in behind a token has been ended."""
    people = [token.actor.person_id]
    if token.actor.seen_by:
        people.append(token.actor.seen_by.person_id)
    if any(token.signed_in_at < ended for ended in _ended(session, people)):
        raise NotSignedIn("token_revoked")


def counts_from(session: Session, *people: UUID, now: datetime) -> datetime:
    """The moment of a sign-in made now: never before an end of sign-ins that has been noted already."""
    return max([now, *_ended(session, people)])


ENDED = select(revoked_access.c.issued_before).where(
    revoked_access.c.person_id.in_(bindparam("people", expanding=True))
)
"""Asked in every request, and made once: making a statement costs more than running it."""


def _ended(session: Session, people: Sequence[UUID]) -> Sequence[datetime]:
    return session.execute(ENDED, {"people": list(people)}).scalars().all()
