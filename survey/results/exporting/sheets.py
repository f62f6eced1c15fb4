"""The published tables as sheets of a workbook: labels first, every cell filled, ids last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis import export
from analysis.release import headings
from analysis.release.headings import HEADINGS, LOW_BASE
from analysis.release.model import Release
from analysis.release.tables import Cell, Column
from survey.results.scope import Scope

Row = tuple[headings.Value, ...]

ROUNDED, HIDDEN, RANGE, CHANCE = "rounded", "hidden", "range", "chance"
"""Notes that a sheet may refer to; `cover.NOTES` has their words."""


@dataclass(frozen=True)
class Sheet:
    """A visible sheet with one table.

    Attributes:
        tab: its name, at most 31 characters.
        title: what stands above the table.
        headings: of the columns; no two alike.
        rows: one cell for each heading, none of them empty.
        notes: keys of the notes that the title refers to.
    """

    tab: str
    title: str
    headings: tuple[str, ...]
    rows: Sequence[Row]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tab:
    """How a published table is put into a workbook: tab, title and notes of its sheet."""

    table: str
    tab: str
    title: str
    notes: tuple[str, ...] = ()
    kind: str = ""


TABS = (
    Tab("groups", "Who answered", "Groups, answers and response", (ROUNDED, HIDDEN)),
    Tab("estimates", "Themes", "Themes: figures by group", (ROUNDED, HIDDEN, RANGE), "theme"),
    Tab(
        "estimates", "Statements", "Statements: figures by group",
        (ROUNDED, HIDDEN, RANGE), "item",
    ),
    Tab("distributions", "Answers", "Every answer, by group", (ROUNDED, HIDDEN)),
    Tab(
        "comparisons", "Comparisons",
        "Each group against the rest, and watched groups against others", (HIDDEN, RANGE, CHANCE),
    ),
    Tab(
        "standardised", "Gaps and places", "What of a gap goes with where people work",
        (HIDDEN, RANGE),
    ),
    Tab(
        "concerns", "Concerns and strengths", "Areas of concern, levels of concern and strengths",
        (RANGE, CHANCE),
    ),
    Tab("trends", "Trends", "Figures over the surveys", (ROUNDED, HIDDEN, RANGE)),
    Tab("slopes", "How lines moved", "How figures moved over the surveys", (HIDDEN, RANGE, CHANCE)),
    Tab("benchmarks", "Figures of others", "The force beside figures of others", (RANGE,)),
    Tab("changes", "What was done", "What changed where something was done", (HIDDEN, RANGE)),
    Tab("ladders", "In place of hidden groups", "What is shown in place of groups that are not"),
    Tab(
        "procedures", "Procedures",
        "Formal processes as HR counted them: each group beside everyone else",
        (ROUNDED, HIDDEN, RANGE, CHANCE),
    ),
    Tab(
        "representativeness", "Evenness", "How evenly groups answered, and who is missing",
        (HIDDEN,),
    ),
    Tab("reliability", "Reliability", "How well the statements of each theme hang together"),
    Tab("drivers", "What goes together", "Which themes go together with the outcome"),
    Tab("measures", "What was asked", "Themes and statements"),
    Tab("categories", "Answer scales", "Answers that each statement offers"),
)  # fmt: skip
"""The sheets of a workbook, in the order in which a reader wants them."""

_LABELS = {
    "group": "label",
    "against": "against_label",
    "measure": "measure_label",
    "item": "item_label",
    "category": "category_label",
    "process": "process_label",
    "wave": "wave_label",
}
"""Id column -> the column of labels that stands for it in front."""

_OWN_LABEL = {"measures": "measure_label", "categories": "category_label"}
"""Tables whose `label` is no group's."""

_AT_THE_END = {*_LABELS, "table", "parent", "asked", "fingerprint"}


@dataclass(frozen=True)
class Laid:
    """One published table being laid out: for its columns, where each cell comes from.

    Attributes:
        titles: wave -> its title, of all waves that are known.
    """

    release: Release
    table: str
    columns: tuple[Column, ...]
    titles: Mapping[str, str]

    @cached_property
    def places(self) -> dict[str, int]:
        """Column -> its place in a published row."""
        return {one.name: at for at, one in enumerate(self.columns)}

    @cached_property
    def breakdowns(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Column of a breakdown -> its label, and those of its values; only groups have such."""
        if self.table != "groups":
            return {}
        at = self.places["parent"] + 1
        return {
            self.columns[at + number].name: (one.label, {v: text for v, text, _, _ in one.values})
            for number, one in enumerate(self.release.manifest.breakdowns)
        }

    @cached_property
    def order(self) -> tuple[tuple[str, str], ...]:
        """(column of the sheet, column that it is made from), in the order of the sheet."""
        names = list(self.places)
        front = [(_LABELS[one], one) for one in names if one in _LABELS and self._adds(one)]
        own = [(one, one) for one in names if one == "label"]
        middle = [(one, one) for one in names if one not in _AT_THE_END and one != "label"]
        return (*front, *own, *middle, *((one, one) for one in names if one in _AT_THE_END))

    def _adds(self, name: str) -> bool:
        """Whether an id gets a label beside it that the table does not have itself."""
        return "label" not in self.places or (self.table, name) == ("categories", "item")

    def heading(self, column: str) -> str:
        """The heading of a column of the sheet."""
        if column in self.breakdowns:
            return headings.breakdown_heading(self.breakdowns[column][0])
        if column == "label":
            column = _OWN_LABEL.get(self.table, column)
        return HEADINGS[column]

    def reader(
        self, column: str, source: str
    ) -> Callable[[tuple[Cell, ...], bool], headings.Value]:
        """What takes the cell of a column out of a published row, given whether it is shown."""
        at = self.places[source]
        if column != source:
            labels = _labels(self.release, source, self.titles)
            if source == "category":
                item = self.places["item"]
                return lambda row, _: labels.get(f"{row[item]} {row[at]}", str(row[at]))
            return lambda row, _: labels.get(str(row[at]), str(row[at]))
        if column in self.breakdowns:
            values = self.breakdowns[column][1]
            return lambda row, _: values.get(str(row[at] or ""), headings.EVERYBODY)
        return lambda row, shown: headings.written(column, row[at], shown=shown)


def of_tables(
    release: Release, scope: Scope, titles: Mapping[str, str], tabs: Sequence[Tab] = TABS
) -> Iterator[Sheet]:
    """A sheet for each published table that has rows within `scope`.

    Args:
        release: what was published.
        scope: whose rows are wanted.
        titles: wave id -> title, for the tables over waves.
        tabs: which tables, in order.
    """
    for tab in tabs:
        sheet = of_table(release, scope, titles, tab)
        if sheet.rows:
            yield sheet


def of_table(release: Release, scope: Scope, titles: Mapping[str, str], tab: Tab) -> Sheet:
    """One published table as a sheet; of measures of one kind where `tab` says so."""
    groups = None if scope.command is None else scope.groups
    columns, rows = export.cells(release, tab.table, groups)
    laid = Laid(release, tab.table, columns, titles)
    if tab.kind:
        kind = laid.places["kind"]
        rows = [row for row in rows if row[kind] == tab.kind]
    readers = [laid.reader(*pair) for pair in laid.order]
    status = laid.places.get("status")
    found: list[Row] = []
    for row in rows:
        shown = status is None or row[status] == "shown"
        found.append(tuple(read(row, shown) for read in readers))
    names = tuple(laid.heading(column) for column, _ in laid.order)
    if status is not None:
        found = _with_low_bases(release, laid, rows, found)
    return Sheet(tab.tab, tab.title, names, found, tab.notes)


def _with_low_bases(
    release: Release, laid: Laid, rows: Sequence[tuple[Cell, ...]], made: list[Row]
) -> list[Row]:
    """The same rows, with the symbol of a low base as the status of what rests on one."""
    fine = release.manifest.policy["fine_base"]
    at = [column for column, _ in laid.order].index("status")
    measure = laid.places.get("measure", laid.places.get("item"))
    group, base, wave = (laid.places.get(one) for one in ("group", "base", "wave"))
    if group is None:
        return made
    for number, (row, cells) in enumerate(zip(rows, made, strict=True)):
        if cells[at] != "shown" or (wave is not None and row[wave] != release.manifest.wave):
            continue
        of = row[base] if base is not None else _base(release, row, group, measure)
        if isinstance(of, int) and of < fine:
            made[number] = (*cells[:at], LOW_BASE, *cells[at + 1 :])
    return made


def _base(release: Release, row: Sequence[Cell], group: int, measure: int | None) -> int | None:
    """The published people behind a row: of its measure, else of its group."""
    if measure is not None:
        found = release.estimate_by_key.get((str(row[group]), str(row[measure])))
        if found is not None and found.base is not None:
            return found.base
    of = release.group_by_id.get(str(row[group]))
    return None if of is None else of.base


def _labels(release: Release, source: str, titles: Mapping[str, str]) -> Mapping[str, str]:
    """Id -> label, of what a column names."""
    if source in ("group", "against"):
        return {row.group: row.label for row in release.groups}
    if source in ("measure", "item"):
        return {row.measure: row.label for row in release.measures}
    if source == "category":
        return {
            f"{row.measure} {code}": label
            for row in release.measures
            for code, label, _ in row.categories
        }
    if source == "process":
        return {one.id: one.label for one in release.manifest.processes}
    return titles
