"""The one place that reads the clock; everything else takes the date as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """Today's date in UTC."""
    return datetime.now(tz=UTC).date()  # noqa: TID251


def now() -> datetime:
    """The current time in UTC; only for the people who sign in and their log, never for answers."""
    return datetime.now(tz=UTC)  # noqa: TID251
