"""What people wrote about: the counts of coded comments, one signed file a wave."""

import sqlalchemy as sa
from alembic import op

revision = "results_0003"
down_revision = "results_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comment_themes",
        sa.Column("wave", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("comment_themes")
