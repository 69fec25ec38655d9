"""Mentor pairings (师徒结对): their agreements, what is owed and done, questions, policies."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import Base, one_where
from shared.db import short, term
from shared.vocabulary import (
    EvaluationGrade,
    MentoringNeed,
    PairingChoice,
    PairingConcern,
    PairingKind,
    PairingParty,
    PairingState,
    TitleGrade,
)

OPEN = "ends_on IS NULL AND state <> 'refused'"


class Pairing(Base):
    """A mentor (师父) and an apprentice (徒弟), proposed or from a day on (师徒结对)."""

    __tablename__ = "pairings"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="half_open"),
        CheckConstraint("term_ends_on IS NULL OR term_ends_on > starts_on", name="term"),
        CheckConstraint("mentor_id <> apprentice_id", name="not_with_oneself"),
        one_where("uq_pairings_one_at_a_time", "mentor_id", "apprentice_id", condition=OPEN),
        one_where("uq_pairings_number", "number", condition="kind = 'agreement'"),
        Index("ix_pairings_school_id", "school_id", "id"),
        Index("ix_pairings_mentor_school_id", "mentor_school_id", "id"),
        Index("ix_pairings_mentor_id", "mentor_id"),
        Index("ix_pairings_apprentice_id", "apprentice_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    """The apprentice's, as the agreement has it."""
    mentor_school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    """The mentor's; another one in a pair across schools (跨校结对)."""
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    apprentice_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[PairingKind] = mapped_column(term(PairingKind))
    state: Mapped[PairingState] = mapped_column(term(PairingState))
    """As it was last decided; what it is on a day: domain.pairings.state_on."""
    number: Mapped[str | None] = mapped_column(short(40))
    """Of the agreement; of a paper one, as it stands on the paper."""
    focus: Mapped[str] = mapped_column(short(32))
    """A code of the county's list (方向), see PairingPolicy."""
    starts_on: Mapped[date]
    term_ends_on: Mapped[date | None]
    """The first day after the term; None where a paper one names none."""
    ends_on: Mapped[date | None]
    """The first day on which it really held no longer."""
    version_no: Mapped[int] = mapped_column(SmallInteger)
    """The newest version of the agreement; 0 without one."""
    in_force_no: Mapped[int | None] = mapped_column(SmallInteger)
    """The version that holds, once one was signed by all."""
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("pairings.id"))
    """The pairing whose mentor was replaced."""
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    closed_for: Mapped[PairingParty | None] = mapped_column(term(PairingParty))
    """At whose wish it was refused or dissolved."""
    close_reason: Mapped[str | None] = mapped_column(short(200))


class AgreementVersion(Base):
    """The words of an agreement (拜师合同), never changed: a change is another version."""

    __tablename__ = "agreement_versions"
    __table_args__ = (UniqueConstraint("pairing_id", "version_no"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairings.id"))
    version_no: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[str]
    """Canonical JSON: what is hashed and signed."""
    content_hash: Mapped[str] = mapped_column(short(64))
    """SHA-256 of `content`, in hexadecimal."""
    flags: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """What of the policy was not kept when it was made: `{"code", "text"}`."""
    approvals: Mapped[list[str]] = mapped_column(JSON)
    """Which offices must agree, by PairingParty; the county alone will always do."""
    why: Mapped[str | None] = mapped_column(short(200))
    """Why the version before it had to change."""
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class Signature(Base):
    """That somebody agreed to one version, each in her own name, or an office did; never changed."""

    __tablename__ = "signatures"
    __table_args__ = (UniqueConstraint("pairing_id", "version_no", "party"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairings.id"))
    version_no: Mapped[int] = mapped_column(SmallInteger)
    party: Mapped[PairingParty] = mapped_column(term(PairingParty))
    signed_by: Mapped[UUID]
    signed_name: Mapped[str] = mapped_column(short(64))
    content_hash: Mapped[str] = mapped_column(short(64))
    """Of the words as the signer had them before her."""
    signed_at: Mapped[datetime]


class Duty(Base):
    """What an agreement asks of one side, as a number to reach (履约要求)."""

    __tablename__ = "duties"
    __table_args__ = (
        CheckConstraint("target > 0", name="target"),
        UniqueConstraint("pairing_id", "version_no", "code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairings.id"))
    version_no: Mapped[int] = mapped_column(SmallInteger)
    position: Mapped[int] = mapped_column(SmallInteger)
    code: Mapped[str] = mapped_column(short(32))
    party: Mapped[PairingParty] = mapped_column(term(PairingParty))
    """Who does it: the mentor or the apprentice."""
    name: Mapped[str] = mapped_column(short(32))
    unit: Mapped[str] = mapped_column(short(8))
    target: Mapped[int]


class DutyEntry(Base):
    """Something done towards a duty, entered by one side; it counts once the other has confirmed it."""

    __tablename__ = "duty_entries"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("confirmed_at IS NULL OR declined_at IS NULL", name="one_answer"),
        Index("ix_duty_entries_pairing_id", "pairing_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairings.id"))
    duty_code: Mapped[str] = mapped_column(short(32))
    amount: Mapped[int]
    done_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(short(200))
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]
    answered_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]


class PairingQuestion(Base):
    """That a pairing cannot go on unseen (结对存疑), and what an office decided; nothing ends by itself."""

    __tablename__ = "pairing_questions"
    __table_args__ = (
        one_where(
            "uq_pairing_questions_open", "pairing_id", "person_id", "reason", condition="decided_at IS NULL"
        ),
        Index("ix_pairing_questions_pairing_id", "pairing_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairings.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    """The one it is about."""
    reason: Mapped[PairingConcern] = mapped_column(term(PairingConcern))
    note: Mapped[str | None] = mapped_column(short(200))
    raised_by: Mapped[UUID | None]
    """None when the register itself did."""
    raised_at: Mapped[datetime]
    choice: Mapped[PairingChoice | None] = mapped_column(term(PairingChoice))
    decision_note: Mapped[str | None] = mapped_column(short(200))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]


class Evaluation(Base):
    """What an office says of a pairing at its end (期满评价), once and for all."""

    __tablename__ = "evaluations"

    pairing_id: Mapped[UUID] = mapped_column(ForeignKey("pairings.id"), primary_key=True)
    grade: Mapped[EvaluationGrade] = mapped_column(term(EvaluationGrade))
    text: Mapped[str]
    evaluated_by: Mapped[UUID]
    evaluated_at: Mapped[datetime]


class ApprenticeNeed(Base):
    """That somebody needs a mentor whatever her years of service, as her school says."""

    __tablename__ = "apprentice_needs"
    __table_args__ = (one_where("uq_apprentice_needs_open", "person_id", condition="closed_at IS NULL"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[MentoringNeed] = mapped_column(term(MentoringNeed))
    since_on: Mapped[date]
    raised_by: Mapped[UUID]
    raised_at: Mapped[datetime]
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]


class PairingPolicy(Base):
    """How the county wants its pairings (师徒结对办法), from a day on; never changed, followed by another."""

    __tablename__ = "pairing_policies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(unique=True)
    source: Mapped[str] = mapped_column(short(200))
    """The document it comes from."""
    apprentices_max: Mapped[int] = mapped_column(SmallInteger)
    service_years_min: Mapped[int] = mapped_column(SmallInteger)
    title_min: Mapped[TitleGrade | None] = mapped_column(term(TitleGrade))
    term_months_min: Mapped[int] = mapped_column(SmallInteger)
    term_months_max: Mapped[int] = mapped_column(SmallInteger)
    new_years_max: Mapped[int] = mapped_column(SmallInteger)
    """Up to how many years of service everybody must have a mentor."""
    match_days_max: Mapped[int] = mapped_column(SmallInteger)
    """After how many days of waiting that is late."""
    office_approves: Mapped[bool]
    weights: Mapped[dict[str, str]] = mapped_column(JSON)
    """By the code of a rule, what happens when it is not kept: a RuleWeight."""
    focuses: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    duties: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    template_no: Mapped[int] = mapped_column(SmallInteger)
    template: Mapped[str]
    published_by: Mapped[UUID]
    published_at: Mapped[datetime]


class AgreementNumber(Base):
    """The last number given to an agreement of a school year."""

    __tablename__ = "agreement_numbers"

    school_year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
