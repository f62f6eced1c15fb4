"""What colleagues learn who pool what they know of themselves."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.attack.findings import Tried
from analysis.attack.grid import Cell
from analysis.attack.material import Material, Published, people
from analysis.attack.sums import Counts, shown_people


def coalitions(material: Material) -> Tried:
    """Colleagues who know that they are in one hidden part: can the others still be k less them?"""
    tried = Tried()
    for published in material.releases:
        policy = published.release.manifest.policy
        colleagues = policy["coalition"]
        known = shown_people(published.release)
        counts = Counts(published.release, material.plan, known)
        names = {row.values: row.group for row in published.release.groups}
        for seat, target in _beside(counts, set(known), names):
            tried.count()
            found = counts.range([target], {seat: colleagues})
            if found is None:
                continue  # So many cannot be there.
            low, high = found
            if high < policy["k"] - colleagues or (low == high and high < policy["k"]):
                where = names.get(seat) or " & ".join(value for value in seat if value)
                tried.fell(
                    f"{published.name}: {colleagues} colleagues in {where} know that "
                    f"{names[target]} is {low:.0f} to {high:.0f} people"
                )
    return tried


def _beside(
    counts: Counts, shown: set[Cell], names: dict[Cell, str]
) -> Iterator[tuple[Cell, Cell]]:
    """Hidden parts that stand in one line with another hidden group."""
    found: dict[tuple[Cell, Cell], None] = {}
    for _, parts in counts.lines():
        hidden = [part for part in parts if part not in shown]
        for seat in hidden:
            for target in hidden:
                if seat != target and target in names:
                    found[seat, target] = None
    yield from found


def all_but_us(material: Material) -> Tried:
    """Exact bases: everybody but the colleagues themselves gave the same answer."""
    tried = Tried()
    for published in material.releases:
        if published.release.manifest.weight is None:  # Weighted shares are not people.
            _all_but(tried, published)
    return tried


def _all_but(tried: Tried, published: Published) -> None:
    release, policy = published.release, published.release.manifest.policy
    for row in release.estimates:
        if row.base is None or row.base < policy["fine_base"] or row.kind == "theme":
            continue
        for reading in ("positive", "neutral", "negative"):
            percent, bound = getattr(row, reading), getattr(row, f"{reading}_bound")
            if percent is None or bound:
                continue
            tried.count()
            _, most = people(row.base, policy)
            outside = most * (100 - percent + policy["share_step"] / 2) / 100
            if outside < policy["coalition"] + 1:
                tried.fell(
                    f"{published.name}: {percent} % of {row.base} in {row.group} are {reading} on "
                    f"{row.measure}: {int(outside)} others know how everybody else answered"
                )
