"""What is held about a person, at the door: the same route in every service."""

from typing import Any
from uuid import UUID

from shared import personal
from shared.vocabulary import FilePart
from shared.web import current
from shared.web.schemas import HoldingsOut
from shared.web.trail import looks_at


def hang_on(blueprint: Any) -> None:
    """Give a service's blueprint the route by which a person, or the office for her, gets what it holds."""

    @blueprint.route("/people/<uuid:person_id>/holdings")  # type: ignore[untyped-decorator]  # ships no types
    @blueprint.response(200, HoldingsOut)  # type: ignore[untyped-decorator]  # the same
    def show_holdings(person_id: UUID) -> dict[str, Any]:
        """Everything this service holds about somebody, but secrets; for herself and the county office."""
        service = current.door().running.service
        found = personal.holdings(
            current.session(),
            actor=current.actor(),
            person_id=person_id,
            metadata=service.metadata,
            telling=service.telling,
        )
        looks_at(person_id, FilePart.EXPORT)
        return {"service": service.name, "person_id": person_id, "holdings": found}
