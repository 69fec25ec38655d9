"""Six people and three schools: the demonstration county, and the cast of every test."""

from dataclasses import dataclass, field

from shared.vocabulary import Role, SchoolStage

PASSWORD = "Qingshi-2026-lake"  # noqa: S105  of a county that is made up
"""Everybody's: the cast has nothing to hide."""
FIRST_PASSWORD = "Qingshi-2026-hill"  # noqa: S105  as above
"""With which everybody is entered; each has chosen the other by the time a visitor comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A school of the cast."""

    name: str
    township: str
    stage: SchoolStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the cast; `school` is None for the county office."""

    name: str
    username: str
    school: School | None
    roles: tuple[Role, ...]
    subject: str = field(default="语文")


QINGSHI = School(name="青石镇中心小学", township="青石镇", stage=SchoolStage.PRIMARY)
SHIYAN = School(name="县实验小学", township="文昌街道", stage=SchoolStage.PRIMARY)
SHUANGQIAO = School(name="双桥镇中学", township="双桥镇", stage=SchoolStage.JUNIOR)
SCHOOLS = (QINGSHI, SHIYAN, SHUANGQIAO)

LIN = Member(name="林老师", username="lin", school=QINGSHI, roles=(Role.TEACHER,))
"""The mentor."""
CHEN = Member(name="陈老师", username="chen", school=QINGSHI, roles=(Role.TEACHER,))
"""Her apprentice."""
WU = Member(name="吴老师", username="wugroup", school=QINGSHI, roles=(Role.TEACHER, Role.GROUP_LEADER))
"""Leads their group."""
ZHAO = Member(name="赵校长", username="zhao", school=QINGSHI, roles=(Role.PRINCIPAL,))
HU = Member(name="胡老师", username="huother", school=SHIYAN, roles=(Role.TEACHER, Role.GROUP_LEADER))
"""Of another school: sees nothing of Qingshi."""
QIAN = Member(name="钱老师", username="qian", school=None, roles=(Role.COUNTY_OFFICER,))
"""At the county office."""
SCHOOL_PEOPLE = (LIN, CHEN, WU, ZHAO, HU)
PEOPLE = (*SCHOOL_PEOPLE, QIAN)
