"""Posts (任职): where each role has its place, and who may give or end which."""

from collections.abc import Iterable
from uuid import UUID

from services.directory.domain.acts import MAY_MANAGE
from services.directory.domain.periods import Period
from shared.values import Forbidden, Refused
from shared.vocabulary import Role

POSTS_PER_REQUEST_MAX = 50

IN_SCHOOL = frozenset({Role.TEACHER, Role.RECORDER, Role.ACADEMIC_OFFICE, Role.PRINCIPAL})
"""Held in one school; a group leader's post comes with her group."""
IN_DISTRICT = frozenset({Role.TOWNSHIP_OFFICE})
IN_COUNTY = frozenset({Role.COUNTY_TRAINER, Role.COUNTY_OFFICER, Role.AUDITOR, Role.OPERATOR})
EVERYWHERE = frozenset({Role.COUNTY_OFFICER, Role.AUDITOR})
"""These count in every school; the other posts of the county do not."""
SOME_SCHOOLS = frozenset({Role.TOWNSHIP_OFFICE, Role.COUNTY_TRAINER})
"""These read the schools of a district, or those a trainer is linked to, and change nothing there."""

TEACHERS_OWN = frozenset({Role.TEACHER, Role.RECORDER})
"""Posts somebody takes along to another school, or has again after years; who leads is said anew."""

MAY_GIVE = {
    role: below | ({Role.COUNTY_OFFICER} if role is Role.COUNTY_OFFICER else frozenset())
    for role, below in MAY_MANAGE.items()
}
"""What one may manage, one may give; and the county office takes in its own colleagues."""


def check_may_give(held: Iterable[Role], role: Role) -> None:
    """Refuse to give or end a post that is not below one's own."""
    if not any(role in MAY_GIVE.get(own, ()) for own in held):
        raise Forbidden("您不能任免“{role}”，请由上级办理", role=role.label)


def check_place(role: Role, *, school_id: UUID | None, district_id: UUID | None) -> None:
    """Refuse a post in a place where its role has none."""
    if role is Role.GROUP_LEADER:
        raise Refused("post_needs_its_group", "教研组长请在相应的组里任命")
    wanted = (role in IN_SCHOOL, role in IN_DISTRICT)
    if (school_id is not None, district_id is not None) != wanted:
        places = {(True, False): "一所学校", (False, True): "一个乡镇或学区", (False, False): "全县"}
        raise Refused(
            "wrong_place_for_post",
            "“{role}”的任职范围应是{place}",
            role=role.label,
            place=places[wanted],
        )


def check_is_trainer(posts: Iterable[Period], *, period: Period) -> None:
    """Refuse to link somebody to a school who is no trainer of the county on any day of a period."""
    if not any(post.overlaps(period) for post in posts):
        raise Refused("not_a_trainer", "联点教师应先任“{role}”", role=Role.COUNTY_TRAINER.label)


def check_not_oneself(actor_id: UUID, person_id: UUID) -> None:
    """Nobody gives or ends their own post: so the county office never loses its last officer."""
    if actor_id == person_id:
        raise Refused("own_post", "不能任免自己的职务，请由上级或同事办理")
