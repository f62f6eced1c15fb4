"""Which headcounts may be shown, so that those that are not cannot be worked out from them.

A headcount is left out where nearly everybody answered, or of a group that is not shown. Were it
the only one left out among the parts of a whole, it would be the whole less the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.bands import Bands, limits
from analysis.disclosure.lines import Line, additive_lines
from analysis.plan import TablePlan

Limits = tuple[list[float], list[float]]
"""The fewest and the most people that each group can have, in plan order."""


@dataclass(frozen=True)
class Told:
    """Headcounts and answers in plan order, the force first.

    Attributes:
        sizes: exact headcounts; None when unknown.
        answered: people who answered where readers see it; 0 in a group that is not shown.
        small: whether fewer than k people of the group answered.
        told: whose headcount may be shown by the rules for one group alone.
        cards: codes that were made, which everybody knows: no more people were asked.
        fixed: whose headcount is told already, and stays so.
        others: where the people are not those who were asked: answers are no fewest, and only
            about as many people as answered look like those who did.
        bands: row -> the fewest and the most people, as the page told before anybody answered.
    """

    sizes: tuple[int | None, ...]
    answered: tuple[int, ...]
    small: tuple[bool, ...]
    told: frozenset[int]
    cards: int | None = None
    fixed: frozenset[int] = frozenset()
    others: frozenset[int] = frozenset()
    bands: Mapping[int, tuple[int, float]] = field(default_factory=dict)


def tellable(plan: TablePlan, known: Told, k: int) -> frozenset[int]:
    """The groups of `known.told` whose headcounts give nothing away together.

    Nothing given away means: where a headcount is not shown there can be k people or more who did
    not answer, and a small group can have k people. The smallest headcount beside one that is open
    is left out, until none is, or only `known.fixed` are left.
    """
    if not known.told:
        return known.told
    lines = tuple(additive_lines(plan))
    whole = {line: _is_whole(line, known.sizes) for line in lines}
    told = known.told
    while (least := next(_to_leave_out(whole, known, told, k), None)) is not None:
        told -= {least}
    return told


def nearly_all(plan: TablePlan, bands: Bands, people: Sequence[int], k: int) -> list[bool]:
    """The groups of which bands told before the wave would say that fewer than k did not answer.

    Looked at as if every group of k people or more were shown. The force is none of them: how many
    cards there are says as much of it.

    Args:
        plan: its groups.
        bands: group id -> lower edge.
        people: answers of each of `plan.groups`.
        k: people.
    """
    told = rows_of(plan, bands)
    answered = tuple(n if n >= k else 0 for n in people)
    least, most = [float(n) for n in answered], [math.inf] * len(answered)
    for group, (fewest, greatest) in told.items():
        least[group], most[group] = max(least[group], fewest), greatest
    _settle(dict.fromkeys(additive_lines(plan), False), least, most)
    return [
        row > 0 and n > 0 and greatest - n < k
        for row, (n, greatest) in enumerate(zip(answered, most, strict=True))
    ]


def rows_of(plan: TablePlan, bands: Bands) -> dict[int, tuple[int, float]]:
    """Bands by the row of their group."""
    return {
        row: limits(bands[group.id]) for row, group in enumerate(plan.groups) if group.id in bands
    }


def _is_whole(line: Line, sizes: tuple[int | None, ...]) -> bool:
    """Whether the headcounts of the parts add up to that of the group: nobody's is unknown."""
    parts = [sizes[child] for child in line.children]
    known = [size for size in parts if size is not None]
    return len(known) == len(parts) and sum(known) == sizes[line.parent]


def _to_leave_out(
    lines: Mapping[Line, bool], known: Told, told: frozenset[int], k: int
) -> Iterator[int]:
    for group in _open(lines, known, told, k):
        beside = {
            one
            for line in lines
            if group in (line.parent, *line.children)
            for one in (line.parent, *line.children)
        }
        # The most that it can have may come from further away than its own lines.
        yield from sorted(
            beside & told - known.fixed or told - known.fixed,
            key=lambda one: (known.sizes[one] or 0, -one),
        )


def _open(lines: Mapping[Line, bool], known: Told, told: frozenset[int], k: int) -> Iterator[int]:
    """Groups that are not told, and of which readers know too well how many people they have."""
    _, most = _limits(lines, known, told, k)
    for group, answered in enumerate(known.answered):
        guarded = answered > 0 or known.small[group]
        silent = most[group] - answered
        alike = group not in known.others or silent >= -k
        if group not in told and guarded and alike and silent < k:
            yield group


def untold_and_few(plan: TablePlan, known: Told, k: int) -> int | None:
    """A group of which the headcounts of `known.told` tell too much; None when they do not.

    Of a told one that fewer than k did not answer, of another what `tellable` rules out.
    """
    silent = ((row, (known.sizes[row] or 0) - known.answered[row]) for row in known.told)
    few = (row for row, people in silent if known.answered[row] and people < k)
    lines = {line: _is_whole(line, known.sizes) for line in additive_lines(plan)}
    return next(few, next(_open(lines, known, known.told, k), None)) if known.told else None


def _limits(lines: Mapping[Line, bool], known: Told, told: frozenset[int], k: int) -> Limits:
    """What a reader can conclude line by line, until nothing more follows."""
    least = [
        0.0 if group in known.others else float(answered)
        for group, answered in enumerate(known.answered)
    ]
    most = [math.inf] * len(least)
    # Where nearly every card was used, that was told when the wave closed, and of every group.
    if known.cards is not None and known.cards - known.answered[0] >= k:
        most[0] = float(known.cards)
    for group, (fewest, greatest) in known.bands.items():
        # What a band tells by itself is told; `nearly_all` has hidden what that would say too much.
        if greatest - known.answered[group] >= k:
            least[group], most[group] = max(least[group], fewest), min(most[group], greatest)
    for group in told:
        least[group] = most[group] = float(known.sizes[group] or 0)
    _settle(lines, least, most)
    return least, most


def _settle(lines: Mapping[Line, bool], least: list[float], most: list[float]) -> None:
    """Narrow limits along lines, those that are whole from both sides, until nothing follows."""
    changed = True
    while changed:
        before = (tuple(least), tuple(most))
        for line, whole in lines.items():
            _follow(line, whole, least, most)
        changed = before != (tuple(least), tuple(most))


def _follow(line: Line, whole: bool, least: list[float], most: list[float]) -> None:
    parent, parts = line.parent, line.children
    fewest = sum(least[part] for part in parts)
    least[parent] = max(least[parent], fewest)
    for part in parts:
        most[part] = min(most[part], most[parent] - (fewest - least[part]))
    if not whole:
        return
    most[parent] = min(most[parent], sum(most[part] for part in parts))
    for part in parts:
        others = sum(most[one] for one in parts if one != part)
        least[part] = max(least[part], least[parent] - others)
