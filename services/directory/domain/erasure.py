"""Erasing a person (注销): who may be, what she is called afterwards, and words that name her no more."""

import json
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from services.directory.domain.agreements import written
from shared.values import Refused


def pseudonym_for(erasure_id: UUID) -> str:
    """What she is called from now on: nothing of it comes from her."""
    return f"已注销人员{erasure_id.hex[-6:].upper()}"


def check_has_left(*, posts: int, memberships: int, is_alias: bool) -> None:
    """Refuse to erase somebody who still has a post or belongs somewhere, today or later."""
    if is_alias:
        raise Refused("merged_away", "这条记录已并入另一条，请注销保留的那一条")
    if posts or memberships:
        raise Refused(
            "has_not_left",
            "此人仍有{posts}项任职、{memberships}处人事关系，全部结束后才能注销",
            posts=posts,
            memberships=memberships,
        )


def without_names(text: str, names: Collection[str], *, pseudonym: str, spared: str = "") -> str:
    """The same words with her names replaced; `spared` is somebody else's name that may hold one of them."""
    if spared and spared not in names and any(name in spared for name in names):
        parts = text.split(spared)
        return spared.join(without_names(part, names, pseudonym=pseudonym) for part in parts)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, pseudonym)
    return text


def agreement_without(content: str, ids: Collection[UUID], *, pseudonym: str) -> str:
    """An agreement's words without her name; the hash over them goes on telling what was signed."""
    said: dict[str, Any] = json.loads(content)
    hers = {str(one) for one in ids}
    sides: list[Mapping[str, Any]] = [said["mentor"], said["apprentice"]]
    names = {side["name"] for side in sides if side["person_id"] in hers}
    spared = next((side["name"] for side in sides if side["person_id"] not in hers), "")
    for key in ("mentor", "apprentice"):
        if said[key]["person_id"] in hers:
            said[key] = {**said[key], "name": pseudonym}
    said["text"] = without_names(said["text"], names, pseudonym=pseudonym, spared=spared)
    return written(said)
