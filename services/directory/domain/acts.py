"""What somebody may do in the directory by her posts: one table; where she may, the reach says."""

from collections.abc import Mapping
from enum import StrEnum

from shared.vocabulary import Role


class Act(StrEnum):
    """What somebody may do, or not, by her posts."""

    KEEP_REGISTER = "keep_register"
    """People, groups, absences, transfers and pairings of a school (人员名册)."""
    READ_ABSENCES = "read_absences"
    KEEP_ACCOUNTS = "keep_accounts"
    IMPORT_PEOPLE = "import_people"
    READ_IMPORTS = "read_imports"
    IMPORT_COUNTY = "import_county"
    """Schools, and whatever else is not one school's."""
    RUN_SCHOOLS = "run_schools"
    """Open, change, merge and close schools and districts, and keep their joint groups."""
    GIVE_COUNTY_POSTS = "give_county_posts"
    """Those of a district or the county, and the schools trainers look after."""
    READ_TRANSFERS = "read_transfers"
    """Everybody's of a school; one's own needs no post."""
    SETTLE_TRANSFERS = "settle_transfers"
    """Take back one that both schools agreed to."""
    MERGE_PEOPLE = "merge_people"
    ERASE_PEOPLE = "erase_people"
    SET_RULES = "set_rules"
    """Career stages and the policy of pairings."""
    KEEP_API_KEYS = "keep_api_keys"
    VIEW_AS_OTHERS = "view_as_others"


_COUNTY = frozenset({Role.COUNTY_OFFICER})
_OFFICES = frozenset({Role.COUNTY_OFFICER, Role.PRINCIPAL, Role.ACADEMIC_OFFICE})

MAY: Mapping[Act, frozenset[Role]] = {
    Act.KEEP_REGISTER: _OFFICES,
    Act.READ_ABSENCES: _OFFICES | {Role.AUDITOR},
    Act.KEEP_ACCOUNTS: _OFFICES,
    Act.IMPORT_PEOPLE: _OFFICES,
    Act.READ_IMPORTS: _OFFICES | {Role.AUDITOR},
    Act.IMPORT_COUNTY: _COUNTY,
    Act.RUN_SCHOOLS: _COUNTY,
    Act.GIVE_COUNTY_POSTS: _COUNTY,
    Act.READ_TRANSFERS: _OFFICES | {Role.AUDITOR},
    Act.SETTLE_TRANSFERS: _COUNTY,
    Act.MERGE_PEOPLE: _COUNTY,
    Act.ERASE_PEOPLE: _COUNTY,
    Act.SET_RULES: _COUNTY,
    Act.KEEP_API_KEYS: _COUNTY,
    Act.VIEW_AS_OTHERS: _COUNTY,
}
"""Which posts allow which act. Reading needs no post but one in reach."""

MAY_MANAGE: Mapping[Role, frozenset[Role]] = {
    Role.COUNTY_OFFICER: frozenset(Role) - {Role.COUNTY_OFFICER},
    Role.PRINCIPAL: frozenset({Role.TEACHER, Role.RECORDER, Role.GROUP_LEADER, Role.ACADEMIC_OFFICE}),
    Role.ACADEMIC_OFFICE: frozenset({Role.TEACHER, Role.RECORDER, Role.GROUP_LEADER}),
}
"""Nobody gives a post, or takes the access of one, that is not below their own."""
