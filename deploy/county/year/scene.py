"""Everything the lines of the year need to know, worked out once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from deploy.county.county import County
from deploy.county.draws import Draws
from deploy.county.schools import School
from deploy.county.year.belonging import Belonging, Stay, belonging_of
from deploy.county.year.days import SchoolYear, term_of
from deploy.county.year.forms import Form
from deploy.county.year.presence import Presence
from deploy.county.year.quotas import Quotas, quotas_of
from deploy.county.year.session import Row
from deploy.county.year.slots import Slot

PLACES = ("会议室", "多媒体教室", "录播教室", "阅览室", "阶梯教室")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A county and its year, before anything has happened."""

    county: County
    draws: Draws
    days: SchoolYear
    schools: Mapping[str, School]
    slots: Sequence[Slot]
    belonging: Belonging
    quotas: Quotas
    subjects: Mapping[str, str]
    """What everybody teaches."""
    principals: Mapping[str, str]

    def place(self, school: str, key: str) -> str:
        """A room of the school."""
        return f"{self.schools[school].short_name}{PLACES[self.draws.below(len(PLACES), 'place', key)]}"

    def free(self, presence: Presence) -> list[str]:
        """Whom the county may choose for what some take part in: who is not away, nor stays away."""
        away = {one.staff_number for one in self.county.absences} | presence.without_training
        return [one.staff_number for one in self.county.teachers if one.staff_number not in away]


def scene_of(county: County) -> Scene:
    """The scene of a county."""
    draws = Draws(county.plan.seed)
    days = SchoolYear(county.plan.year)
    slots = [Slot(draws, group, days) for group in county.groups]
    people = [*county.teachers, *county.entries]
    return Scene(
        county=county,
        draws=draws,
        days=days,
        schools={school.code: school for school in county.schools},
        slots=slots,
        belonging=belonging_of(county, draws),
        quotas=quotas_of(draws, slots, year=days, schools=county.schools, scale=county.plan.scale),
        subjects={one.staff_number: one.subject for one in people},
        principals={
            one.school: one.staff_number
            for one in county.teachers
            if "principal" in county.roles.get(one.staff_number, ())
        },
    )


def there(stays: Iterable[Stay], day: date) -> list[str]:
    """Who of these is there on a day."""
    return [stay.staff_number for stay in stays if stay.covers(day)]


def item_key(school: str, day: date, form: Form) -> str:
    """The item of a school's plan that sessions of a form fulfil in a month."""
    return f"{school}-{term_of(day)}-{form.code}-{day:%m}"


def with_role(rows: Sequence[Row], staff_number: str | None, role: str) -> tuple[Row, ...]:
    """The rows with somebody in another role."""
    return tuple(row._replace(role=role) if row.staff_number == staff_number else row for row in rows)
