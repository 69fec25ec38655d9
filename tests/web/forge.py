"""Tokens as an attacker, or a mistake, would make them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.jwk import OKPKey

from shared.auth import ALGORITHM, TOKEN_TYPE
from tests.signed_in import DEPLOYMENT, KEY, LIN


def claims_at(now: datetime, **other: Any) -> dict[str, Any]:
    """What the directory would say of Lin, but for what is given."""
    moment = int(now.timestamp())
    told = {
        "iss": f"yanxun:{DEPLOYMENT}",
        "aud": "yanxun",
        "sub": str(LIN.person_id),
        "name": LIN.name,
        "school_id": str(LIN.school_id),
        "roles": ["teacher"],
        "iat": moment,
        "exp": moment + 900,
        "auth_time": now.timestamp(),
        "kind": "user",
    }
    return {name: value for name, value in {**told, **other}.items() if value is not ...}


def signed(claims: Mapping[str, Any] | bytes, *, key: OKPKey = KEY, **header: Any) -> str:
    """Signed with a key, under a header of the directory's but for what is given."""
    told = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": KEY.thumbprint(), **header}
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    registry = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
    kept = {name: value for name, value in told.items() if value is not ...}
    return jws.serialize_compact(kept, payload, key, registry=registry)


def unsigned(claims: Mapping[str, Any], *, alg: str) -> str:
    """With an empty signature."""
    return f"{_part({'alg': alg, 'typ': TOKEN_TYPE, 'kid': KEY.thumbprint()})}.{_part(claims)}."


def signed_by_hmac_of_the_public_key(claims: Mapping[str, Any]) -> str:
    """The confusion of a public key with a shared secret."""
    said = f"{_part({'alg': 'HS256', 'typ': TOKEN_TYPE, 'kid': KEY.thumbprint()})}.{_part(claims)}"
    secret = json.dumps(KEY.as_dict(private=False)).encode()
    return f"{said}.{_coded(hmac.digest(secret, said.encode(), hashlib.sha256))}"


def _part(value: Mapping[str, Any]) -> str:
    return _coded(json.dumps(value).encode())


def _coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
