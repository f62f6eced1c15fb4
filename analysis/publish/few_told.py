"""The shown groups in which it may not be known how few answered a sensitive item so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse

from analysis.disclosure.answers import Exposed
from analysis.disclosure.lines import Line
from analysis.disclosure.numerators import Numerators
from analysis.publish.along_lines import item_along_lines
from analysis.publish.item_ranges import ItemRanges, least_certain
from analysis.publish.shown import Flags, Shown
from analysis.publish.told import Telling

ROUNDS = 3
"""So often categories, lines and whole people narrow each other."""


def numerators(look: Telling, shown: Shown, measure: str) -> Numerators | None:
    """All that show a sensitive item; None of other measures.

    Of weighted shares nothing is asked here: their bands are of people.
    """
    item = shown.figures.codebook.item_by_id.get(measure)
    if item is None or not item.sensitive or look.weighted:
        return None
    kept = np.flatnonzero(shown.groups_with(measure))
    return Numerators(
        names=tuple(shown.plan.groups[at].id for at in kept.tolist()),
        rows=sparse.csr_array(shown.system.membership[kept]),
        shown=kept,
        few=shown.policy.min_numerator,
    )


def opened_along_lines(look: Telling, shown: Shown, measure: str) -> Iterator[tuple[str, Exposed]]:
    """Groups of which all categories around tell that few answered so, or all but few.

    What a group and its parts leave each other of one category, and the others of each, in whole
    people: each program of answers asks of one category alone.

    Args:
        look: made of what is shown and the tally.
        shown: what may be shown so far.
        measure: any; of others than sensitive items nothing is said.

    Returns:
        The groups, and the measured rows of those that tell it.
    """
    item = shown.figures.codebook.item_by_id.get(measure)
    if item is None or not item.sensitive or look.weighted:
        return
    people, _, few = look.split(look.at_atoms(measure))
    alone = look.ranges(shown, item, people, few, look.steps(shown, measure))[0].whole()
    here, lines, fewest = alone, shown.system.lines, shown.policy.min_numerator
    for _ in range(ROUNDS):
        here = item_along_lines(lines, here).whole()
    opened = (least_certain(alone.whole()) >= fewest) & (least_certain(here) < fewest)
    for row in np.flatnonzero(opened.any(axis=0)).tolist():
        group = shown.plan.groups[row].id
        if shown.shows(group, measure):
            before = here.with_row(row, alone)
            telling = _telling(lines, row, before, opened[:, row], fewest)
            rows = frozenset(at for line in telling for at in (line.parent, *line.children))
            yield group, Exposed(row, rows)


def _telling(
    lines: Sequence[Line], row: int, before: ItemRanges, opened: Flags, fewest: int
) -> list[Line]:
    """The lines that open some ways of answering each by itself; all around where none does.

    Args:
        lines: of the plan.
        row: the group that is opened.
        before: what is known of it by itself, and of all others.
        opened: in which ways it is, shape (ways,).
        fewest: a smaller number of people is not told.
    """
    around = [line for line in lines if row in (line.parent, *line.children)]
    alone = [
        line
        for line in around
        if (least_certain(item_along_lines([line], before).whole())[opened, row] < fewest).any()
    ]
    return alone or around
