"""Tables of a Release as files for readers: the published rows, nothing else."""

from __future__ import annotations

from collections.abc import Collection

from analysis.errors import CandourError
from analysis.release import tables
from analysis.release.model import Release
from analysis.release.tables import Cell, Column


def csv_bytes(release: Release, table: str, groups: Collection[str] | None = None) -> bytes:
    """One table of `release` as CSV (UTF-8, LF), laid out as in the Release's own folder.

    Args:
        release: what was published.
        table: `groups`, `estimates`, `distributions`, `comparisons`, `standardised`, `concerns`,
            `trends`, `slopes`, `benchmarks`, `ladders`, `changes`, `procedures`,
            `representativeness`, `reliability`, `drivers`, `measures` or `categories`.
        groups: ids of the only groups whose rows are wanted, or the rows of what is asked for on
            their behalf; None for all. Tables without groups are given whole.

    Raises:
        CandourError: if there is no such table.
    """
    return tables.to_csv(*cells(release, table, groups))


def cells(
    release: Release, table: str, groups: Collection[str] | None = None
) -> tuple[tuple[Column, ...], list[tuple[Cell, ...]]]:
    """The columns of one table and its rows as plain cells; arguments and errors as above."""
    if table not in tables.ROWS:
        raise CandourError(f"There is no table {table!r}; there are {', '.join(tables.ROWS)}.")
    breakdowns = [breakdown.id for breakdown in release.manifest.breakdowns]
    headings = tables.columns(table, breakdowns)
    return headings, tables.records(release, table, groups)
