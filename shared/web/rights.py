"""What one may do, at the door: the same route in every service."""

from typing import Any

from shared import rights
from shared.web import current
from shared.web.schemas import ActsOut


def hang_on(blueprint: Any) -> None:
    """Give a service's blueprint the route by which a client knows what to offer to whoever is signed in."""

    @blueprint.route("/me/acts", before_change=True)  # type: ignore[untyped-decorator]  # ships no types
    @blueprint.response(200, ActsOut)  # type: ignore[untyped-decorator]  # the same
    def list_my_acts() -> dict[str, Any]:
        """What one's posts let one do here; in which schools, each request decides."""
        service = current.door().running.service
        return {"service": service.name, "may": rights.acts_of(current.actor(), service.may)}
