"""What an attacker has: published files and nothing else, laid out for attacking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from analysis.attack.audit import audit
from analysis.attack.breaches import Breach, BreachKind
from analysis.attack.elements import Node, parsed
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy
from analysis.release import tables
from analysis.release.model import Release

Record = Mapping[str, str]
"""A row of a table: column -> text as published."""

_PEOPLE = {"base", "headcount"}
KEYS = (
    *("group", "measure", "item", "category", "against", "kind", "wave"),
    *("source", "year", "process", "breakdown", "parts_level"),
)
"""Columns that say what a row is of."""

_TABLE_COLUMNS = {
    "groups": {"group", "table", "label", "parent", "base", "status"},
    "estimates": {"group", "measure", "positive", "status"},
    "distributions": {"group", "item", "category", "percent", "status"},
    "comparisons": {"group", "measure", "against", "gap", "status"},
    "trends": {"group", "measure", "wave", "value", "status"},
    "benchmarks": {"group", "measure", "source", "year", "gap", "status"},
    "slopes": {"group", "measure", "since", "change", "status"},
    "concerns": {"group", "measure", "against", "gap", "words"},
    "standardised": {"group", "measure", "breakdown", "stays", "status"},
    "procedures": {"group", "process", "period", "cases", "status"},
    "changes": {"group", "measure", "value_before", "value_after", "status"},
    "representativeness": {"group", "breakdown", "parts_level", "partial", "missing"},
    "reliability": {"group", "measure", "item_count", "alpha", "status"},
    "drivers": {"group", "measure", "outcome", "share", "status"},
}
_LONG = {"unit", "parent", "item", "count"}


@dataclass(frozen=True)
class Published:
    """A Release and the name of the file or folder that it came in."""

    name: str
    release: Release


@dataclass(frozen=True)
class Sheet:
    """A CSV file, or a table in a workbook, as it was published: `rows` are cells by column.

    `wave` is the one that all its rows name themselves; None where they name none. `beyond` is how
    long each row of the file is beyond its cells; empty where that is not known.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[Record, ...]
    wave: str | None = None
    beyond: tuple[int, ...] = ()

    @cached_property
    def table(self) -> str:
        """Which table of a Release it holds; "long" for counts; "" for anything else."""
        found = set(self.columns)
        if found >= _LONG:
            return "long"
        fits = (name for name, columns in _TABLE_COLUMNS.items() if found >= columns)
        return next(fits, "")


@dataclass(frozen=True)
class Unseen:
    """A number that stands in a workbook where nobody sees it.

    Attributes:
        where: sheet and cell, or the part of the file.
    """

    where: str
    text: str


@dataclass(frozen=True)
class Workbook:
    """A spreadsheet file.

    Attributes:
        sheets: the tables in its sheets, with hidden sheets and hidden cells.
        looked: how many cells and parts were looked at for what nobody sees.
    """

    name: str
    sheets: tuple[Sheet, ...]
    unseen: tuple[Unseen, ...]
    looked: int


@dataclass(frozen=True)
class Page:
    """A saved page."""

    name: str
    html: str

    @cached_property
    def parsed(self) -> tuple[Node, tuple[str, ...]]:
        """Its elements, and the comments in its markup."""
        return parsed(self.html)


@dataclass(frozen=True)
class Records:
    """A file of JSON, and what it holds."""

    name: str
    value: Any


@dataclass(frozen=True)
class Edition:
    """The tables of one wave as one source gives them.

    Attributes:
        cells: (table, key of the row, column) -> text; every column that is no key.
        order: table -> group of each row, in the order of the file.
        corrects: whether it is a Release that replaces another one, and may have other headcounts.
    """

    name: str
    wave: str
    policy: Mapping[str, int]
    cells: Mapping[tuple[str, tuple[str, ...], str], str]
    order: Mapping[str, tuple[str, ...]]
    corrects: bool = False

    @cached_property
    def people(self) -> Mapping[tuple[str, tuple[str, ...], str], str]:
        """The cells that count people."""
        return {key: text for key, text in self.cells.items() if key[2] in _PEOPLE}

    @cached_property
    def empty(self) -> frozenset[tuple[str, tuple[str, ...], str]]:
        """The cells in which nothing stands."""
        return frozenset(key for key, text in self.cells.items() if text == "")

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Groups whose own row says that they are not shown."""
        return frozenset(
            key[0]
            for (table, key, column), text in self.cells.items()
            if table == "groups" and column == "status" and text == "c"
        )


@dataclass(frozen=True)
class Material:
    """Everything that one attacker holds.

    Attributes:
        sheets: of CSV files and of workbooks.
        plan: from the questionnaire, which is public; tells which parts make up a value.
        plans: fingerprint of a questionnaire -> its plan, where waves had several.
        spare: name of a file -> bytes of it that belong to nothing that is read.
        pools: id of a wave that is several ones published together -> these, published or not.
        comments: what people wrote; only who tries the project on itself has them.
    """

    releases: tuple[Published, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    pages: tuple[Page, ...] = ()
    workbooks: tuple[Workbook, ...] = ()
    plan: TablePlan | None = None
    comments: tuple[str, ...] = ()
    plans: Mapping[str, TablePlan] = field(default_factory=dict)
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    records: tuple[Records, ...] = ()
    spare: Mapping[str, int] = field(default_factory=dict)

    def plan_of(self, release: Release) -> TablePlan | None:
        """The plan by which a Release was made, or else the one that is known."""
        return self.plans.get(release.manifest.questionnaire_fingerprint, self.plan)

    @cached_property
    def editions(self) -> tuple[Edition, ...]:
        """Every Release and every exported table, as tables of one wave each."""
        return (
            *(_of_release(one) for one in self.releases),
            *(
                self._of_sheet(part)
                for sheet in self.sheets
                if sheet.table not in ("", "long")
                for part in _by_wave(sheet)
            ),
        )

    @cached_property
    def seen_through(self) -> dict[str, tuple[Breach, ...]]:
        """What the auditor of Releases sees through, by name of the Release."""
        return {one.name: audit(one.release, self.plan_of(one.release)) for one in self.releases}

    def found(self, *kinds: BreachKind) -> Iterator[tuple[Published, Breach]]:
        """What the auditor sees through in these ways."""
        for one in self.releases:
            for breach in self.seen_through[one.name]:
                if breach.kind in kinds:
                    yield one, breach

    @cached_property
    def k(self) -> int:
        """The strictest threshold that any Release names; the default without one."""
        named = [one.release.manifest.policy["k"] for one in self.releases]
        return max(named, default=DisclosurePolicy().k)

    def _of_sheet(self, sheet: Sheet) -> Edition:
        """An export belongs to the wave that its name starts with, or that its only Release has."""
        waves = {one.release.manifest.wave: one.release.manifest.policy for one in self.releases}
        file = sheet.name.rpartition("/")[2]
        named = sorted((wave for wave in waves if file.startswith(wave)), key=len)
        if sheet.wave is not None:
            named = [sheet.wave] if sheet.wave in waves else []
            waves = {wave: policy for wave, policy in waves.items() if wave in named}
        wave = named[-1] if named else next(iter(waves)) if len(waves) == 1 else ""
        return _edition(
            sheet.name, wave, waves.get(wave, DisclosurePolicy().as_dict()),
            {sheet.table: [dict(row) for row in sheet.rows]},
        )  # fmt: skip


def _by_wave(sheet: Sheet) -> Iterator[Sheet]:
    """A sheet in which waves stand one below the other, as one sheet each; any other as it is."""
    if "wave" not in sheet.columns or sheet.table == "trends":
        yield sheet
        return
    columns = tuple(one for one in sheet.columns if one != "wave")
    for wave in dict.fromkeys(row["wave"] for row in sheet.rows):
        rows = (row for row in sheet.rows if row["wave"] == wave)
        kept = tuple({one: row[one] for one in columns} for row in rows)
        yield Sheet(sheet.name, columns, kept, wave)


def _of_release(published: Published) -> Edition:
    manifest = published.release.manifest
    breakdowns = [one.id for one in manifest.breakdowns]
    found = {}
    for table in _TABLE_COLUMNS:
        names = [column.name for column in tables.columns(table, breakdowns)]
        found[table] = [
            {name: _text(cell) for name, cell in zip(names, record, strict=True)}
            for record in tables.records(published.release, table)
        ]
    made = _edition(published.name, manifest.wave, manifest.policy, found)
    return replace(made, corrects=manifest.replaces is not None)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)


def _edition(
    name: str, wave: str, policy: Mapping[str, int], found: Mapping[str, list[dict[str, str]]]
) -> Edition:
    keyed = (
        (table, tuple(row[key] for key in KEYS if key in row), row)
        for table, rows in found.items()
        for row in rows
    )
    of_the_row = frozenset(KEYS)
    cells = {
        (table, key, column): text
        for table, key, row in keyed
        for column, text in row.items()
        if column not in of_the_row
    }
    order = {table: tuple(row["group"] for row in rows) for table, rows in found.items()}
    return Edition(name, wave, policy, cells, order)


def whole(text: str) -> int | None:
    """A published whole number; None when the cell is empty or holds something else."""
    return int(text) if text.isascii() and text.lstrip("-").isdigit() else None


def hidden_of(release: Release) -> Iterator[str]:
    """Groups that a Release does not show."""
    return (row.group for row in release.groups if row.status != "shown")
