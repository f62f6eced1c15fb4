"""Which levels of which tables are not published, in words."""

from __future__ import annotations

from analysis.release.model import BreakdownFacts, Release
from survey.results.scope import picked

_WHY = "most of its groups there are too small to be shown, or protect others"

Crossing = dict[str, str]
"""Breakdown -> level."""


def not_published(release: Release) -> tuple[str, ...]:
    """A sentence for each table of which a level is left out, the coarsest such level of each."""
    gone: dict[tuple[str, ...], list[Crossing]] = {}
    for _, level in release.manifest.not_published:
        crossing = dict(part.split("=", 1) for part in level.split("&"))
        gone.setdefault(tuple(crossing), []).append(crossing)
    facts = {one.id: one for one in release.manifest.breakdowns}
    return tuple(
        _sentence([facts[name] for name in names], levels, _levels(release, names))
        for names, levels in gone.items()
    )


def _sentence(
    breakdowns: list[BreakdownFacts], gone: list[Crossing], declared: list[Crossing]
) -> str:
    *first, last = [one.label[:1].lower() + one.label[1:] for one in breakdowns]
    title = f"The table by {', '.join(first)} and {last}" if first else f"The table by {last}"
    left = [one for one in declared if one not in gone]
    if not left:
        return f"{title} is not published: {_WHY}."
    finest = max(left, key=lambda one: [facts.levels.index(one[facts.id]) for facts in breakdowns])
    coarser = next(
        (
            finest[facts.id]
            for facts in breakdowns
            if any(
                facts.levels.index(finest[facts.id]) < facts.levels.index(one[facts.id])
                for one in gone
            )
        ),
        finest[breakdowns[0].id],
    )
    return f"{title} is not published below {coarser.replace('_', '-')} level: {_WHY}."


def _levels(release: Release, names: tuple[str, ...]) -> list[Crossing]:
    """The crossings of levels of some breakdowns that groups are declared on."""
    level_of = {
        (one.id, value): level
        for one in release.manifest.breakdowns
        for value, _, level, _ in one.values
    }
    found: list[Crossing] = []
    for row in release.groups:
        pairs = picked(release, row)
        crossing = {name: level_of[name, value] for name, value in pairs}
        if tuple(crossing) == names and crossing not in found:
            found.append(crossing)
    return found
