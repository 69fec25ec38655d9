"""Who is meant by a staff number, and which school by its code, as the platform knows them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from deploy.doors import Visit, fail
from shared.values import in_chunks

FIND = "/api/directory/v1/people/find"
SCHOOLS = "/api/directory/v1/schools"
NUMBERS_AT_ONCE = 100


@dataclass(slots=True, kw_only=True)
class Register:
    """Ids that have been asked for once are remembered: a county's people fit into memory."""

    visit: Visit
    began: str
    """The first day of the year."""
    _people: dict[str, str] = field(default_factory=dict)
    _schools: dict[str, str] = field(default_factory=dict)

    def meet(self, numbers: Iterable[str]) -> None:
        """Ask for whoever is not known yet, many at once."""
        unknown = sorted(set(numbers) - self._people.keys())
        for part in in_chunks(unknown, of=NUMBERS_AT_ONCE):
            found = self.visit.client().get(FIND, staff_numbers=",".join(part))["items"]
            self._people |= {one["staff_no"]: one["person_id"] for one in found}

    def person(self, number: str) -> str:
        """The id of somebody who was met."""
        if number not in self._people:
            fail(f"名册中没有职工号 {number}，请先导入教师名册")
        return self._people[number]

    def school(self, code: str) -> str:
        """The id of a school that was open when the year began."""
        if not self._schools:
            schools = self.visit.every(SCHOOLS, on=self.began)
            self._schools = {one["code"]: one["school_id"] for one in schools if one["code"]}
        if code not in self._schools:
            fail(f"名册中没有代码为 {code} 的学校，请先导入学校名册")
        return self._schools[code]
