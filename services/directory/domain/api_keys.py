"""API keys (接口密钥): what one looks like, how long it may last, whether it opens."""

import hashlib
from datetime import datetime, timedelta

from shared.values import Refused

PREFIX = "yxk_"
SECRET_BYTES = 32
NAME_CHARACTERS_MAX = 64
KEY_CHARACTERS_MAX = 100
LIFE_MAX = timedelta(days=366)


def secret_hash(key: str) -> str:
    """What is kept instead of the key. It is random and long, so nobody guesses it from a quick hash."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def looks_like_one(text: str) -> bool:
    """Whether it is worth looking up."""
    return text.startswith(PREFIX) and len(text) <= KEY_CHARACTERS_MAX


def check_expiry(expires_at: datetime, *, now: datetime) -> None:
    """Refuse a key that would not open, or for longer than anybody remembers what it was for."""
    if not now < expires_at <= now + LIFE_MAX:
        raise Refused("expiry_out_of_range", "接口密钥的有效期应在今天以后、{days}天以内", days=LIFE_MAX.days)


def opens(*, expires_at: datetime, revoked_at: datetime | None, now: datetime) -> bool:
    """Whether a key still counts."""
    return revoked_at is None and now < expires_at
