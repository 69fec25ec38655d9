"""The files of a year, written as its sessions come: plans, sessions, attendance, and what is taken back."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from deploy.county.layouts import ATTENDANCE, PLANS, REVERSALS, SESSIONS
from deploy.county.progress import Tell
from deploy.county.year.plans import plan_rows
from deploy.county.year.scene import Scene
from deploy.county.year.session import Session
from deploy.county.year.stream import sessions_of
from shared.sheets import DelimitedRows, Record
from shared.vocabulary import SessionState

FILES = {"20-计划": PLANS, "21-活动": SESSIONS, "22-出勤": ATTENDANCE, "23-撤销": REVERSALS}
"""By the order of their numbers; CSV only, for a workbook of so many rows opens nowhere."""

Watch = Callable[[Session], None]


def write(scene: Scene, folder: Path, *, tell: Tell, watch: Iterable[Watch] = ()) -> str:
    """Write the four files into a folder; the digest of them. Each of `watch` is shown every session."""
    folder.mkdir(parents=True, exist_ok=True)
    watching = list(watch)
    with ExitStack() as files:
        plans, sessions, attendance, reversals = (
            DelimitedRows(
                files.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8", newline="")), layout
            )
            for name, layout in FILES.items()
        )
        for item in plan_rows(scene):
            plans.write(item)
        for session in sessions_of(scene, tell=tell):
            sessions.write(record_of(session))
            for record in attendance_of(session):
                attendance.write(record)
            for record in reversals_of(session):
                reversals.write(record)
            for show in watching:
                show(session)
    return _digest(folder)


def _digest(folder: Path) -> str:
    """Of the files as they are: their rows stand in an order of their own."""
    digest = hashlib.sha256()
    for name in FILES:
        with (folder / f"{name}.csv").open("rb") as file:
            digest.update(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()


def record_of(session: Session) -> Record:
    """A session as a row."""
    content, result = _told(session)
    return {
        "key": session.key,
        "school": session.school,
        "form": session.form.code,
        "topic": session.topic,
        "starts_at": session.starts_at.isoformat(),
        "length_minutes": session.length_minutes,
        "place": session.place,
        "speaker": session.speaker,
        "host": session.host,
        "item": session.item,
        "state": SessionState.CANCELLED if session.is_cancelled else SessionState.HELD,
        "content": content,
        "result": result,
        "registered_on": session.registered_on,
        "moved_from": session.moved_from,
        "held_with": session.held_with,
    }


def _told(session: Session) -> tuple[str | None, str | None]:
    """The record of what was held."""
    if session.is_cancelled:
        return None, None
    return f"{session.topic}。按计划开展，本校出勤{len(session.rows)}人。", "已完成预定内容"


def attendance_of(session: Session) -> Iterator[Record]:
    """Who was there, a row each."""
    for row in session.rows:
        yield {
            "session": session.key,
            "staff_number": row.staff_number,
            "minutes": row.minutes,
            "role": row.role,
        }


def reversals_of(session: Session) -> Iterator[Record]:
    """What of it is taken back."""
    if session.reversed:
        for row in session.rows:
            yield {"session": session.key, "staff_number": row.staff_number, "reason": session.reversed}
