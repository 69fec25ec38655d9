"""Passwords: hashed slowly on purpose, and checked in the same time whether or not there is one."""

from threading import BoundedSemaphore

from argon2 import Parameters, PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

IN_FLIGHT_MAX = 4
"""Each takes 64 MB while it runs."""

COST = Parameters(
    type=Type.ID,
    version=ARGON2_VERSION,
    salt_len=16,
    hash_len=32,
    time_cost=3,
    memory_cost=65_536,
    parallelism=4,
)
HASHER = PasswordHasher.from_parameters(COST)
_in_flight = BoundedSemaphore(IN_FLIGHT_MAX)

NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$ShuiwlJc7U0593wPMxr58w$cJWFTjpJV25EHpsvwgGaHJtgmh9tNQjem8/V4rm580o"
"""Checked when nobody has the username, so that the answer takes as long; nobody knows its password."""


def hashed(password: str) -> str:
    """What is kept instead of the password."""
    with _in_flight:
        return HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; None stands for an account that does not exist."""
    with _in_flight:
        try:
            HASHER.verify(password_hash or NOBODYS, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with weaker settings than today's."""
    return HASHER.check_needs_rehash(password_hash)
