"""The log of readers, six roles, sessions that can be ended, tries counted by marks of names."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "results_0004"
down_revision = "results_0003"
branch_labels = None
depends_on = None

ROLES = "role IN ('board', 'hr', 'officer', 'manager', 'association', 'administrator')"


def upgrade() -> None:
    op.create_table(
        "log_entry",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("what", sa.String(600), nullable=False),
        sa.Column("once", sa.String(32), unique=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("length(hash) = 64", name="log_entry_hash"),
    )
    head = op.create_table(
        "log_head",
        sa.Column("chain", sa.String(16), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(head, [{"chain": "log", "number": 0, "hash": "0" * 64}])
    op.create_table(
        "wrong_tries",
        sa.Column("mark", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    _people()


def _people() -> None:
    # Not renamed: PostgreSQL would keep the name of its key for the old table.
    op.execute("CREATE TABLE person_0003 AS SELECT name, role, password, command FROM person")
    op.drop_table("person")
    person = op.create_table(
        "person",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("device_failures", sa.Integer, nullable=False),
        sa.Column("password", sa.String(255)),
        sa.Column("command", sa.String(64)),
        sa.CheckConstraint(ROLES, name="person_role"),
        sa.CheckConstraint("(role = 'board') = (command IS NOT NULL)", name="person_command"),
    )
    kept = op.get_bind().execute(sa.text("SELECT name, role, password, command FROM person_0003"))
    rows = [
        {
            **row,
            "epoch": secrets.token_hex(16),
            "device": secrets.token_hex(16),
            "device_failures": 0,
        }
        for row in kept.mappings()
    ]
    op.bulk_insert(person, rows)
    op.drop_table("person_0003")


def downgrade() -> None:
    op.execute("DELETE FROM person WHERE role NOT IN ('board', 'hr') OR password IS NULL")
    with op.batch_alter_table("person") as person:
        person.drop_constraint("person_role", type_="check")
        person.create_check_constraint("person_role", "role IN ('board', 'hr')")
        person.alter_column("password", existing_type=sa.String(255), nullable=False)
        person.add_column(sa.Column("failures", sa.Integer, nullable=False, server_default="0"))
        person.add_column(sa.Column("locked_until", sa.Integer, nullable=False, server_default="0"))
        for column in ("epoch", "device", "device_failures"):
            person.drop_column(column)
    for table in ("log_entry", "log_head", "wrong_tries"):
        op.drop_table(table)
