"""Pairings get their agreements: versions, signatures, duties, questions, evaluations, policies.

Rebuilds `pairings` on SQLite; on PostgreSQL it locks the table while a thousand rows are filled. What there
is so far was agreed on paper.
"""

import sqlalchemy as sa
from alembic import op

from shared.append_only import protect
from shared.db import Moment
from shared.kernel_migrations import BIG

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STILL = "ends_on IS NULL"
OPEN = "ends_on IS NULL AND state <> 'refused'"
KINDS = ("agreement", "paper")
STATES = ("proposed", "signed", "active", "ended", "dissolved", "expired", "refused")
PARTIES = ("mentor", "apprentice", "school", "mentor_school", "county")
CONCERNS = ("transferred", "absent", "left", "requested")
CHOICES = ("continue", "replace", "dissolve")
GRADES = ("excellent", "qualified", "unqualified")
NEEDS = ("new_subject", "returned", "key_training", "other")
TITLES = ("ungraded", "third", "second", "first", "senior", "professor")
APPEND_ONLY = ("agreement_versions", "signatures", "duties", "evaluations", "pairing_policies")
NEW_TABLES = (
    "agreement_numbers",
    "pairing_policies",
    "apprentice_needs",
    "evaluations",
    "pairing_questions",
    "duty_entries",
    "duties",
    "signatures",
    "agreement_versions",
)
NEW_COLUMNS = (
    "mentor_school_id",
    "kind",
    "state",
    "number",
    "focus",
    "term_ends_on",
    "version_no",
    "in_force_no",
    "replaces_id",
    "proposed_by",
    "proposed_at",
    "closed_by",
    "closed_at",
    "closed_for",
    "close_reason",
)


def upgrade() -> None:
    """Pairings so far are paper ones; the tables beside them come."""
    _add_columns()
    _fill_columns()
    _create_agreements()
    _create_duties()
    _create_questions()
    _create_evaluations_and_needs()
    _create_policies()
    for table in APPEND_ONLY:
        protect(op, table)


def _add_columns() -> None:
    op.drop_index("uq_pairings_one_at_a_time", "pairings")
    op.drop_index("ix_pairings_school_id", "pairings")
    with op.batch_alter_table("pairings") as batch:
        batch.add_column(sa.Column("mentor_school_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("kind", sa.String(40), nullable=True))
        batch.add_column(sa.Column("state", sa.String(40), nullable=True))
        batch.add_column(sa.Column("number", sa.String(40), nullable=True))
        batch.add_column(sa.Column("focus", sa.String(32), nullable=True))
        batch.add_column(sa.Column("term_ends_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("version_no", sa.SmallInteger(), nullable=True))
        batch.add_column(sa.Column("in_force_no", sa.SmallInteger(), nullable=True))
        batch.add_column(sa.Column("replaces_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("proposed_by", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("proposed_at", Moment(), nullable=True))
        batch.add_column(sa.Column("closed_by", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("closed_at", Moment(), nullable=True))
        batch.add_column(sa.Column("closed_for", sa.String(40), nullable=True))
        batch.add_column(sa.Column("close_reason", sa.String(200), nullable=True))
        batch.drop_constraint("ck_pairings_half_open", type_="check")
        batch.create_check_constraint("ck_pairings_half_open", "ends_on IS NULL OR ends_on >= starts_on")


def _fill_columns() -> None:
    op.execute(
        "UPDATE pairings SET mentor_school_id = school_id, kind = 'paper', focus = 'teaching',"
        " version_no = 0,"
        " state = CASE WHEN ends_on IS NULL THEN 'active' ELSE 'ended' END"
    )
    with op.batch_alter_table("pairings") as batch:
        for name, kind in (
            ("mentor_school_id", sa.Uuid()),
            ("kind", sa.String(40)),
            ("state", sa.String(40)),
            ("focus", sa.String(32)),
            ("version_no", sa.SmallInteger()),
        ):
            batch.alter_column(name, nullable=False, existing_type=kind)
        batch.create_foreign_key("fk_pairings_mentor_school_id", "schools", ["mentor_school_id"], ["id"])
        batch.create_foreign_key("fk_pairings_replaces_id", "pairings", ["replaces_id"], ["id"])
        batch.create_check_constraint("ck_pairings_term", "term_ends_on IS NULL OR term_ends_on > starts_on")
        batch.create_check_constraint("ck_pairings_pairingkind", _one_of("kind", KINDS))
        batch.create_check_constraint("ck_pairings_pairingstate", _one_of("state", STATES))
        batch.create_check_constraint("ck_pairings_pairingparty", _one_of("closed_for", PARTIES))
    _unique_where("uq_pairings_one_at_a_time", "pairings", ["mentor_id", "apprentice_id"], where=OPEN)
    _unique_where("uq_pairings_number", "pairings", ["number"], where="kind = 'agreement'")
    op.create_index("ix_pairings_school_id", "pairings", ["school_id", "id"])
    op.create_index("ix_pairings_mentor_school_id", "pairings", ["mentor_school_id", "id"])
    op.create_index("ix_pairings_mentor_id", "pairings", ["mentor_id"])
    op.create_index("ix_pairings_apprentice_id", "pairings", ["apprentice_id"])


def _create_agreements() -> None:
    op.create_table(
        "agreement_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("version_no", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("approvals", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(200), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agreement_versions"),
        _of_pairing("agreement_versions"),
        sa.UniqueConstraint("pairing_id", "version_no", name="uq_agreement_versions_pairing_id_version_no"),
    )
    op.create_table(
        "signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("version_no", sa.SmallInteger(), nullable=False),
        sa.Column("party", sa.String(40), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("signed_name", sa.String(64), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("signed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signatures"),
        _of_pairing("signatures"),
        sa.UniqueConstraint(
            "pairing_id", "version_no", "party", name="uq_signatures_pairing_id_version_no_party"
        ),
        sa.CheckConstraint(_one_of("party", PARTIES), name="ck_signatures_pairingparty"),
    )
    op.create_table(
        "agreement_numbers",
        sa.Column("school_year", BIG, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.PrimaryKeyConstraint("school_year", name="pk_agreement_numbers"),
    )


def _create_duties() -> None:
    op.create_table(
        "duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("version_no", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("party", sa.String(40), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("target", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duties"),
        _of_pairing("duties"),
        sa.UniqueConstraint("pairing_id", "version_no", "code", name="uq_duties_pairing_id_version_no_code"),
        sa.CheckConstraint("target > 0", name="ck_duties_target"),
        sa.CheckConstraint(_one_of("party", PARTIES), name="ck_duties_pairingparty"),
    )
    op.create_table(
        "duty_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("duty_code", sa.String(32), nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(200), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("declined_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_duty_entries"),
        _of_pairing("duty_entries"),
        sa.CheckConstraint("amount > 0", name="ck_duty_entries_amount"),
        sa.CheckConstraint("confirmed_at IS NULL OR declined_at IS NULL", name="ck_duty_entries_one_answer"),
    )
    op.create_index("ix_duty_entries_pairing_id", "duty_entries", ["pairing_id", "id"])


def _create_questions() -> None:
    op.create_table(
        "pairing_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("note", sa.String(200), nullable=True),
        sa.Column("raised_by", sa.Uuid(), nullable=True),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.Column("choice", sa.String(40), nullable=True),
        sa.Column("decision_note", sa.String(200), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pairing_questions"),
        _of_pairing("pairing_questions"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_pairing_questions_person_id"),
        sa.CheckConstraint(_one_of("reason", CONCERNS), name="ck_pairing_questions_pairingconcern"),
        sa.CheckConstraint(_one_of("choice", CHOICES), name="ck_pairing_questions_pairingchoice"),
    )
    _unique_where(
        "uq_pairing_questions_open",
        "pairing_questions",
        ["pairing_id", "person_id", "reason"],
        where="decided_at IS NULL",
    )
    op.create_index("ix_pairing_questions_pairing_id", "pairing_questions", ["pairing_id"])


def _create_evaluations_and_needs() -> None:
    op.create_table(
        "evaluations",
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evaluated_by", sa.Uuid(), nullable=False),
        sa.Column("evaluated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("pairing_id", name="pk_evaluations"),
        _of_pairing("evaluations"),
        sa.CheckConstraint(_one_of("grade", GRADES), name="ck_evaluations_evaluationgrade"),
    )
    op.create_table(
        "apprentice_needs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=False),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_apprentice_needs"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_apprentice_needs_person_id"),
        sa.CheckConstraint(_one_of("reason", NEEDS), name="ck_apprentice_needs_mentoringneed"),
    )
    _unique_where("uq_apprentice_needs_open", "apprentice_needs", ["person_id"], where="closed_at IS NULL")


def _create_policies() -> None:
    op.create_table(
        "pairing_policies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("apprentices_max", sa.SmallInteger(), nullable=False),
        sa.Column("service_years_min", sa.SmallInteger(), nullable=False),
        sa.Column("title_min", sa.String(40), nullable=True),
        sa.Column("term_months_min", sa.SmallInteger(), nullable=False),
        sa.Column("term_months_max", sa.SmallInteger(), nullable=False),
        sa.Column("new_years_max", sa.SmallInteger(), nullable=False),
        sa.Column("match_days_max", sa.SmallInteger(), nullable=False),
        sa.Column("office_approves", sa.Boolean(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("focuses", sa.JSON(), nullable=False),
        sa.Column("duties", sa.JSON(), nullable=False),
        sa.Column("template_no", sa.SmallInteger(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pairing_policies"),
        sa.UniqueConstraint("valid_from", name="uq_pairing_policies_valid_from"),
        sa.CheckConstraint(_one_of("title_min", TITLES), name="ck_pairing_policies_titlegrade"),
    )


def downgrade() -> None:
    """Pairings as they were; agreements, and proposals that came to nothing yet, are lost."""
    for table in NEW_TABLES:
        op.drop_table(table)
    op.execute("UPDATE pairings SET replaces_id = NULL")
    op.execute("DELETE FROM pairings WHERE state IN ('proposed', 'signed', 'refused') OR ends_on = starts_on")
    for name in (
        "ix_pairings_apprentice_id",
        "ix_pairings_mentor_id",
        "ix_pairings_mentor_school_id",
        "ix_pairings_school_id",
        "uq_pairings_number",
        "uq_pairings_one_at_a_time",
    ):
        op.drop_index(name, "pairings")
    with op.batch_alter_table("pairings") as batch:
        for name in ("term", "pairingkind", "pairingstate", "pairingparty", "half_open"):
            batch.drop_constraint(f"ck_pairings_{name}", type_="check")
        for name in ("mentor_school_id", "replaces_id"):
            batch.drop_constraint(f"fk_pairings_{name}", type_="foreignkey")
        for name in NEW_COLUMNS:
            batch.drop_column(name)
        batch.create_check_constraint("ck_pairings_half_open", "ends_on IS NULL OR ends_on > starts_on")
    _unique_where("uq_pairings_one_at_a_time", "pairings", ["mentor_id", "apprentice_id"], where=STILL)
    op.create_index("ix_pairings_school_id", "pairings", ["school_id", "id"])


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _of_pairing(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["pairing_id"], ["pairings.id"], name=f"fk_{table}_pairing_id")


def _unique_where(name: str, table: str, columns: list[str], *, where: str) -> None:
    op.create_index(
        name, table, columns, unique=True, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
    )
