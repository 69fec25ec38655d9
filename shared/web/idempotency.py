"""One answer a key: the Idempotency-Key, the effect and the answer are stored in one transaction."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Request, Response
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from shared.inserts import insert_new
from shared.kernel_tables import idempotency_keys as keys
from shared.web.problems import INVALID, Problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY = re.compile(r"[\x21-\x7e]{1,100}")
BAD = 400
FIRST_ERROR = 400
PENDING = 0
"""The status of a claim whose answer is still being made; nobody outside its transaction ever sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A key as one person uses it for one request."""

    actor_id: UUID
    key: str
    request_hash: bytes

    def is_this(self) -> ColumnElement[bool]:
        """The row of this key."""
        return (keys.c.actor_id == self.actor_id) & (keys.c.key == self.key)


def claim_of(request: Request, *, actor_id: UUID) -> Claim:
    """The claim a request makes; a Problem when its key is missing or none."""
    key = request.headers.get(HEADER)
    if key is None:
        raise Problem(BAD, "idempotency_key_missing", f"缺少请求头 {HEADER}：每次新的提交请带上一个新的编号")
    if not KEY.fullmatch(key):
        raise Problem(BAD, "idempotency_key_invalid", f"请求头 {HEADER} 应为1到100个字母、数字或符号")
    said = f"{request.method}\n{request.full_path}\n".encode() + request.get_data()
    return Claim(actor_id=actor_id, key=key, request_hash=hashlib.sha256(said).digest())


def answer_once(session: Session, claim: Claim, make: Callable[[], Response], *, now: datetime) -> Response:
    """The answer stored under the key, or the one made now.

    The claim is written first, so that a twin which came at the same moment waits for it: on PostgreSQL
    at the primary key, on SQLite already at the beginning of its transaction.
    """
    row = {
        "actor_id": claim.actor_id,
        "key": claim.key,
        "request_hash": claim.request_hash,
        "status": PENDING,
        "body": b"",
        "created_at": now,
    }
    if not insert_new(session, keys, [row]):
        return _answer_again(session, claim)
    answer = make()
    if answer.status_code >= FIRST_ERROR:
        session.execute(delete(keys).where(claim.is_this()))
    else:
        said = {"status": answer.status_code, "body": answer.get_data()}
        session.execute(update(keys).where(claim.is_this()).values(said))
    return answer


def _answer_again(session: Session, claim: Claim) -> Response:
    stored = session.execute(select(keys).where(claim.is_this())).one()
    if stored.request_hash != claim.request_hash:
        raise Problem(INVALID, "idempotency_key_reused", "这个提交编号已用于另一份内容，请刷新页面后重新提交")
    return Response(stored.body, stored.status, {REPLAYED: "true"}, content_type="application/json")
