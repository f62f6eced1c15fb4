"""What boards do about what was said, version by version, and what a wave's page tells of it."""

import sqlalchemy as sa
from alembic import op

revision = "results_0005"
down_revision = "results_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "action",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("command", sa.String(64), nullable=False),
        sa.Column("wave", sa.String(64), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("concerns", sa.Text, nullable=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done", sa.Text, nullable=False),
        sa.Column("done_on", sa.Date),
        sa.Column("asked_as", sa.String(64), nullable=False),
        sa.Column("published", sa.Boolean, nullable=False),
        sa.Column("figures", sa.Boolean, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.CheckConstraint("version > 0", name="action_version"),
        sa.CheckConstraint("role IN ('board', 'hr')", name="action_role"),
        sa.CheckConstraint("(role = 'hr') = (command = '')", name="action_command"),
        sa.CheckConstraint(
            "answer IN ('will_do', 'will_not', 'more_evidence')", name="action_answer"
        ),
        sa.CheckConstraint(
            "state IN ('none', 'planned', 'under_way', 'done', 'dropped')", name="action_state"
        ),
        sa.CheckConstraint("(answer = 'will_not') = (state = 'none')", name="action_will_not"),
        sa.CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="action_done_on"),
    )
    op.create_table(
        "done_before",
        sa.Column("wave", sa.String(64), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("done_before", "action"):
        op.drop_table(table)
