"""Erasing a person (注销): who was, and that names and words about somebody may be rewritten for it.

A new table; triggers of four tables are made anew, no lock for longer than a moment.
"""

import sqlalchemy as sa
from alembic import op

from shared.append_only import protect, protect_but, refuse_rewording, unprotect_but
from shared.db import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEPT = ("id", "starts_on", "ends_on", "recorded_at", "recorded_in", "person_id", "serves_since", "title")
HIDDEN_TOO = ("sex", "born_in")
OF_PAIRING = (
    "EXISTS (SELECT 1 FROM pairings JOIN person_erasures"
    " ON person_erasures.person_id IN (pairings.mentor_id, pairings.apprentice_id)"
    " WHERE pairings.id = OLD.pairing_id)"
)
OF_PERSON = "EXISTS (SELECT 1 FROM person_erasures WHERE person_erasures.person_id = OLD.{column})"
WORDS = {
    "agreement_versions": (
        ("id", "pairing_id", "version_no", "content_hash", "approvals", "made_by", "made_at"),
        OF_PAIRING,
    ),
    "signatures": (
        ("id", "pairing_id", "version_no", "party", "signed_by", "content_hash", "signed_at"),
        OF_PERSON.format(column="signed_by"),
    ),
    "evaluations": (("pairing_id", "grade", "evaluated_by", "evaluated_at"), OF_PAIRING),
    "view_grants": (
        ("id", "officer_id", "person_id", "granted_at", "ends_at"),
        OF_PERSON.format(column="person_id"),
    ),
}
"""What stays as it was said in tables whose other columns hold names or words about somebody, and about
whom these may be rewritten: whoever was erased."""


def upgrade() -> None:
    """Add, and let words about somebody be rewritten."""
    op.create_table(
        "person_erasures",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("erased_at", Moment(), nullable=False),
        sa.Column("erased_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_person_erasures_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_person_erasures"),
    )
    protect(op, "person_erasures")
    _rewrite_records(KEPT)
    for table, (columns, unless) in WORDS.items():
        _drop_whole(table)
        protect_but(op, table, columns=columns)
        refuse_rewording(op, table, unless=unless)


def downgrade() -> None:
    """Those who were erased stay so; that they were is lost."""
    for table in WORDS:
        unprotect_but(op, table)
        protect(op, table)
    _rewrite_records((*KEPT, *HIDDEN_TOO))
    op.drop_table("person_erasures")


def _rewrite_records(columns: tuple[str, ...]) -> None:
    named = ", ".join(columns)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER person_records_no_rewrite")
        op.execute(
            f"CREATE TRIGGER person_records_no_rewrite BEFORE UPDATE OF {named} ON person_records"
            " BEGIN SELECT RAISE(ABORT, 'dated facts: person_records'); END"
        )
        return
    op.execute("DROP TRIGGER person_records_no_rewrite ON person_records")
    op.execute(
        f"CREATE TRIGGER person_records_no_rewrite BEFORE UPDATE OF {named} ON person_records"
        " FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()"
    )


def _drop_whole(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER {table}_no_{verb}")
        return
    for verb in ("change", "truncate"):
        op.execute(f"DROP TRIGGER {table}_no_{verb} ON {table}")
