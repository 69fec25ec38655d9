"""Knocking with nothing but what a test is about: headers by hand."""

from shared.auth import Actor
from tests.signed_in import Door


def bearer(door: Door, actor: Actor, **more: str) -> dict[str, str]:
    """The headers of somebody signed in, and others beside."""
    return {"Authorization": f"Bearer {door.as_(actor).token()}", **more}
