"""Headcounts: how many people each declared group holds, from a file `group,headcount`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from analysis.csv_rows import cut, rows
from analysis.errors import DataError
from analysis.plan import TablePlan

COLUMNS = ["group", "headcount"]
TOLD = 50
"""Mistakes of a file that are told one by one."""

_COMPARED = 5
"""Of these so many look for the name that was meant, which is work."""


def read(path: Path, plan: TablePlan) -> dict[str, int]:
    """Read headcounts by group id, such as `command=response-north` or `force`.

    Args:
        path: CSV with the columns `group` and `headcount`, in this order.
        plan: declares the groups.

    Returns:
        People by group id, for the groups that the file names.

    Raises:
        DataError: a line for each mistake, with the file, the row and what is wrong in it.
    """
    return counted(str(path), rows(path), plan)


def counted(
    name: str, numbered: Iterable[tuple[int, list[str]]], plan: TablePlan
) -> dict[str, int]:
    """The same from rows that were read already.

    Args:
        name: what messages call the file.
        numbered: number and cells of each row that is not blank, the header among them.
        plan: declares the groups.

    Raises:
        DataError: a line for each mistake, `TOLD` of them at most.
    """
    left = iter(numbered)
    _, header = next(left, (1, list[str]()))
    if not header:
        raise DataError(f"{name}: the file is empty.")
    if header != COLUMNS:
        raise DataError(
            f"{name}, row 1: the columns are {cut(','.join(header))}; they must be "
            f"{','.join(COLUMNS)}."
        )
    counts: dict[str, int] = {}
    mistakes: list[str] = []
    for number, row in left:
        is_early = len(mistakes) < _COMPARED
        wrong = _mistakes(row, plan, counts, compare=is_early)
        mistakes += [f"{name}, row {number}: {mistake}" for mistake in wrong]
    if mistakes:
        more = len(mistakes) - TOLD
        told = [f"And {more:,} more mistakes."] if more > 0 else []
        raise DataError("\n".join(mistakes[:TOLD] + told))
    return counts


def _mistakes(
    row: list[str], plan: TablePlan, counts: dict[str, int], *, compare: bool
) -> Iterator[str]:
    """What is wrong in a row; a right one goes into `counts`."""
    if len(row) != len(COLUMNS):
        yield f"there are {len(row)} cells instead of {len(COLUMNS)}."
        return
    group, text = row
    known = group in plan.group_by_id
    if not known:
        close = get_close_matches(cut(group), plan.group_by_id, 1, 0.9) if compare else []
        meant = (
            f"did you mean {close[0]!r}?" if close else f"groups are named like {_example(plan)!r}."
        )
        yield f"the questionnaire declares no group {cut(group)!r}; {meant}"
    elif group in counts:
        yield f"the group {group!r} stands twice."
    is_number = text.isascii() and text.isdigit() and len(text) <= 9
    if not is_number:
        yield f"the headcount of {cut(group)!r} is {cut(text)!r}; it must be a number of people."
    if known:
        counts[group] = int(text) if is_number else 0


def _example(plan: TablePlan) -> str:
    return plan.groups[-1].id
