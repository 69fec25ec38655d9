"""Imports: what a file would change, how much of that is too much, what may be undone."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.directory.domain.acts import MAY, Act
from shared.values import Refused
from shared.vocabulary import GroupKind, ImportKind, ImportVerdict, Role

MISSING_PERCENT_MAX = 10
"""More people of the register than that may not be missing in a file that says it is the whole of it."""
MISSING_ALWAYS = 2
"""So many may, also in a school of five."""
UNITS = 100

KEPT_BY: Mapping[ImportKind, Collection[Role]] = {
    ImportKind.SCHOOLS: MAY[Act.IMPORT_COUNTY],
    ImportKind.TEACHERS: MAY[Act.IMPORT_PEOPLE],
    ImportKind.GROUPS: MAY[Act.IMPORT_PEOPLE],
    ImportKind.PAIRINGS: MAY[Act.IMPORT_PEOPLE],
    ImportKind.ABSENCES: MAY[Act.IMPORT_PEOPLE],
    ImportKind.TRANSFERS: MAY[Act.IMPORT_COUNTY],
    ImportKind.LIAISONS: MAY[Act.IMPORT_COUNTY],
    ImportKind.ONEROSTER: MAY[Act.IMPORT_COUNTY],
}
"""Who brings in and takes out which register; a school only its own part of one."""

_GROUP_ENDINGS = (
    ("备课组", GroupKind.LPG),
    ("联片组", GroupKind.JOINT),
    ("联片教研组", GroupKind.JOINT),
    ("综合组", GroupKind.MIXED),
    ("全校组", GroupKind.WHOLE_SCHOOL),
    ("年级组", GroupKind.GRADE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one column would change: how it stands, and how it would."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a row cannot be taken, or should be looked at; `code` for programs, `text` says what to do."""

    column: str
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What an import makes of one row, or of somebody whom no row names."""

    verdict: ImportVerdict
    key: str
    """The code of a school, the staff number of a person."""
    name: str
    place: str = ""
    """The school, for a person."""
    row: int | None = None
    differences: tuple[Difference, ...] = ()
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the carrying out of a file has come; `trouble` is why it came to nothing."""

    done: int
    total: int
    trouble: str | None = None


def counted(lines: Iterable[Line]) -> dict[ImportVerdict, int]:
    """How many lines there are of each verdict, none left out."""
    found = Counter(line.verdict for line in lines)
    return {verdict: found[verdict] for verdict in ImportVerdict}


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], *, headings: Mapping[str, str]
) -> tuple[Difference, ...]:
    """Column by column, in the order of the headings; what `after` does not speak of stays."""
    return tuple(
        Difference(column=heading, before=shown(before.get(code)), after=shown(after[code]))
        for code, heading in headings.items()
        if code in after and before.get(code) != after[code]
    )


def shown(value: Any) -> str:
    """A value as a person reads it in a difference."""
    if value is None:
        return ""
    if isinstance(value, tuple | list | set | frozenset):
        return "、".join(shown(part) for part in value)
    return str(getattr(value, "label", value))


def check_missing(*, missing: int, registered: int) -> None:
    """Refuse a file that calls itself whole and leaves out more of the register than a slip would."""
    most = max(MISSING_ALWAYS, registered * MISSING_PERCENT_MAX // UNITS)
    if missing > most:
        raise Refused(
            "too_many_missing",
            "名册里的{registered}人有{missing}人不在文件中，超过允许的{most}人，什么都没有改动。"
            "请核对文件是否完整；若只是部分人员的名单，请选择“部分名单”",
            registered=registered,
            missing=missing,
            most=most,
        )


def check_clean(lines: Sequence[Line]) -> None:
    """Refuse to carry out an import of which a row was rejected: all of a file, or nothing."""
    rejected = sum(line.verdict is ImportVerdict.REJECTED for line in lines)
    if rejected:
        raise Refused(
            "rows_rejected",
            "有{rejected}行没有通过，请下载退回表改正后重新上传，什么都没有改动",
            rejected=rejected,
        )


def group_kind_of(name: str) -> GroupKind:
    """What kind of group it is, by the end of its name."""
    return next((kind for ending, kind in _GROUP_ENDINGS if name.endswith(ending)), GroupKind.TRG)


DUTY = "："


def duty_text(staff_no: str, duty: str | None) -> str:
    """A member of a group as a sheet has her: `T0001：组长`, without a duty only the number."""
    return f"{staff_no}{DUTY}{duty}" if duty else staff_no


def duty_of(text: str) -> tuple[str, str | None]:
    """The opposite of `duty_text`; the colon may be of either width."""
    number, _, duty = text.replace(":", DUTY).partition(DUTY)
    return number.strip().upper(), duty.strip() or None
