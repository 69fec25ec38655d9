"""Schools, people, memberships and posts get their history; districts, groups, transfers and stages come.

Rebuilds `schools`, `people`, `memberships` and `posts` and locks them for as long as copying them takes:
under a second for a county. No release has had the columns that are dropped, so they go in the same step.
"""

from unicodedata import normalize
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from shared.append_only import protect_dated
from shared.db import Moment
from shared.kernel_migrations import BIG

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HALF_OPEN = "ends_on IS NULL OR ends_on > starts_on"
LASTING = "ends_on IS NULL AND withdrawn_at IS NULL"
STILL = "ends_on IS NULL"
ROLES = (
    "teacher",
    "group_leader",
    "recorder",
    "academic_office",
    "principal",
    "township_office",
    "county_trainer",
    "county_officer",
    "auditor",
    "operator",
)
FIRST_ROLES = ("teacher", "group_leader", "academic_office", "principal", "county_officer")
STAGES = ("kindergarten", "primary", "nine_year", "junior", "senior", "vocational", "special", "office")
FIRST_STAGES = ("kindergarten", "primary", "junior", "senior", "vocational", "special")
MEMBERSHIPS = ("home", "seconded", "supporting", "shared")
KNOWLEDGE = ("recorded_at", "recorded_in", "withdrawn_at", "withdrawn_in")
KEPT = ("id", "starts_on", "ends_on", "recorded_at", "recorded_in")
NEW_TABLES = (
    "stage_sets",
    "transfers",
    "person_aliases",
    "absences",
    "liaisons",
    "group_memberships",
    "groups",
    "person_records",
    "school_lineages",
    "school_aliases",
    "school_records",
    "districts",
)


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The words of a closed list's CHECK."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    """History for what there is, and what was not there before."""
    _create_districts()
    _create_school_records()
    _fill_school_records()
    _create_person_records()
    _fill_person_records()
    _create_groups()
    _rebuild_memberships()
    _rebuild_posts()
    _slim_schools_and_people()
    _create_liaisons_and_absences()
    _create_aliases()
    _create_transfers()
    _create_stage_sets()
    _protect()


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


def _closed(table: str, column: str, *, name: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(one_of(column, values), name=f"ck_{table}_{name}")


def _unique_where(name: str, table: str, columns: list[str], *, where: str) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=True,
        postgresql_where=sa.text(where),
        sqlite_where=sa.text(where),
    )


def _create_districts() -> None:
    op.create_table(
        "districts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("name_key", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_districts"),
        sa.UniqueConstraint("name_key", name="uq_districts_name_key"),
        _closed(
            "districts", "kind", name="districtkind", values=("street", "town", "township", "school_district")
        ),
    )
    op.create_table(
        "school_aliases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("alias", sa.String(64), nullable=False),
        sa.Column("alias_key", sa.String(256), nullable=False),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_school_aliases"),
        sa.UniqueConstraint("school_id", "alias_key", name="uq_school_aliases_school_id_alias_key"),
        _reference("school_aliases", "school_id", "schools"),
    )
    op.create_index("ix_school_aliases_key", "school_aliases", ["alias_key"])
    op.create_table(
        "school_lineages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_school_id", sa.Uuid(), nullable=False),
        sa.Column("to_school_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_school_lineages"),
        sa.UniqueConstraint(
            "from_school_id", "to_school_id", name="uq_school_lineages_from_school_id_to_school_id"
        ),
        sa.CheckConstraint("from_school_id <> to_school_id", name="ck_school_lineages_two_schools"),
        _closed("school_lineages", "kind", name="lineagekind", values=("merged", "split")),
        _reference("school_lineages", "from_school_id", "schools"),
        _reference("school_lineages", "to_school_id", "schools"),
    )
    op.create_index("ix_school_lineages_to_school_id", "school_lineages", ["to_school_id"])


def _create_school_records() -> None:
    _dated(
        "school_records",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("name_key", sa.String(256), nullable=False),
        sa.Column("short_name", sa.String(32), nullable=True),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("central_school_id", sa.Uuid(), nullable=True),
        checks=(
            _closed("school_records", "stage", name="schoolstage", values=STAGES),
            _closed(
                "school_records",
                "category",
                name="schoolcategory",
                values=("county_run", "central", "village", "teaching_point", "other"),
            ),
            _reference("school_records", "school_id", "schools"),
            _reference("school_records", "district_id", "districts"),
            _reference("school_records", "central_school_id", "schools"),
        ),
    )
    op.create_index("ix_school_records_school_id", "school_records", ["school_id"])
    _unique_where("uq_school_records_lasting_name", "school_records", ["name_key"], where=LASTING)
    _unique_where("uq_school_records_lasting_school", "school_records", ["school_id"], where=LASTING)


def _fill_school_records() -> None:
    """Each school is what it is since it opened; each township named so far becomes a district."""
    schools = sa.table(
        "schools",
        sa.column("id", sa.Uuid()),
        sa.column("name"),
        sa.column("name_key"),
        sa.column("stage"),
        sa.column("township"),
        sa.column("opened_on", sa.Date()),
        sa.column("entered_at", Moment()),
    )
    districts = sa.table(
        "districts",
        sa.column("id", sa.Uuid()),
        sa.column("name"),
        sa.column("name_key"),
        sa.column("kind"),
        sa.column("entered_at", Moment()),
    )
    rows = op.get_bind().execute(sa.select(schools).order_by(schools.c.id)).mappings().all()
    known: dict[str, object] = {}
    for row in rows:
        key = "".join(normalize("NFKC", row["township"]).casefold().split())
        if key not in known:
            known[key] = uuid4()
            endings = (("街道", "street"), ("镇", "town"), ("乡", "township"))
            kind = next((kind for end, kind in endings if key.endswith(end)), "school_district")
            district = {"name": row["township"], "name_key": key, "kind": kind}
            op.bulk_insert(districts, [{"id": known[key], "entered_at": row["entered_at"], **district}])
        known[row["township"]] = known[key]
    records = sa.table(
        "school_records",
        *(sa.column(name, sa.Uuid()) for name in ("id", "school_id", "district_id")),
        *(sa.column(name) for name in ("name", "name_key", "stage", "category")),
        sa.column("starts_on", sa.Date()),
        sa.column("recorded_at", Moment()),
    )
    op.bulk_insert(
        records,
        [
            {
                "id": uuid4(),
                "school_id": row["id"],
                "district_id": known[row["township"]],
                "name": row["name"],
                "name_key": row["name_key"],
                "stage": row["stage"],
                "category": "other",
                "starts_on": row["opened_on"],
                "recorded_at": row["entered_at"],
            }
            for row in rows
        ],
    )


def _create_person_records() -> None:
    _dated(
        "person_records",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("name_key", sa.String(256), nullable=False),
        sa.Column("sex", sa.String(40), nullable=True),
        sa.Column("born_in", sa.SmallInteger(), nullable=True),
        sa.Column("serves_since", sa.SmallInteger(), nullable=True),
        sa.Column("title", sa.String(40), nullable=True),
        sa.Column("phone", sa.String(20), nullable=True),
        checks=(
            _closed("person_records", "sex", name="sex", values=("female", "male")),
            _closed(
                "person_records",
                "title",
                name="titlegrade",
                values=("ungraded", "third", "second", "first", "senior", "professor"),
            ),
            _reference("person_records", "person_id", "people"),
        ),
    )
    op.create_index("ix_person_records_person_id", "person_records", ["person_id"])
    op.create_index("ix_person_records_name_key", "person_records", ["name_key"])
    _unique_where("uq_person_records_lasting", "person_records", ["person_id"], where=LASTING)


def _fill_person_records() -> None:
    """Everybody is called so since their first day in the register."""
    people = sa.table(
        "people", sa.column("id", sa.Uuid()), sa.column("name"), sa.column("entered_at", Moment())
    )
    firsts = sa.table("memberships", sa.column("person_id", sa.Uuid()), sa.column("starts_on", sa.Date()))
    posts = sa.table("posts", sa.column("person_id", sa.Uuid()), sa.column("starts_on", sa.Date()))
    since: dict[object, object] = {}
    for table in (firsts, posts):
        earliest = sa.select(table.c.person_id, sa.func.min(table.c.starts_on)).group_by(table.c.person_id)
        for person_id, day in op.get_bind().execute(earliest):
            since[person_id] = min(since.get(person_id, day), day)
    records = sa.table(
        "person_records",
        *(sa.column(name, sa.Uuid()) for name in ("id", "person_id")),
        *(sa.column(name) for name in ("name", "name_key")),
        sa.column("starts_on", sa.Date()),
        sa.column("recorded_at", Moment()),
    )
    op.bulk_insert(
        records,
        [
            {
                "id": uuid4(),
                "person_id": row.id,
                "name": row.name,
                "name_key": "".join(row.name.casefold().split()),
                "starts_on": since.get(row.id, row.entered_at.date()),
                "recorded_at": row.entered_at,
            }
            for row in op.get_bind().execute(sa.select(people))
        ],
    )


def _rebuild_memberships() -> None:
    op.drop_index("uq_memberships_one_at_a_time", "memberships")
    op.drop_index("ix_memberships_school_id", "memberships")
    with op.batch_alter_table("memberships") as batch:
        _add_knowledge(batch)
        batch.add_column(sa.Column("kind", sa.String(40), nullable=False, server_default="home"))
        batch.add_column(sa.Column("second_subjects", sa.String(64), nullable=True))
        batch.create_check_constraint("ck_memberships_membershipkind", one_of("kind", MEMBERSHIPS))
    _fill_recorded_at("memberships")
    with op.batch_alter_table("memberships") as batch:
        batch.alter_column("kind", server_default=None, existing_type=sa.String(40), existing_nullable=False)
        batch.alter_column("recorded_at", nullable=False, existing_type=Moment())
    op.create_index("ix_memberships_person_id", "memberships", ["person_id"])
    op.create_index("ix_memberships_school_id", "memberships", ["school_id", "person_id"])
    _unique_where(
        "uq_memberships_one_home", "memberships", ["person_id"], where=f"{LASTING} AND kind = 'home'"
    )


def _rebuild_posts() -> None:
    op.drop_index("uq_posts_one_at_a_time", "posts")
    with op.batch_alter_table("posts") as batch:
        _add_knowledge(batch)
        batch.add_column(sa.Column("district_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("group_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_posts_district_id", "districts", ["district_id"], ["id"])
        batch.create_foreign_key("fk_posts_group_id", "groups", ["group_id"], ["id"])
        batch.drop_constraint("ck_posts_the_county_has_no_school", type_="check")
        batch.drop_constraint("ck_posts_role", type_="check")
        batch.create_check_constraint("ck_posts_role", one_of("role", ROLES))
        batch.create_check_constraint("ck_posts_one_scope", "school_id IS NULL OR district_id IS NULL")
    _fill_recorded_at("posts")
    with op.batch_alter_table("posts") as batch:
        batch.alter_column("recorded_at", nullable=False, existing_type=Moment())
    for column in ("person_id", "school_id", "district_id", "group_id"):
        op.create_index(f"ix_posts_{column}", "posts", [column])


def _add_knowledge(batch: "op.batch_alter_table") -> None:  # type: ignore[valid-type]  # Alembic's own name
    for name, kind in (
        ("recorded_at", Moment()),
        ("recorded_in", sa.Uuid()),
        ("withdrawn_at", Moment()),
        ("withdrawn_in", sa.Uuid()),
    ):
        batch.add_column(sa.Column(name, kind, nullable=True))  # type: ignore[attr-defined]  # as above


def _fill_recorded_at(table: str) -> None:
    """Known since the person was entered."""
    op.execute(
        f"UPDATE {table} SET recorded_at ="  # noqa: S608  the two tables above
        f" (SELECT people.entered_at FROM people WHERE people.id = {table}.person_id)"
    )


def _slim_schools_and_people() -> None:
    with op.batch_alter_table("schools") as batch:
        batch.drop_constraint("uq_schools_name_key", type_="unique")
        batch.drop_constraint("ck_schools_schoolstage", type_="check")
        for column in ("name", "name_key", "stage", "township", "opened_on"):
            batch.drop_column(column)
        batch.add_column(sa.Column("code", sa.String(20), nullable=True))
        batch.add_column(sa.Column("version", BIG, nullable=False, server_default="0"))
        batch.create_unique_constraint("uq_schools_code", ["code"])
    with op.batch_alter_table("people") as batch:
        batch.drop_column("name")
        batch.add_column(sa.Column("staff_no", sa.String(32), nullable=True))
        batch.add_column(sa.Column("numbered_in", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("version", BIG, nullable=False, server_default="0"))
        batch.create_unique_constraint("uq_people_staff_no", ["staff_no"])
    for table in ("schools", "people"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column("version", server_default=None, existing_type=BIG, existing_nullable=False)


def _create_groups() -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=True),
        sa.Column("within_id", sa.Uuid(), nullable=True),
        sa.Column("continues_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(32), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sa.CheckConstraint(HALF_OPEN, name="ck_groups_half_open"),
        sa.CheckConstraint("(school_id IS NULL) <> (district_id IS NULL)", name="ck_groups_one_home"),
        _closed(
            "groups",
            "kind",
            name="groupkind",
            values=("trg", "lpg", "mixed", "whole_school", "grade", "joint"),
        ),
        _reference("groups", "school_id", "schools"),
        _reference("groups", "district_id", "districts"),
        _reference("groups", "within_id", "groups"),
        _reference("groups", "continues_id", "groups"),
    )
    _unique_where("uq_groups_standing_in_a_school", "groups", ["school_id", "name"], where=STILL)
    _unique_where("uq_groups_standing_in_a_district", "groups", ["district_id", "name"], where=STILL)
    _dated(
        "group_memberships",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        checks=(
            _reference("group_memberships", "group_id", "groups"),
            _reference("group_memberships", "person_id", "people"),
        ),
    )
    op.create_index("ix_group_memberships_group_id", "group_memberships", ["group_id"])
    op.create_index("ix_group_memberships_person_id", "group_memberships", ["person_id"])


def _create_liaisons_and_absences() -> None:
    _dated(
        "liaisons",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        checks=(
            _reference("liaisons", "person_id", "people"),
            _reference("liaisons", "school_id", "schools"),
        ),
    )
    op.create_index("ix_liaisons_person_id", "liaisons", ["person_id"])
    op.create_index("ix_liaisons_school_id", "liaisons", ["school_id"])
    _dated(
        "absences",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("document", sa.String(64), nullable=True),
        checks=(
            _closed(
                "absences",
                "kind",
                name="absencekind",
                values=(
                    "sick_leave",
                    "personal_leave",
                    "maternity_leave",
                    "long_training",
                    "retired",
                    "resigned",
                    "deceased",
                ),
            ),
            _reference("absences", "person_id", "people"),
        ),
    )
    op.create_index("ix_absences_person_id", "absences", ["person_id"])


def _create_aliases() -> None:
    op.create_table(
        "person_aliases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alias_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("merged_at", Moment(), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person_aliases"),
        sa.CheckConstraint("alias_id <> person_id", name="ck_person_aliases_two_entries"),
        _reference("person_aliases", "alias_id", "people"),
        _reference("person_aliases", "person_id", "people"),
    )
    _unique_where("uq_person_aliases_standing", "person_aliases", ["alias_id"], where="undone_at IS NULL")
    op.create_index("ix_person_aliases_person_id", "person_aliases", ["person_id"])


def _create_transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_school_id", sa.Uuid(), nullable=False),
        sa.Column("to_school_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", Moment(), nullable=False),
        sa.Column("let_go_by", sa.Uuid(), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        sa.CheckConstraint("from_school_id <> to_school_id", name="ck_transfers_two_schools"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > effective_on", name="ck_transfers_half_open"),
        _closed("transfers", "kind", name="membershipkind", values=MEMBERSHIPS),
        _closed(
            "transfers", "state", name="transferstate", values=("proposed", "agreed", "refused", "called_off")
        ),
        _reference("transfers", "person_id", "people"),
        _reference("transfers", "from_school_id", "schools"),
        _reference("transfers", "to_school_id", "schools"),
    )
    _unique_where("uq_transfers_one_open", "transfers", ["person_id"], where="state = 'proposed'")
    op.create_index("ix_transfers_from_school_id", "transfers", ["from_school_id", "id"])
    op.create_index("ix_transfers_to_school_id", "transfers", ["to_school_id", "id"])
    op.create_index("ix_transfers_person_id", "transfers", ["person_id"])


def _create_stage_sets() -> None:
    op.create_table(
        "stage_sets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stage_sets"),
        sa.UniqueConstraint("valid_from", name="uq_stage_sets_valid_from"),
    )


def _protect() -> None:
    values = {
        "school_records": (
            "school_id",
            "name",
            "name_key",
            "short_name",
            "stage",
            "category",
            "district_id",
            "central_school_id",
        ),
        "person_records": (
            "person_id",
            "sex",
            "born_in",
            "serves_since",
            "title",
        ),  # erasing rewrites the rest
        "memberships": ("person_id", "school_id", "kind", "subject", "second_subjects"),
        "posts": ("person_id", "role", "school_id", "district_id", "group_id"),
        "liaisons": ("person_id", "school_id"),
        "absences": ("person_id", "kind", "document"),
        "group_memberships": ("group_id", "person_id"),
    }
    for table, columns in values.items():
        protect_dated(op, table, columns=(*KEPT, *columns))


def downgrade() -> None:
    """Today's names, memberships and posts only; what was known before is lost."""
    _drop_triggers()
    _widen_schools_and_people()
    _narrow_posts()
    _narrow_memberships()
    for table in NEW_TABLES:
        op.drop_table(table)


def _drop_triggers() -> None:
    tables = (
        "school_records",
        "person_records",
        "memberships",
        "posts",
        "liaisons",
        "absences",
        "group_memberships",
    )
    names = ["no_rewrite", "withdrawn_once", "no_delete"]
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in tables:
        for name in names if sqlite else [*names, "no_truncate"]:
            op.execute(f"DROP TRIGGER {table}_{name}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION refuse_rewrite()")


def _widen_schools_and_people() -> None:
    with op.batch_alter_table("schools") as batch:
        batch.drop_constraint("uq_schools_code", type_="unique")
        for column in ("code", "version"):
            batch.drop_column(column)
        batch.add_column(sa.Column("name", sa.String(64), nullable=True))
        batch.add_column(sa.Column("name_key", sa.String(256), nullable=True))
        batch.add_column(sa.Column("stage", sa.String(40), nullable=True))
        batch.add_column(sa.Column("township", sa.String(32), nullable=True))
        batch.add_column(sa.Column("opened_on", sa.Date(), nullable=True))
    latest = (
        "SELECT {column} FROM school_records WHERE school_records.school_id = schools.id"
        " AND withdrawn_at IS NULL ORDER BY starts_on DESC LIMIT 1"
    )
    for column in ("name", "name_key", "stage"):
        op.execute(f"UPDATE schools SET {column} = ({latest.format(column=column)})")  # noqa: S608  three names
    op.execute("UPDATE schools SET stage = 'junior' WHERE stage IN ('nine_year', 'office')")
    op.execute(
        "UPDATE schools SET township = (SELECT districts.name FROM districts JOIN school_records"
        " ON school_records.district_id = districts.id WHERE school_records.school_id = schools.id"
        " AND withdrawn_at IS NULL ORDER BY starts_on DESC LIMIT 1), opened_on = (SELECT min(starts_on)"
        " FROM school_records WHERE school_records.school_id = schools.id AND withdrawn_at IS NULL)"
    )
    with op.batch_alter_table("people") as batch:
        batch.drop_constraint("uq_people_staff_no", type_="unique")
        for column in ("staff_no", "numbered_in", "version"):
            batch.drop_column(column)
        batch.add_column(sa.Column("name", sa.String(64), nullable=True))
    op.execute(
        "UPDATE people SET name = (SELECT name FROM person_records WHERE person_records.person_id = people.id"
        " AND withdrawn_at IS NULL ORDER BY starts_on DESC LIMIT 1)"
    )
    with op.batch_alter_table("people") as batch:
        batch.alter_column("name", nullable=False, existing_type=sa.String(64))
    with op.batch_alter_table("schools") as batch:
        for name, kind in (
            ("name", sa.String(64)),
            ("name_key", sa.String(256)),
            ("stage", sa.String(40)),
            ("township", sa.String(32)),
            ("opened_on", sa.Date()),
        ):
            batch.alter_column(name, nullable=False, existing_type=kind)
        batch.create_unique_constraint("uq_schools_name_key", ["name_key"])
        batch.create_check_constraint("ck_schools_schoolstage", one_of("stage", FIRST_STAGES))


def _narrow_posts() -> None:
    op.execute("DELETE FROM posts WHERE withdrawn_at IS NOT NULL OR district_id IS NOT NULL")
    op.execute(f"DELETE FROM posts WHERE NOT ({one_of('role', FIRST_ROLES)})")  # noqa: S608  the list above
    for column in ("person_id", "school_id", "district_id", "group_id"):
        op.drop_index(f"ix_posts_{column}", "posts")
    with op.batch_alter_table("posts") as batch:
        batch.drop_constraint("ck_posts_one_scope", type_="check")
        batch.drop_constraint("ck_posts_role", type_="check")
        batch.drop_constraint("fk_posts_district_id", type_="foreignkey")
        batch.drop_constraint("fk_posts_group_id", type_="foreignkey")
        for column in (
            "district_id",
            "group_id",
            "recorded_at",
            "recorded_in",
            "withdrawn_at",
            "withdrawn_in",
        ):
            batch.drop_column(column)
        batch.create_check_constraint("ck_posts_role", one_of("role", FIRST_ROLES))
        batch.create_check_constraint(
            "ck_posts_the_county_has_no_school", "(role = 'county_officer') = (school_id IS NULL)"
        )
    _unique_where("uq_posts_one_at_a_time", "posts", ["person_id", "role"], where=STILL)


def _narrow_memberships() -> None:
    op.execute("DELETE FROM memberships WHERE withdrawn_at IS NOT NULL OR kind <> 'home'")
    op.drop_index("uq_memberships_one_home", "memberships")
    op.drop_index("ix_memberships_person_id", "memberships")
    op.drop_index("ix_memberships_school_id", "memberships")
    with op.batch_alter_table("memberships") as batch:
        batch.drop_constraint("ck_memberships_membershipkind", type_="check")
        for column in (
            "kind",
            "second_subjects",
            "recorded_at",
            "recorded_in",
            "withdrawn_at",
            "withdrawn_in",
        ):
            batch.drop_column(column)
    _unique_where("uq_memberships_one_at_a_time", "memberships", ["person_id"], where=STILL)
    op.create_index("ix_memberships_school_id", "memberships", ["school_id", "person_id"])
