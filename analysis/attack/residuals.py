"""Long tables of counts, such as other people's publications, and exports: units, parents, items.

A row says how many people of a unit answered an item; an empty count is one that is not shown. A
unit that no row holds, and people in no unit, are what a parent has beyond its published children.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.attack.findings import Tried
from analysis.attack.material import Material, Published, Sheet, whole
from analysis.attack.sums import Counts, Range, shown_people
from analysis.policy import DisclosurePolicy
from analysis.release.known import people

_ENOUGH = 3
"""Items that have to agree before the share in no unit is taken to be known."""


@dataclass(frozen=True)
class Line:
    """A parent and its children on every item: fewest and most people, None where not shown."""

    name: str
    parent: Mapping[str, Range]
    children: Mapping[str, Mapping[str, Range | None]]


def subtractions(material: Material) -> Tried:
    """Parents less their published children, item by item: does that leave 1 to k - 1 people?"""
    tried = Tried()
    for line in (*_of_sheets(material), *_of_exports(material)):
        for item, (least, most) in line.parent.items():
            shown = [child[item] for child in line.children.values() if child.get(item)]
            if not shown:
                continue
            tried.count()
            low = least - sum(one[1] for one in shown if one)
            high = most - sum(one[0] for one in shown if one)
            if low >= 1 and high < material.k:
                tried.fell(f"{line.name}, {item}: the children leave {_span(low, high)} people")
    return tried


def items_against_each_other(material: Material) -> Tried:
    """A unit hidden for one item only, from the share in no unit on the other items."""
    tried = Tried()
    for line in (*_of_sheets(material), *_of_releases(material)):
        shares = dict(_shares(line))
        for item, parent in line.parent.items():
            hidden = [
                name for name, child in line.children.items()
                if child.get(item) is None and any(child.values())
            ]  # fmt: skip
            known = [share for other, share in shares.items() if other != item]
            if not hidden or len(known) < _ENOUGH:
                continue
            tried.count()
            shown = [child[item] for child in line.children.values() if child.get(item)]
            rest = min(low for low, _ in known), max(high for _, high in known)
            low = parent[0] * (1 - rest[1]) - sum(one[1] for one in shown if one)
            high = parent[1] * (1 - rest[0]) - sum(one[0] for one in shown if one)
            # Half a person either way is rounding, not knowledge.
            if 0.5 <= high < material.k - 0.5:
                tried.fell(
                    f"{line.name}, {item}: {' and '.join(hidden)} is estimated at "
                    f"{_span(max(0, round(low)), round(high))} people from the other items"
                )
    return tried


def _shares(line: Line) -> Iterator[tuple[str, Range]]:
    """The share of the parent in no child, for items on which every child is shown."""
    for item, (least, most) in line.parent.items():
        found = [child.get(item) for child in line.children.values()]
        if least > 0 and found and all(found):
            inside = [one for one in found if one]
            low = least - sum(one[1] for one in inside)
            high = most - sum(one[0] for one in inside)
            yield item, (max(0.0, low / most), max(0.0, high / least))


def _span(low: float, high: float) -> str:
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"


def _of_sheets(material: Material) -> Iterator[Line]:
    for sheet in material.sheets:
        if sheet.table == "long":
            yield from _lines(sheet)


def _lines(sheet: Sheet) -> Iterator[Line]:
    counts: dict[str, dict[str, Range | None]] = {}
    inside: dict[str, set[str]] = {}
    for row in sheet.rows:
        number = whole(row["count"])
        counts.setdefault(row["unit"], {})[row["item"]] = (
            None if number is None else (float(number), float(number))
        )
        if row["parent"]:
            inside.setdefault(row["parent"], set()).add(row["unit"])
    for parent, units in inside.items():
        own = {item: one for item, one in counts.get(parent, {}).items() if one is not None}
        yield Line(f"{sheet.name}: {parent}", own, {unit: counts[unit] for unit in sorted(units)})


def _of_exports(material: Material) -> Iterator[Line]:
    """Bases of exported groups: a group, and those that one more breakdown or level splits it into.

    Whoever has the Release itself has these sums in its grid; an export may be all there is.
    """
    for sheet in material.sheets:
        if sheet.table != "groups":
            continue
        first, last = sheet.columns.index("parent") + 1, sheet.columns.index("base")
        bases: dict[str, Range | None] = {}
        parts: dict[tuple[str, tuple[bool, ...]], list[str]] = {}
        for row in sheet.rows:
            base = whole(row["base"])
            known = None if base is None else people(base, DisclosurePolicy().as_dict())
            bases[row["group"]] = known
            split = tuple(bool(row[column]) for column in sheet.columns[first:last])
            if row["parent"]:
                parts.setdefault((row["parent"], split), []).append(row["group"])
        for (parent, _), inside in parts.items():
            own = bases.get(parent)
            if own is not None:
                children = {child: {"base": bases[child]} for child in inside}
                yield Line(f"{sheet.name}: {parent}", {"base": own}, children)


def _of_releases(material: Material) -> Iterator[Line]:
    """Items that state bases of their own, along every line of the tables."""
    for published in material.releases:
        counts = Counts(
            published.release,
            material.plan_of(published.release),
            shown_people(published.release),
        )
        names = {row.values: row.group for row in published.release.groups}
        for parent, parts in counts.lines():
            if parent in names:
                children = {
                    names[part]: _bases(published, names[part]) for part in parts if part in names
                }
                own = {item: one for item, one in _bases(published, names[parent]).items() if one}
                yield Line(f"{published.name}: {names[parent]}", own, children)


def _bases(published: Published, group: str) -> dict[str, Range | None]:
    """The base of each item: its own, or the group's less those who may have left it out."""
    found: dict[str, Range | None] = {}
    for measure in published.release.measures:
        row = published.release.estimate_by_key.get((group, measure.measure))
        if measure.kind != "item" or row is None:
            continue
        found[measure.measure] = None
        if row.base is not None:
            low, high = people(row.base, published.release.manifest.policy)
            own = row.base != published.release.group_by_id[group].base
            found[measure.measure] = (float(low) if own else 0.75 * low, float(high))
    return found
