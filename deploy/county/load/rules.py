"""The made-up county's rules for credit hours: 72 a year, 24 of them school-based, one for sixty minutes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from deploy.county.year.forms import FORMS
from deploy.doors import Visit
from shared.vocabulary import HourCategory, SessionRole

RULE_PACKS = "/api/credits/v1/rule-packs"
PACK: Mapping[str, Any] = {
    "name": "宁川县校本研训学时规则",
    "source": "示范数据：每学年72学时，其中校本不少于24学时",
    "required_hours_hundredths": 7_200,
    "required_school_based_hours_hundredths": 2_400,
    "minutes_per_hour": 60,
    "session_hundredths_max": None,
    "default_category": HourCategory.SCHOOL_BASED,
    "role_weights": {SessionRole.PARTICIPANT: 100, SessionRole.HOST: 100, SessionRole.SPEAKER: 200},
    "forms": {
        **{form.code: {"category": form.category, "label": form.label} for form in FORMS},
        "same_topic_different_designs": {"category": HourCategory.SCHOOL_BASED, "label": "同课异构"},
    },
    "year_caps": {},
}


def publish(visit: Visit, *, year: int) -> bool:
    """Publish them unless rules are in force already on the year's first day; whether it was done."""
    began = date(year, 9, 1).isoformat()
    packs = visit.client().get(RULE_PACKS)
    if any(pack["valid_from"] <= began for pack in packs):
        return False
    visit.client().post(RULE_PACKS, {**PACK, "valid_from": began})
    return True
