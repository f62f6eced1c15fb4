"""Headcounts: how many people each declared group holds, from a file `group,headcount`."""

from __future__ import annotations

from pathlib import Path

from analysis.csv_rows import table
from analysis.errors import DataError
from analysis.plan import TablePlan

COLUMNS = ["group", "headcount"]


def read(path: Path, plan: TablePlan) -> dict[str, int]:
    """Read headcounts by group id, such as `command=response-north` or `force`.

    Args:
        path: CSV with the columns `group` and `headcount`, in this order.
        plan: declares the groups.

    Returns:
        People by group id, for the groups that the file names.

    Raises:
        DataError: names the file, the row and what is wrong in it.
    """
    counts: dict[str, int] = {}
    for number, row in table(path, COLUMNS):
        where = f"{path}, row {number}"
        group, text = row
        if group not in plan.group_by_id:
            raise DataError(
                f"{where}: the questionnaire declares no group {group!r}; groups are named like "
                f"{_example(plan)!r}."
            )
        if group in counts:
            raise DataError(f"{where}: the group {group!r} stands twice.")
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise DataError(
                f"{where}: the headcount of {group!r} is {text!r}; it must be a number of people."
            )
        counts[group] = int(text)
    return counts


def _example(plan: TablePlan) -> str:
    return plan.groups[-1].id
