"""Where an item that not everybody is asked may be published, and on which base."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.audiences import Audience, Otherwise, closed
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy
from analysis.publish.figures import Figures
from analysis.release.known import ITEMS_OF_A_PAIR, step_of_few, step_of_theme

Bases = npt.NDArray[np.int64]


def closed_to(
    figures: Figures, plan: TablePlan, policy: DisclosurePolicy
) -> dict[str, npt.NDArray[np.bool_]]:
    """Measure -> groups in which it is not published, shape (G,); none that everybody is asked.

    Where an answer decides, those who are surely not asked must be k too, like those who answered.
    """
    codebook = figures.codebook
    found = {}
    for measure in (*codebook.theme_by_id, *codebook.item_by_id):
        audience = codebook.audience(measure)
        if audience is None:
            continue
        never = closed(audience, plan)
        if audience.by_answer:
            left = np.max([_surely(figures, one) for one in audience.otherwise], axis=0)
            few = stated(audience, figures.bases(measure), policy)
            never = never | (left < policy.k) | (few < policy.k)
        found[measure] = never
    return found


def stated(audience: Audience | None, bases: Bases, policy: DisclosurePolicy) -> Bases:
    """Bases as they stand: of what an answer decides rounded down, so that no share is finer.

    A base rounded upwards could lift a small count over what a sensitive item may show.
    """
    if audience is None or not audience.by_answer:
        return bases
    step = step_of_few(policy.as_dict())
    return np.asarray(step * (bases // step), dtype=np.int64)


def stated_of_theme(own: Bases, items: Sequence[Bases], policy: DisclosurePolicy) -> Bases:
    """Own bases of a theme as they stand, so that they tell of nobody who left an item out.

    A theme of two items counts whoever answered either: less those who answered one, they are the
    ones who left that one out. So it stands on the base of the item that most answered, which is
    told already. Others are rounded down to a step of k people or more.

    Args:
        own: people who count for the theme, shape (G,).
        items: where it is of two items and nothing else counts, the bases of those that are shown,
            0 elsewhere, shape (G,) each.
        policy: the wave's policy.
    """
    step = step_of_theme(policy.as_dict())
    rounded = np.maximum(step * (own // step), np.minimum(own, policy.k))
    told = np.max(items, axis=0) if len(items) == ITEMS_OF_A_PAIR else 0 * own
    return np.asarray(np.where(told > 0, told, rounded), dtype=np.int64)


def _surely(figures: Figures, otherwise: Otherwise) -> Bases:
    """The fewest of each group who gave all of these answers, shape (G,)."""
    people = figures.sums.people
    missing = np.zeros_like(people)
    for item, codes in otherwise:
        every = figures.codebook.item_by_id[item].codes
        columns = [at for at, code in enumerate(every) if code in codes]
        missing = missing + people - figures.sums.items[item].people[:, columns].sum(axis=1)
    return np.asarray(np.maximum(people - missing, 0), dtype=np.int64)
