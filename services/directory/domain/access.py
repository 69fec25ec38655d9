"""Access: which password will do, how often to try, which sign-ins no longer count."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.directory.domain.names import name_key, username_key
from shared.values import Refused

PASSWORD_CHARACTERS_MIN = 10
PASSWORD_CHARACTERS_MAX = 128
PASSWORD_VARIETY_MIN = 5
"""How many different characters a password has at least."""

RECENT = timedelta(minutes=15)
RECENT_FAILURES_MAX = 5
DAY = timedelta(days=1)
DAY_FAILURES_MAX = 10


def check_password(password: str, *, username: str, name: str) -> None:
    """Refuse a password that a colleague, or a list of common ones, would guess."""
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX:
        raise Refused(
            "weak_password",
            "密码应为{least}到{most}个字符",
            least=PASSWORD_CHARACTERS_MIN,
            most=PASSWORD_CHARACTERS_MAX,
        )
    plain = name_key(password)
    if plain.isdigit():
        raise Refused("weak_password", "密码不能只有数字（如手机号、身份证号）")
    if len(set(plain)) < PASSWORD_VARIETY_MIN:
        raise Refused("weak_password", "密码里不同的字符太少")
    if username_key(username) in plain or (len(name) > 1 and name_key(name) in plain):
        raise Refused("weak_password", "密码里不能有用户名或姓名")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """Failed sign-ins under one username, in the last quarter of an hour and in the last day."""

    recent_since: datetime
    recent_failures: int
    day_since: datetime
    day_failures: int


def locked_for(tries: Tries, *, now: datetime) -> timedelta:
    """How long nobody may try this username; zero when they may. Whether it exists makes no difference."""
    recent = (
        tries.recent_since + RECENT - now if tries.recent_failures >= RECENT_FAILURES_MAX else timedelta(0)
    )
    day = tries.day_since + DAY - now if tries.day_failures >= DAY_FAILURES_MAX else timedelta(0)
    return max(recent, day, timedelta(0))


def after_failure(tries: Tries, *, now: datetime) -> Tries:
    """One failure more; a window that has passed begins anew."""
    if now >= tries.recent_since + RECENT:
        tries = replace(tries, recent_since=now, recent_failures=0)
    if now >= tries.day_since + DAY:
        tries = replace(tries, day_since=now, day_failures=0)
    return replace(tries, recent_failures=tries.recent_failures + 1, day_failures=tries.day_failures + 1)


def void_before(*, last_signed_in_at: datetime | None, now: datetime) -> datetime:
    """The moment before which sign-ins no longer count: all there were, also one that overtook us."""
    if last_signed_in_at is None:
        return now
    return max(now, last_signed_in_at + timedelta(microseconds=1))
