"""HR's counts of formal processes, from a file `process,period,group,people,cases`.

Of each group: how many people it could have happened to, and to how many of them it did. Counts are
of people, not of grievances: somebody with two counts once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.csv_rows import table
from analysis.errors import DataError
from analysis.plan import FORCE, Group, TablePlan, Value, group_id

COLUMNS = ["process", "period", "group", "people", "cases"]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_PERIOD = re.compile(r"((?:19|20)[0-9]{2})-(0[1-9]|1[0-2])/((?:19|20)[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Period:
    """Whole months, first and last among them, each as year and month."""

    first: tuple[int, int]
    last: tuple[int, int]

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period in a text such as `2025-04/2026-03`.

        Raises:
            ValueError: when it is none, or ends before it begins.
        """
        found = _PERIOD.fullmatch(text)
        if found is None:
            raise ValueError(text)
        year, month, last_year, last_month = map(int, found.groups())
        if (year, month) > (last_year, last_month):
            raise ValueError(text)
        return cls((year, month), (last_year, last_month))

    def overlaps(self, other: Period) -> bool:
        """Whether a month is in both."""
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        return "/".join(f"{year:04}-{month:02}" for year, month in (self.first, self.last))

    @property
    def words(self) -> str:
        """In words: `April 2025 to March 2026`."""
        first, last = (f"{_MONTHS[month - 1]} {year}" for year, month in (self.first, self.last))
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class Counted:
    """One process in one period.

    Attributes:
        process: id of the declared process.
        at_risk, cases: group id -> people it could have happened to, and to whom it did. The
            force is always there, and a level of a breakdown or crossing whole or not at all.
    """

    process: str
    period: Period
    at_risk: Mapping[str, int]
    cases: Mapping[str, int]


Procedures = tuple[Counted, ...]
"""What a file says; each process once."""


@dataclass(frozen=True)
class _Row:
    number: int
    at_risk: int
    cases: int


def read(path: Path, plan: TablePlan) -> Procedures:
    """Read HR's counts.

    Args:
        path: CSV with the columns of `COLUMNS`, in this order.
        plan: declares processes and groups.

    Returns:
        The processes in the order in which the plan declares them.

    Raises:
        DataError: names the file, the row and what is wrong in it.
    """
    numbered = table(path, COLUMNS)
    if not plan.processes:
        raise DataError(
            f"{path}: the questionnaire declares no processes; name them under `procedures:`."
        )
    periods: dict[str, Period] = {}
    found: dict[str, dict[str, _Row]] = {one.id: {} for one in plan.processes}
    for number, row in numbered:
        where = f"{path}, row {number}"
        process, group = _named(where, plan, row[0], row[2])
        period = _period(where, row[1])
        if periods.setdefault(process, period) != period:
            raise DataError(
                f"{where}: {process} has the period {periods[process]} in an earlier row; a file "
                "gives one period of a process."
            )
        if group in found[process]:
            raise DataError(f"{where}: the group {group!r} stands twice under {process}.")
        at_risk, cases = (
            _people(where, name, row[at]) for at, name in ((3, "people"), (4, "cases"))
        )
        if cases > at_risk:
            raise DataError(
                f"{where}: {cases} cases among {at_risk} people; count people with a case, once "
                "each."
            )
        found[process][group] = _Row(number, at_risk, cases)
    given = {process: groups for process, groups in found.items() if groups}
    if not given:
        raise DataError(f"{path}: there are no rows under the header.")
    for process, groups in given.items():
        _check(path, process, groups, plan)
    return tuple(
        Counted(
            process,
            periods[process],
            {group: row.at_risk for group, row in groups.items()},
            {group: row.cases for group, row in groups.items()},
        )
        for process, groups in given.items()
    )


def _named(where: str, plan: TablePlan, process: str, group: str) -> tuple[str, str]:
    known = [one.id for one in plan.processes]
    if process not in known:
        raise DataError(
            f"{where}: the questionnaire declares no process {process!r}; there are "
            f"{', '.join(known)}."
        )
    if group not in plan.group_by_id:
        raise DataError(
            f"{where}: the questionnaire declares no group {group!r}; groups are named like "
            f"{plan.groups[-1].id!r}."
        )
    return process, group


def _period(where: str, text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        raise DataError(
            f"{where}: the period is {text!r}; it must be its first and last month, such as "
            "2025-04/2026-03."
        ) from None


def _people(where: str, name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise DataError(f"{where}: {name} is {text!r}; it must be a number of people.")
    return int(text)


def _check(path: Path, process: str, given: Mapping[str, _Row], plan: TablePlan) -> None:
    """The force is there, levels are whole, and no parts are more than their whole."""
    if FORCE not in given:
        first = min(row.number for row in given.values())
        raise DataError(
            f"{path}, row {first}: {process} has no row for {FORCE}, which everybody is in; add it."
        )
    levels = {plan.level_of(plan.group_by_id[group]): row.number for group, row in given.items()}
    for group in plan.groups:
        row = levels.get(plan.level_of(group))
        if row is not None and group.id not in given:
            raise DataError(
                f"{path}, row {row}: {process} has a row for a group beside {group.id}, and none "
                "for that; give every group of a level, 0 where there is nobody."
            )
    for group_name in given:
        for parts in _splits(plan, plan.group_by_id[group_name]):
            if all(part in given for part in parts):
                _expect_no_more(path, process, given, group_name, parts)


def _splits(plan: TablePlan, group: Group) -> Iterator[list[str]]:
    """The parts of a group, by going one level down in each breakdown."""
    where = dict(group.where)
    for breakdown in plan.breakdowns:
        own = where.get(breakdown.id)
        children = [value for value in breakdown.values if value.parent == own]
        if children and not _overlap(children):
            yield [_id(plan, {**where, breakdown.id: child.id}) for child in children]


def _overlap(values: list[Value]) -> bool:
    union = frozenset[str]().union(*(value.categories for value in values))
    return len(union) < sum(len(value.categories) for value in values)


def _id(plan: TablePlan, where: Mapping[str, str]) -> str:
    return group_id(tuple((one, where[one]) for one in plan.breakdown_by_id if one in where))


def _expect_no_more(
    path: Path, process: str, given: Mapping[str, _Row], whole: str, parts: list[str]
) -> None:
    inside, of = [given[part] for part in parts], given[whole]
    for name, more, most in (
        ("people", sum(row.at_risk for row in inside), of.at_risk),
        ("cases", sum(row.cases for row in inside), of.cases),
        (
            "people without a case",
            sum(row.at_risk - row.cases for row in inside),
            of.at_risk - of.cases,
        ),
    ):
        if more > most:
            raise DataError(
                f"{path}, row {of.number}: {process} has {most} {name} in {whole} and {more} in "
                f"its parts {parts[0]} to {parts[-1]}; correct one of these rows."
            )
