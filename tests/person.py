"""What a person of the cast can do, through the HTTP doors: the same for an embedded world and a county."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.client import Client
from shared.vocabulary import SessionRole

SCHOOL_BASED_FORM = "same_topic_different_designs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A signed-in member of the cast. Each verb is one request and returns what the service answered."""

    id: str
    clients: Mapping[str, Client]

    def get(self, service: str, path: str, **query: Any) -> Any:
        """Ask a service."""
        return self.clients[service].get(f"/api/{service}/v1{path}", **query)

    def post(self, service: str, path: str, body: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Tell a service."""
        return self.clients[service].post(f"/api/{service}/v1{path}", body, **options)

    # --- what they do

    def approve_plan(self, draft: Mapping[str, Any]) -> Any:
        """Draft, submit and approve in one go, as a principal may."""
        plan = self.post("plans", "/plans", draft)
        self.post("plans", f"/plans/{plan['plan_id']}/submit")
        return self.post("plans", f"/plans/{plan['plan_id']}/approve")

    def announce(
        self,
        *,
        starts_at: datetime,
        length_minutes: int = 90,
        form: str = SCHOOL_BASED_FORM,
        speaker_id: str | None = None,
        plan_item_id: str | None = None,
    ) -> str:
        """Announce a session; its id."""
        said = {
            "form": form,
            "topic": "《草船借箭》同课异构",
            "starts_at": starts_at.isoformat(),
            "length_minutes": length_minutes,
            "place": "二楼会议室",
            "speaker_id": speaker_id,
            "plan_item_id": plan_item_id,
        }
        answer = self.post("activities", "/sessions", said)
        return str(answer["activity_id"])

    def hold(self, activity_id: str) -> None:
        """Note that it took place, and file its record."""
        self.post("activities", f"/sessions/{activity_id}/hold")
        record = {"content": "两位老师各上一节，课后集体评议，形成共同教案一份。"}
        self.post("activities", f"/sessions/{activity_id}/record", record)

    def confirm(
        self,
        activity_id: str,
        minutes: Mapping[str, int],
        *,
        speakers: Sequence[str] = (),
        key: str | None = None,
    ) -> Any:
        """Confirm who was there, and how long."""
        attendees = [
            {
                "teacher_id": teacher_id,
                "minutes": stayed,
                "role": SessionRole.SPEAKER if teacher_id in speakers else SessionRole.PARTICIPANT,
            }
            for teacher_id, stayed in minutes.items()
        ]
        return self.post(
            "activities", f"/sessions/{activity_id}/attendance", {"attendees": attendees}, key=key
        )

    def revoke(self, activity_id: str, teacher_ids: Sequence[str]) -> Any:
        """Take confirmations back."""
        body = {"teacher_ids": list(teacher_ids), "reason": "签到有误"}
        return self.post("activities", f"/sessions/{activity_id}/attendance/revocations", body)

    def end_pairing(self, pairing_id: str, *, ended_on: date) -> Any:
        """End a pairing from a day on."""
        return self.post("directory", f"/pairings/{pairing_id}/end", {"ended_on": ended_on.isoformat()})

    # --- what they see

    def statement(self, *, school_year: int) -> Any:
        """One's own hours of a school year."""
        return self.get("credits", "/me/statement", school_year=school_year)

    def balance_hundredths(self, *, school_year: int = 2026) -> int:
        """One's own counted hours of a school year."""
        return int(self.statement(school_year=school_year)["counted_hundredths"])

    def inbox_titles(self) -> list[str]:
        """The titles of one's notices, newest first."""
        return [notice["title"] for notice in self.get("notify", "/inbox")["items"]]
