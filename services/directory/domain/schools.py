"""Schools and districts: what their names say of them."""

from shared.vocabulary import DistrictKind

_ENDINGS = (
    ("街道", DistrictKind.STREET),
    ("镇", DistrictKind.TOWN),
    ("乡", DistrictKind.TOWNSHIP),
)


def district_kind_of(name: str) -> DistrictKind:
    """What a district is, by the end of its name; without one of the usual ends a school district (学区)."""
    return next((kind for ending, kind in _ENDINGS if name.endswith(ending)), DistrictKind.SCHOOL_DISTRICT)
