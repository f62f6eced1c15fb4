"""Sums and differences of bases inside a Release: tables, levels, roll-ups, items, what is left."""

from __future__ import annotations

import math

from analysis.attack.breaches import Breach
from analysis.attack.findings import Claim, Tried
from analysis.attack.material import Material, Published, hidden_of
from analysis.attack.sums import Counts, shown_people


def groups(material: Material) -> Tried:
    """Hidden groups from everything that adds up: tables, levels and roll-ups at once."""
    tried = Tried(sum(len(tuple(hidden_of(one.release))) for one in material.releases))
    for published, breach in material.found("bound", "pinned", "threshold", "contradiction"):
        if not _item(published, breach):
            tried.fell(f"{published.name}: {breach.words}", _claim(material, published, breach))
    return tried


def overlaps(material: Material) -> Tried:
    """Two breakdowns of one question: who is counted in one value here and in another there."""
    tried = Tried(sum(math.comb(len(one.release.manifest.breakdowns), 2)
                      for one in material.releases))  # fmt: skip
    for published, breach in material.found("overlap"):
        tried.fell(f"{published.name}: {breach.words}")
    return tried


def rests(material: Material) -> Tried:
    """What shown parts leave of a shown whole: complements and those who did not say."""
    tried = Tried(sum(len(one.release.groups) for one in material.releases))
    for published, breach in material.found("rest"):
        if not _item(published, breach):
            tried.fell(f"{published.name}: {breach.words}")
    return tried


def items(material: Material) -> Tried:
    """Small bases of an item by routing or silence, and how many were routed or silent."""
    tried = Tried(sum(len(one.release.estimates) for one in material.releases))
    for published, breach in material.found(
        "bound", "pinned", "threshold", "contradiction", "rest"
    ):
        if _item(published, breach):
            tried.fell(f"{published.name}: {breach.words}")
    return tried


def _item(published: Published, breach: Breach) -> bool:
    """Whether the words name an item or theme, in brackets at their end."""
    named = breach.words.rpartition("(")[2].rstrip(")")
    return breach.words.endswith(")") and named in published.release.measure_by_id


def _claim(material: Material, published: Published, breach: Breach) -> Claim | None:
    release = published.release
    row = release.group_by_id.get(breach.group)
    if row is None or breach.kind == "contradiction":
        return None
    found = Counts(release, material.plan_of(release), shown_people(release)).range([row.values])
    if found is None:
        return None
    return Claim(release.manifest.wave, ((row.values, 1),), *found)
