"""What a file of headcounts would load: totals by unit, crossings, and what does not add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis import csv_rows
from analysis import headcounts as files
from analysis.plan import FORCE, Group, TablePlan
from survey.planning import workbook


def read(name: str, content: bytes, plan: TablePlan) -> dict[str, int]:
    """Headcounts by group id from an uploaded file, CSV or XLSX.

    Raises:
        DataError: a line for each mistake, with the file, the row and what is wrong in it.
    """
    if workbook.is_workbook(content):
        return files.counted(name, workbook.rows(content, name), plan)
    return files.counted(name, csv_rows.rows_of(content, name), plan)


def as_csv(counts: Mapping[str, int]) -> str:
    """The same headcounts as a file, as the form carries them on."""
    rows = [",".join(files.COLUMNS), *(f"{group},{people}" for group, people in counts.items())]
    return "".join(f"{row}\n" for row in rows)


@dataclass(frozen=True)
class Line:
    """One unit or group.

    Attributes:
        depth: how many levels it stands below the first.
        people: None where the file does not say.
        parts: how many people its parts have, where the file gives all of them; else None.
        odd: what does not add up, in words.
    """

    label: str
    depth: int
    people: int | None
    parts: int | None
    odd: str


@dataclass(frozen=True)
class Totals:
    """One breakdown: its groups on all levels."""

    label: str
    lines: tuple[Line, ...]

    @property
    def has_parts(self) -> bool:
        """Whether a group of it has parts that the file gives."""
        return any(line.parts is not None for line in self.lines)


@dataclass(frozen=True)
class Preview:
    """What would be loaded.

    Attributes:
        groups: how many groups have a number, of how many.
        force: how many people there are in all; None where the file does not say.
        totals: by breakdown.
        crossings: (what is crossed, groups that have a number, of how many).
    """

    groups: int
    of: int
    force: int | None
    totals: tuple[Totals, ...]
    crossings: tuple[tuple[str, int, int], ...]

    @property
    def odd(self) -> int:
        """How many lines do not add up."""
        return sum(bool(line.odd) for one in self.totals for line in one.lines)


def preview(counts: Mapping[str, int], plan: TablePlan) -> Preview:
    """What these headcounts say."""
    return Preview(
        len(counts),
        len(plan.groups),
        counts.get(FORCE),
        tuple(_totals(counts, plan)),
        tuple(_crossings(counts, plan)),
    )


def _totals(counts: Mapping[str, int], plan: TablePlan) -> Iterator[Totals]:
    for breakdown in plan.breakdowns:
        groups = [
            group
            for group in plan.groups
            if len(group.where) == 1 and group.where[0][0] == breakdown.id
        ]
        if groups:
            ordered = _with_parts_below(groups)
            lines = (_line(group, depth, groups, counts) for group, depth in ordered)
            yield Totals(breakdown.label, tuple(lines))


def _with_parts_below(groups: list[Group]) -> Iterator[tuple[Group, int]]:
    """Each group with those inside it right below, and how deep it stands."""
    ids = {group.id for group in groups}

    def below(parent: str | None, depth: int) -> Iterator[tuple[Group, int]]:
        for group in groups:
            if (group.parent if group.parent in ids else None) == parent:
                yield group, depth
                yield from below(group.id, depth + 1)

    return below(None, 0)


def _line(group: Group, depth: int, groups: list[Group], counts: Mapping[str, int]) -> Line:
    people = counts.get(group.id)
    inside = [counts.get(one.id) for one in groups if one.parent == group.id]
    given = [one for one in inside if one is not None]
    whole = bool(inside) and len(given) == len(inside)
    parts = sum(given) if whole else None
    odd = ""
    if people is not None and sum(given) > people:
        odd = f"its parts have {sum(given) - people:,} more"
    elif people is not None and parts is not None and parts < people:
        odd = f"{people - parts:,} are in none of its parts"
    return Line(group.label, depth, people, parts, odd)


def _crossings(counts: Mapping[str, int], plan: TablePlan) -> Iterator[tuple[str, int, int]]:
    labels = {one.id: one.label for one in plan.breakdowns}
    found: dict[tuple[str, ...], list[int]] = {}
    for group in plan.groups:
        if len(group.where) > 1:
            crossed = tuple(breakdown for breakdown, _ in group.where)
            given = found.setdefault(crossed, [0, 0])
            given[0] += group.id in counts
            given[1] += 1
    for crossed, (some, of) in found.items():
        yield " and ".join(labels[one].lower() for one in crossed), some, of
