"""First passwords, which end, and codes at signing in; whoever has a password keeps it."""

import sqlalchemy as sa
from alembic import op

revision = "results_0007"
down_revision = "results_0006"
branch_labels = None
depends_on = None

ROLES = "role IN ('board', 'hr', 'officer', 'manager', 'association', 'administrator')"
KEPT = "name, role, epoch, device, device_failures, password, command"


def upgrade() -> None:
    # Made anew, as in results_0004: SQLite writes added columns into the last line of a table.
    op.execute(f"CREATE TABLE person_0006 AS SELECT {KEPT} FROM person")  # noqa: S608
    op.drop_table("person")
    op.create_table(
        "person",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("device_failures", sa.Integer, nullable=False),
        sa.Column("password", sa.String(255)),
        sa.Column("command", sa.String(64)),
        sa.Column("first_until", sa.BigInteger),
        sa.Column("factor", sa.String(255)),
        sa.Column("factor_step", sa.BigInteger),
        sa.CheckConstraint(ROLES, name="person_role"),
        sa.CheckConstraint("(role = 'board') = (command IS NOT NULL)", name="person_command"),
    )
    op.execute(f"INSERT INTO person ({KEPT}) SELECT {KEPT} FROM person_0006")  # noqa: S608
    op.drop_table("person_0006")


def downgrade() -> None:
    # A first password would stay for good, and codes be gone without anybody's knowing.
    op.execute("DELETE FROM person WHERE first_until IS NOT NULL OR factor IS NOT NULL")
    for column in ("first_until", "factor", "factor_step"):
        op.drop_column("person", column)
