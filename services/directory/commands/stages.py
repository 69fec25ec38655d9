"""Career stages (分层): a set of them is published, and holds from a day on."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.directory.domain.acts import MAY, Act
from services.directory.domain.people import check_day
from services.directory.domain.stages import Stage, check_sound, check_stages
from services.directory.models import StageSet
from shared.auth import Actor
from shared.values import county_day, new_id


def publish_stages(
    session: Session,
    *,
    actor: Actor,
    valid_from: date,
    source: str,
    stages: Sequence[Stage],
    unsound: bool,
    now: datetime,
) -> UUID:
    """Divide the county's teachers by years of service from a day on; from the same day again, corrects it.

    `unsound` says that it is known to leave somebody out or claim somebody twice, as the source has it.
    """
    actor.require(*MAY[Act.SET_RULES])
    check_day(valid_from, today=county_day(now))
    check_stages(stages)
    if not unsound:
        check_sound(stages)
    set_id = new_id(now)
    row = {
        "id": set_id,
        "valid_from": valid_from,
        "source": source,
        "stages": [asdict(stage) for stage in sorted(stages, key=lambda one: one.years_from)],
        "published_by": actor.person_id,
        "published_at": now,
    }
    session.execute(insert(StageSet), [row])
    return set_id
