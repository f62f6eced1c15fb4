"""Interventions: where something was done, and what it was meant to change, as declared in a file.

Whoever declares says so before the results are known; whoever waits for them can pick what changed
anyway. The file says when each was declared, and readers are told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from analysis.codebook import Codebook
from analysis.csv_rows import cut, table
from analysis.errors import DataError
from analysis.plan import COMMAND, TablePlan

COLUMNS = ["group", "measure", "before", "done", "picked", "declared"]
LONGEST = 200
"""Characters of what was done."""

_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")

Picked = Literal["low_score", "other"]


@dataclass(frozen=True)
class Intervention:
    """Something was done in a unit.

    Attributes:
        group: id of the unit's group, such as `command=response-north`.
        measure: id of the theme or item that it was meant to change.
        before: id of the last wave before it began.
        done: what was done, one line for everybody to read.
        picked: whether the unit was picked because its figure was low, or for another reason.
        declared: the day on which it was declared.
        where: file and row, for errors.
    """

    group: str
    measure: str
    before: str
    done: str
    picked: Picked
    declared: date
    where: str = ""


def read(path: Path, codebook: Codebook, plan: TablePlan) -> tuple[Intervention, ...]:
    """Read a CSV file of interventions.

    Args:
        path: CSV with the columns of `COLUMNS`, in this order.
        codebook: has the themes and items.
        plan: declares the groups; a unit is a command, a department or a family of commands.

    Raises:
        DataError: names the file, the row and what is wrong in it.
    """
    found: list[Intervention] = []
    for number, row in table(path, COLUMNS):
        where = f"{path}, row {number}"
        one = _intervention(where, [cell.strip() for cell in row])
        _expect_asked(one, codebook, plan)
        if any((one.group, one.measure, one.before) == _key(other) for other in found):
            raise DataError(f"{where}: {one.measure} in {one.group} after {one.before} is twice.")
        found.append(one)
    return tuple(found)


def _intervention(where: str, cells: Sequence[str]) -> Intervention:
    group, measure, before, done, picked, declared = cells
    if not done or len(done) > LONGEST or not done.isprintable():
        raise DataError(
            f"{where}: done takes one line of 1 to {LONGEST} characters, for everybody to read."
        )
    choices = get_args(Picked)
    if picked not in choices:
        raise DataError(f"{where}: picked is {picked!r}; it must be {' or '.join(choices)}.")
    day = _day(declared)
    if day is None:
        raise DataError(
            f"{where}: declared is {cut(declared)!r}; it must be a day such as 2026-05-31."
        )
    return Intervention(group, measure, before, done, picked, day, where)  # type: ignore[arg-type]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:  # such as 30 February
        return None


def _expect_asked(one: Intervention, codebook: Codebook, plan: TablePlan) -> None:
    group = plan.group_by_id.get(one.group)
    if group is None or [name for name, _ in group.where] != [COMMAND]:
        units = (unit.id for unit in plan.groups if [name for name, _ in unit.where] == [COMMAND])
        example = next(units, None)
        if example is None:
            raise DataError(f"{one.where}: the questionnaire declares no commands.")
        raise DataError(
            f"{one.where}: {one.group!r} is no command, department or family of the questionnaire; "
            f"units are named like {example!r}."
        )
    if one.measure not in codebook.theme_by_id and one.measure not in codebook.item_by_id:
        raise DataError(
            f"{one.where}: {one.measure!r} is no theme or item of the questionnaire; themes are "
            f"{', '.join(codebook.theme_by_id)}."
        )


def _key(one: Intervention) -> tuple[str, str, str]:
    return one.group, one.measure, one.before
