"""What colleagues learn who pool what they know of themselves."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.attack.findings import Tried
from analysis.attack.grid import Cell
from analysis.attack.material import Material, Published
from analysis.attack.sums import Counts, Range, shown_people
from analysis.release.known import people


def coalitions(material: Material) -> Tried:
    """Colleagues who know that they are in one hidden part: can the others still be k less them?"""
    tried = Tried()
    for published in material.releases:
        policy = published.release.manifest.policy
        colleagues = policy["coalition"]
        known = shown_people(published.release)
        counts = Counts(published.release, material.plan_of(published.release), known)
        names = {row.values: row.group for row in published.release.groups}
        for target, seats in _beside(counts, set(known), names).items():
            tried.count(len(seats))
            # Colleagues in all seats at once know more than those in any one of them.
            if _stands(counts.range([target], dict.fromkeys(seats, colleagues)), policy):
                continue
            for seat in seats:
                found = counts.range([target], {seat: colleagues})
                # Where no table fits, so many cannot be there.
                if found is not None and not _stands(found, policy):
                    where = names.get(seat) or " & ".join(value for value in seat if value)
                    tried.fell(
                        f"{published.name}: {colleagues} colleagues in {where} know that "
                        f"{names[target]} is {found[0]:.0f} to {found[1]:.0f} people"
                    )
    return tried


def _stands(found: Range | None, policy: Mapping[str, int]) -> bool:
    """Whether what is left can still be a group, and more than one number."""
    if found is None or found[1] < policy["k"] - policy["coalition"]:
        return False
    return found[0] < found[1] or found[1] >= policy["k"]


def _beside(
    counts: Counts, shown: set[Cell], names: dict[Cell, str]
) -> dict[Cell, tuple[Cell, ...]]:
    """Each hidden group, and the hidden parts that stand in one line with it."""
    found: dict[Cell, dict[Cell, None]] = {}
    for _, parts in counts.lines():
        hidden = [part for part in parts if part not in shown]
        for target in hidden:
            if target in names:
                found.setdefault(target, {}).update(
                    (seat, None) for seat in hidden if seat != target
                )
    return {target: tuple(seats) for target, seats in found.items() if seats}


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
