"""Units under other names: what two publications tell of the same people by two sets of units."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from analysis.attack.findings import Claim, Tried
from analysis.attack.lineage import stood_for
from analysis.attack.material import Material
from analysis.attack.sums import Range, shown_people
from analysis.release.sums import Cell


def merged(material: Material) -> Tried:
    """Units that were merged: what a publication by the new units leaves of one by the old.

    Of the same wave only: there the same people answered. A merged unit less the old ones that
    were shown is the old ones that were not.
    """
    tried = Tried()
    for one, other in permutations(material.releases, 2):
        if one.release.manifest.wave != other.release.manifest.wave:
            continue
        new, old = shown_people(one.release), shown_people(other.release)
        cells = {row.group: row.values for row in other.release.groups}
        for row in one.release.groups:
            parts = stood_for(one.release, row.group, other.release)
            known = [cells[part] for part in parts if part in cells]
            if len(known) < 2 or len(known) < len(parts) or row.values not in new:
                continue
            tried.count()
            for found in _left(new[row.values], known, old):
                low, high = found
                if high >= material.k or high < 1:
                    continue
                hidden = tuple((cell, 1) for cell in known if cell not in old)
                tried.fell(
                    f"{one.name} and {other.name}: {row.group} less the units that it was made of "
                    f"is {max(0, low):.0f} to {high:.0f} people",
                    Claim(other.release.manifest.wave, hidden, max(0, low), high),
                )
    return tried


def _left(whole: Range, parts: list[Cell], shown: dict[Cell, Range]) -> Iterator[Range]:
    """What the shown parts leave of a whole, where some part is not shown."""
    seen = [shown[one] for one in parts if one in shown]
    if 0 < len(seen) < len(parts):
        yield whole[0] - sum(high for _, high in seen), whole[1] - sum(low for low, _ in seen)
