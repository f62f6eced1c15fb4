"""What is published at close: the tokens too; and `received` may be another host's to tell."""

import sqlalchemy as sa
from alembic import op

revision = "results_0002"
down_revision = "results_0001"
branch_labels = None
depends_on = None

COPY = sa.text(
    "INSERT INTO closing SELECT wave, cards, redeemed, received, receipts, :none FROM closing_0001"
)


def upgrade() -> None:
    # Not renamed: PostgreSQL would keep the name of its key for the old table.
    op.execute("CREATE TABLE closing_0001 AS SELECT * FROM closing")
    op.drop_table("closing")
    op.create_table(
        "closing",
        sa.Column("wave", sa.String(64), primary_key=True),
        sa.Column("cards", sa.Integer, nullable=False),
        sa.Column("redeemed", sa.Integer),
        sa.Column("received", sa.Integer),
        sa.Column("receipts", sa.Text, nullable=False),
        sa.Column("tokens", sa.LargeBinary, nullable=False),
    )
    op.get_bind().execute(COPY, {"none": b""})
    op.drop_table("closing_0001")


def downgrade() -> None:
    with op.batch_alter_table("closing") as closing:
        closing.alter_column("received", existing_type=sa.Integer, nullable=False)
        closing.drop_column("tokens")
