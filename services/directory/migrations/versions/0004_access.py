"""Sign-in and access: initial passwords, tries by address, provider links, API keys, looking for others.

New tables, and new columns without a default: no row is rewritten, each lock is held for a moment.
"""

import sqlalchemy as sa
from alembic import op

from shared import append_only
from shared.db import Moment
from shared.kernel_migrations import BIG

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NEW_COLUMNS = ("password_set_at", "initial_until", "initial_used_at")


def upgrade() -> None:
    """Forwards."""
    for name in NEW_COLUMNS:
        op.add_column("accounts", sa.Column(name, Moment(), nullable=True))
    _create_tries()
    _create_provider_links()
    _create_api_keys()
    _create_view_grants()


def _create_tries() -> None:
    op.create_table(
        "address_tries",
        sa.Column("username", sa.String(32), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("recent_since", Moment(), nullable=False),
        sa.Column("recent_failures", BIG, nullable=False),
        sa.Column("day_since", Moment(), nullable=False),
        sa.Column("day_failures", BIG, nullable=False),
        sa.PrimaryKeyConstraint("username", "address", name="pk_address_tries"),
    )
    op.create_index("ix_address_tries_day_since", "address_tries", ["day_since"])
    op.create_table(
        "sign_in_places",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "address", name="pk_sign_in_places"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sign_in_places_person_id"),
    )


def _create_provider_links() -> None:
    op.create_table(
        "provider_links",
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("linked_by", sa.Uuid(), nullable=False),
        sa.Column("linked_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_provider_links"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_provider_links_person_id"),
        sa.ForeignKeyConstraint(["linked_by"], ["people.id"], name="fk_provider_links_linked_by"),
    )
    op.create_index("ix_provider_links_person_id", "provider_links", ["person_id"])


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("last_used_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("secret_hash", name="uq_api_keys_secret_hash"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_api_keys_school_id"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_api_keys_made_by"),
        sa.ForeignKeyConstraint(["revoked_by"], ["people.id"], name="fk_api_keys_revoked_by"),
        sa.CheckConstraint("expires_at > made_at", name="ck_api_keys_expires_after_made"),
    )


def _create_view_grants() -> None:
    op.create_table(
        "view_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("granted_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_view_grants"),
        sa.ForeignKeyConstraint(["officer_id"], ["people.id"], name="fk_view_grants_officer_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_view_grants_person_id"),
    )
    op.create_index("ix_view_grants_person_id", "view_grants", ["person_id"])
    append_only.protect(op, "view_grants")


def downgrade() -> None:
    """Back: initial passwords count as chosen, links, keys and who looked are gone."""
    for table in ("view_grants", "api_keys", "provider_links", "sign_in_places", "address_tries"):
        op.drop_table(table)
    with op.batch_alter_table("accounts") as accounts:
        for name in NEW_COLUMNS:
            accounts.drop_column(name)
