"""What goes wrong when schools send in their year, as files, and the list of what was planted where."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from deploy.county.faults import Planted, enlist
from deploy.county.layouts import ATTENDANCE, SESSIONS
from deploy.county.progress import Tell
from deploy.county.year.scene import Scene
from deploy.county.year.session import Row, Session
from deploy.county.year.stream import sessions_of
from deploy.county.year.writing import attendance_of, record_of
from shared.sheets import Layout, Record, delimited

SENT_TWICE, OUT_OF_ORDER, UNKNOWN_SCHOOL, OTHER_SCHOOL, SKEWED = 20, 5, 3, 2, 10
SKEW = timedelta(hours=36)
LARGE_TEXT_BYTES = 2 * 1024 * 1024
REFLECTION = "反思："
OFFLINE_DAYS, OFFLINE_ROWS_MAX = 9, 600
FIRST_WEEK = 8
SESSIONS_FILE, ATTENDANCE_FILE = "活动-有缺陷.csv", "出勤-有缺陷.csv"
OFFLINE_SESSIONS_FILE, OFFLINE_ATTENDANCE_FILE = "活动-离线补报.csv", "出勤-离线补报.csv"


def write(scene: Scene, folder: Path, *, tell: Tell) -> list[Planted]:
    """Write the faulty files beside the others of a folder and add to its list; what was planted."""
    folder.mkdir(parents=True, exist_ok=True)
    school = max(scene.county.schools, key=lambda one: (one.size, one.code)).code
    sample, offline = _samples(scene, school, tell=tell)
    planted = [*_faulty(scene, folder, sample), *_offline(scene, folder, offline, school=school)]
    enlist(folder, planted)
    return planted


def _samples(scene: Scene, school: str, *, tell: Tell) -> tuple[list[Session], list[Session]]:
    """As many meetings as are spoilt, and all of one school's within some days."""
    begins_on = scene.days.terms[0].day(FIRST_WEEK, 0)
    ends_on = begins_on + timedelta(days=OFFLINE_DAYS)
    wanted = SENT_TWICE + OUT_OF_ORDER + UNKNOWN_SCHOOL + OTHER_SCHOOL + SKEWED + 1
    sample: list[Session] = []
    offline: list[Session] = []
    for session in sessions_of(scene, tell=tell):
        if session.day >= ends_on and len(sample) == wanted:
            break
        if session.day >= begins_on and session.rows:
            if len(sample) < wanted:
                sample.append(session)
            if session.school == school and session.day < ends_on:
                offline.append(session)
    return sample, offline


def _faulty(scene: Scene, folder: Path, sample: Sequence[Session]) -> Iterator[Planted]:
    """A file of sessions and one of attendance, with everything wrong that a file can carry."""
    left = iter(sample)

    def take(count: int) -> list[Session]:
        return [session for _, session in zip(range(count), left, strict=False)]

    twice, early, strangers, visited, skewed, long = map(
        take, (SENT_TWICE, OUT_OF_ORDER, UNKNOWN_SCHOOL, OTHER_SCHOOL, SKEWED, 1)
    )
    unknown = [replace(one, school=f"S99{place:03d}") for place, one in enumerate(strangers, start=1)]
    guests = [replace(one, rows=(*one.rows, _of_another(scene, one))) for one in visited]
    moved = [
        replace(one, starts_at=one.starts_at + (SKEW if place % 2 else -SKEW))
        for place, one in enumerate(skewed)
    ]
    sessions = [*twice, *unknown, *guests, *moved, *long, *twice, *early]
    records = [_with_long_text(record_of(one)) if one in long else record_of(one) for one in sessions]
    people = [*early, *twice, *unknown, *guests, *moved, *long, *twice]
    _write(folder / SESSIONS_FILE, SESSIONS, records)
    _write(folder / ATTENDANCE_FILE, ATTENDANCE, [row for one in people for row in attendance_of(one)])
    for file, fault, found in (
        (SESSIONS_FILE, "同一活动报送两次，出勤也是", twice),
        (ATTENDANCE_FILE, "出勤排在它的活动之前", early),
        (SESSIONS_FILE, "没有这所学校", unknown),
        (ATTENDANCE_FILE, "最后一人是别校的教师", guests),
        (SESSIONS_FILE, "时钟差36小时", moved),
        (SESSIONS_FILE, "活动内容有2MB", long),
    ):
        for one in found:
            yield Planted(file=file, fault=fault, where=one.key)


def _of_another(scene: Scene, session: Session) -> Row:
    """Somebody of another school, who cannot have been entered here."""
    elsewhere = [one.staff_number for one in scene.county.teachers if one.school != session.school]
    chosen = elsewhere[scene.draws.below(len(elsewhere), "fault_of_another", session.key)]
    return Row(chosen, session.rows[0].minutes)


def _with_long_text(record: Record) -> Record:
    return {**record, "content": REFLECTION * (LARGE_TEXT_BYTES // len(REFLECTION.encode()))}


def _offline(scene: Scene, folder: Path, found: Sequence[Session], *, school: str) -> Iterator[Planted]:
    """All of some days of a school, sent in at once."""
    sent_on = scene.days.terms[0].day(FIRST_WEEK, 0) + timedelta(days=OFFLINE_DAYS)
    late = [replace(session, registered_on=sent_on) for session in found]
    rows = [row for session in late for row in attendance_of(session)][:OFFLINE_ROWS_MAX]
    sent = {row["session"] for row in rows}
    sessions = [record_of(session) for session in late if session.key in sent]
    _write(folder / OFFLINE_SESSIONS_FILE, SESSIONS, sessions)
    _write(folder / OFFLINE_ATTENDANCE_FILE, ATTENDANCE, rows)
    fault = f"{school} 离线{OFFLINE_DAYS}天，{sent_on}一并补报{len(rows)}人次"
    for file in (OFFLINE_SESSIONS_FILE, OFFLINE_ATTENDANCE_FILE):
        yield Planted(file=file, fault=fault, where="整个文件")


def _write(path: Path, layout: Layout, records: Sequence[Record]) -> None:
    path.write_bytes(delimited(layout, records))
