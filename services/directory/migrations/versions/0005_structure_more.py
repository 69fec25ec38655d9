"""Groups and districts get their history, aliases and lineages an undoing, stage sets corrections.

Rebuilds `groups`, `school_aliases`, `school_lineages` and `stage_sets` on SQLite and locks them for as long
as copying takes. No release has had the columns that are dropped, so they go in the same step.
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from shared.append_only import protect_dated
from shared.db import Moment
from shared.kernel_migrations import BIG

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NEVER = "9999-12-31"
"""The end of a group that was entered by mistake."""
HALF_OPEN = "ends_on IS NULL OR ends_on > starts_on"
LASTING = "ends_on IS NULL AND withdrawn_at IS NULL"
KEPT = ("id", "starts_on", "ends_on", "recorded_at", "recorded_in")
FIRST_KINDS = ("trg", "lpg", "mixed", "whole_school", "grade", "joint")
KINDS = (*FIRST_KINDS, "leading")
STANDING_UNTIL = {"school_aliases": "removed_at IS NULL", "school_lineages": "undone_at IS NULL"}


def upgrade() -> None:
    """What there is goes on as it was."""
    _create_district_records()
    _create_group_records()
    _slim_groups()
    _add_duties()
    _let_aliases_and_lineages_end()
    _let_stage_sets_be_corrected()


def _dated(table: str, *columns: "sa.Column[object]", checks: tuple[sa.Constraint, ...] = ()) -> None:
    op.create_table(
        table,
        *columns,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("withdrawn_in", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.CheckConstraint(HALF_OPEN, name=f"ck_{table}_half_open"),
        *checks,
    )


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _unique_where(name: str, table: str, columns: list[str], *, where: str) -> None:
    op.create_index(
        name, table, columns, unique=True, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
    )


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _create_district_records() -> None:
    _dated(
        "district_records",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        checks=(_reference("district_records", "district_id", "districts"),),
    )
    op.create_index("ix_district_records_district_id", "district_records", ["district_id"])
    _unique_where("uq_district_records_lasting", "district_records", ["district_id"], where=LASTING)
    for row in op.get_bind().execute(sa.text("SELECT id, name, entered_at FROM districts")).mappings().all():
        op.get_bind().execute(
            sa.text(
                "INSERT INTO district_records (id, district_id, name, starts_on, recorded_at)"
                " VALUES (:key, :id, :name, '1950-01-01', :entered_at)"
            ).bindparams(sa.bindparam("key", type_=sa.Uuid())),
            {"key": uuid4(), **row},
        )
    protect_dated(op, "district_records", columns=(*KEPT, "district_id", "name"))


def _create_group_records() -> None:
    _dated(
        "group_records",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(32), nullable=True),
        sa.Column("within_id", sa.Uuid(), nullable=True),
        checks=(
            _reference("group_records", "group_id", "groups"),
            _reference("group_records", "within_id", "groups"),
        ),
    )
    op.create_index("ix_group_records_group_id", "group_records", ["group_id"])
    _unique_where("uq_group_records_lasting", "group_records", ["group_id"], where=LASTING)
    op.execute(
        "INSERT INTO group_records (id, group_id, name, subject, within_id, starts_on, ends_on, recorded_at)"
        " SELECT id, id, name, subject, within_id, starts_on, ends_on, entered_at FROM groups"
    )
    protect_dated(op, "group_records", columns=(*KEPT, "group_id", "name", "subject", "within_id"))


def _slim_groups() -> None:
    for place in ("school", "district"):
        op.drop_index(f"uq_groups_standing_in_a_{place}", "groups")
    with op.batch_alter_table("groups") as batch:
        batch.drop_constraint("ck_groups_half_open", type_="check")
        batch.drop_constraint("ck_groups_groupkind", type_="check")
        batch.drop_constraint("fk_groups_within_id", type_="foreignkey")
        batch.drop_constraint("fk_groups_continues_id", type_="foreignkey")
        for column in ("within_id", "continues_id", "name", "subject", "starts_on", "ends_on"):
            batch.drop_column(column)
        batch.add_column(sa.Column("version", BIG, nullable=False, server_default="0"))
        batch.create_check_constraint("ck_groups_groupkind", _one_of("kind", KINDS))
    with op.batch_alter_table("groups") as batch:
        batch.alter_column("version", server_default=None, existing_type=BIG, existing_nullable=False)
    for place in ("school_id", "district_id"):
        op.create_index(f"ix_groups_{place}", "groups", [place, "id"])


def _add_duties() -> None:
    op.add_column("group_memberships", sa.Column("duty", sa.String(200), nullable=True))
    _protect_group_memberships("group_id", "person_id", "duty")


def _protect_group_memberships(*columns: str) -> None:
    _drop_triggers("group_memberships")
    protect_dated(op, "group_memberships", columns=(*KEPT, *columns))


def _drop_triggers(*tables: str) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    names = ["no_rewrite", "withdrawn_once", "no_delete", *([] if sqlite else ["no_truncate"])]
    for table in tables:
        for name in names:
            op.execute(f"DROP TRIGGER {table}_{name}" + ("" if sqlite else f" ON {table}"))


def _let_aliases_and_lineages_end() -> None:
    with op.batch_alter_table("school_aliases") as batch:
        batch.drop_constraint("uq_school_aliases_school_id_alias_key", type_="unique")
        batch.add_column(sa.Column("removed_at", Moment(), nullable=True))
    with op.batch_alter_table("school_lineages") as batch:
        batch.drop_constraint("uq_school_lineages_from_school_id_to_school_id", type_="unique")
        batch.add_column(sa.Column("entered_in", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("undone_at", Moment(), nullable=True))
        batch.add_column(sa.Column("undone_by", sa.Uuid(), nullable=True))
    _unique_where(
        "uq_school_aliases_standing",
        "school_aliases",
        ["school_id", "alias_key"],
        where=STANDING_UNTIL["school_aliases"],
    )
    _unique_where(
        "uq_school_lineages_standing",
        "school_lineages",
        ["from_school_id", "to_school_id"],
        where=STANDING_UNTIL["school_lineages"],
    )


def _let_stage_sets_be_corrected() -> None:
    with op.batch_alter_table("stage_sets") as batch:
        batch.drop_constraint("uq_stage_sets_valid_from", type_="unique")
    op.create_index("ix_stage_sets_valid_from", "stage_sets", ["valid_from"])


def downgrade() -> None:
    """What was corrected, undone or removed is lost, and so are leading groups and former names."""
    op.execute(
        "DELETE FROM stage_sets WHERE EXISTS (SELECT 1 FROM stage_sets AS later WHERE later.valid_from ="
        " stage_sets.valid_from AND (later.published_at > stage_sets.published_at"
        " OR (later.published_at = stage_sets.published_at AND later.id > stage_sets.id)))"
    )
    op.drop_index("ix_stage_sets_valid_from", "stage_sets")
    with op.batch_alter_table("stage_sets") as batch:
        batch.create_unique_constraint("uq_stage_sets_valid_from", ["valid_from"])
    _keep_only_what_stands()
    _drop_triggers("group_memberships", "group_records", "district_records")
    _widen_groups()
    op.drop_table("group_records")
    op.drop_table("district_records")
    with op.batch_alter_table("group_memberships") as batch:
        batch.drop_column("duty")
    protect_dated(op, "group_memberships", columns=(*KEPT, "group_id", "person_id"))


def _keep_only_what_stands() -> None:
    for table, standing in STANDING_UNTIL.items():
        op.execute(f"DELETE FROM {table} WHERE NOT ({standing})")  # noqa: S608  the two tables above
        op.drop_index(f"uq_{table}_standing", table)
    with op.batch_alter_table("school_aliases") as batch:
        batch.drop_column("removed_at")
        batch.create_unique_constraint("uq_school_aliases_school_id_alias_key", ["school_id", "alias_key"])
    with op.batch_alter_table("school_lineages") as batch:
        for column in ("entered_in", "undone_at", "undone_by"):
            batch.drop_column(column)
        batch.create_unique_constraint(
            "uq_school_lineages_from_school_id_to_school_id", ["from_school_id", "to_school_id"]
        )


def _widen_groups() -> None:
    """Groups as they were called last; posts and memberships of leading groups go with them."""
    _forget_leading_groups()
    with op.batch_alter_table("groups") as batch:
        for name, kind in (
            ("within_id", sa.Uuid()),
            ("continues_id", sa.Uuid()),
            ("name", sa.String(32)),
            ("subject", sa.String(32)),
            ("starts_on", sa.Date()),
            ("ends_on", sa.Date()),
        ):
            batch.add_column(sa.Column(name, kind, nullable=True))
    latest = (
        "SELECT {column} FROM group_records WHERE group_records.group_id = groups.id"
        " ORDER BY withdrawn_at IS NOT NULL, group_records.starts_on DESC LIMIT 1"
    )
    for column in ("within_id", "name", "subject", "ends_on"):
        op.execute(f"UPDATE groups SET {column} = ({latest.format(column='group_records.' + column)})")  # noqa: S608  four names
    op.execute(
        "UPDATE groups SET starts_on = (SELECT min(group_records.starts_on) FROM group_records"
        " WHERE group_records.group_id = groups.id)"
    )
    op.execute(
        f"UPDATE groups SET ends_on = '{NEVER}' WHERE ends_on IS NULL AND NOT EXISTS (SELECT 1"  # noqa: S608  a day
        " FROM group_records WHERE group_records.group_id = groups.id AND withdrawn_at IS NULL)"
    )
    for place in ("school_id", "district_id"):
        op.drop_index(f"ix_groups_{place}", "groups")
    with op.batch_alter_table("groups") as batch:
        batch.drop_column("version")
        batch.drop_constraint("ck_groups_groupkind", type_="check")
        batch.create_check_constraint("ck_groups_groupkind", _one_of("kind", FIRST_KINDS))
        batch.create_check_constraint("ck_groups_half_open", HALF_OPEN)
        batch.create_foreign_key("fk_groups_within_id", "groups", ["within_id"], ["id"])
        batch.create_foreign_key("fk_groups_continues_id", "groups", ["continues_id"], ["id"])
        batch.alter_column("name", nullable=False, existing_type=sa.String(32))
        batch.alter_column("starts_on", nullable=False, existing_type=sa.Date())
    for place in ("school", "district"):
        _unique_where(
            f"uq_groups_standing_in_a_{place}", "groups", [f"{place}_id", "name"], where="ends_on IS NULL"
        )


def _forget_leading_groups() -> None:
    leading = "(SELECT id FROM groups WHERE kind = 'leading')"
    for table, column in (("group_memberships", "group_id"), ("group_records", "group_id"), ("groups", "id")):
        op.execute(f"DELETE FROM {table} WHERE {column} IN {leading}")  # noqa: S608  the three tables above
