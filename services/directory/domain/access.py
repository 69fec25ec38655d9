"""Access: which password will do, how often to try, which sign-ins no longer count."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.directory.domain.common_passwords import is_common
from services.directory.domain.names import name_key, username_key
from shared.values import Refused

PASSWORD_CHARACTERS_MIN = 10
PASSWORD_CHARACTERS_MAX = 128
PASSWORD_VARIETY_MIN = 5
"""How many different characters a password has at least."""
PERSONAL_CHARACTERS_MIN = 4
"""A shorter piece of somebody's numbers stands in a password by chance."""

INITIAL_LIFE = timedelta(days=14)
"""A password made by somebody else (初始密码) opens once, and within this time."""
INITIAL_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that are mistaken for one another when they are read out."""
INITIAL_GROUPS = 4
INITIAL_GROUP_CHARACTERS = 4

RECENT = timedelta(minutes=15)
DAY = timedelta(days=1)
PLACE_LIFE = timedelta(days=180)
"""How long an address counts as one from which somebody signs in."""


def check_password(password: str, *, username: str, name: str, personal: Collection[str] = ()) -> None:
    """Refuse a password that a colleague, or a list of common ones, would guess.

    `personal` are numbers that others know: phone, end of the identity number, staff number.
    """
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX:
        raise Refused(
            "weak_password",
            "密码应为{least}到{most}个字符",
            least=PASSWORD_CHARACTERS_MIN,
            most=PASSWORD_CHARACTERS_MAX,
        )
    plain = name_key(password)
    if plain.isdigit():
        raise Refused("weak_password", "密码不能只有数字（如手机号、身份证号），请加上字母")
    if len(set(plain)) < PASSWORD_VARIETY_MIN:
        raise Refused("weak_password", "密码里不同的字符太少，请换一个")
    if username_key(username) in plain or (len(name) > 1 and name_key(name) in plain):
        raise Refused("weak_password", "密码里不能有用户名或姓名，请换一个")
    known = [name_key(one) for one in personal]
    if any(len(one) >= PERSONAL_CHARACTERS_MIN and one in plain for one in known):
        raise Refused("weak_password", "密码里不能有手机号、身份证号或工号中的数字，请换一个")
    if is_common(plain):
        raise Refused("weak_password", "这个密码太常见，容易被猜到，请换一个")


def initial_password(choose: Callable[[str], str]) -> str:
    """A password to be read out or copied from a slip: four groups of four, chosen by chance."""
    groups = [
        "".join(choose(INITIAL_ALPHABET) for _ in range(INITIAL_GROUP_CHARACTERS))
        for _ in range(INITIAL_GROUPS)
    ]
    return "-".join(groups)


class Spent(StrEnum):
    """Why an initial password opens nothing any more."""

    USED = "initial_password_used"
    EXPIRED = "initial_password_expired"


def spent(*, until: datetime | None, used_at: datetime | None, now: datetime) -> Spent | None:
    """Why this initial password opens nothing any more, if so; one of her own (`until` is None) never is."""
    if until is None:
        return None
    if used_at is not None:
        return Spent.USED
    return Spent.EXPIRED if now >= until else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many failures are borne in a quarter of an hour, and in a day."""

    recent_max: int
    day_max: int


HERE = Limit(recent_max=5, day_max=10)
"""Under one username from one address: whoever guesses shuts out herself, and nobody elsewhere."""
ANYWHERE = Limit(recent_max=15, day_max=30)
"""Under one username from all addresses: for those from which its owner has not signed in lately."""
ADDRESS = Limit(recent_max=60, day_max=300)
"""From one address under all usernames; a whole school may stand behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """Failed sign-ins, in the last quarter of an hour and in the last day."""

    recent_since: datetime
    recent_failures: int
    day_since: datetime
    day_failures: int


def locked_for(tries: Tries, limit: Limit = HERE, *, now: datetime) -> timedelta:
    """How long nobody may try; zero when they may. Whether the username exists makes no difference."""
    recent = tries.recent_since + RECENT - now if tries.recent_failures >= limit.recent_max else timedelta(0)
    day = tries.day_since + DAY - now if tries.day_failures >= limit.day_max else timedelta(0)
    return max(recent, day, timedelta(0))


def after_failure(tries: Tries, *, now: datetime) -> Tries:
    """One failure more; a window that has passed begins anew."""
    if now >= tries.recent_since + RECENT:
        tries = replace(tries, recent_since=now, recent_failures=0)
    if now >= tries.day_since + DAY:
        tries = replace(tries, day_since=now, day_failures=0)
    return replace(tries, recent_failures=tries.recent_failures + 1, day_failures=tries.day_failures + 1)


def after_success(tries: Tries) -> Tries:
    """The try that was counted before its password was looked at was none."""
    return replace(
        tries,
        recent_failures=max(0, tries.recent_failures - 1),
        day_failures=max(0, tries.day_failures - 1),
    )


def void_before(*, last_signed_in_at: datetime | None, now: datetime) -> datetime:
    """The moment before which sign-ins no longer count: all there were, also one that overtook us."""
    if last_signed_in_at is None:
        return now
    return max(now, last_signed_in_at + timedelta(microseconds=1))
