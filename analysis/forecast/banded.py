"""Which groups' headcounts may be told in bands, before anybody answers.

A band says less than the number that it stands for. So what the disclosure control would let be
shown as an exact number, were everybody to answer, may be told as a band.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from analysis.bands import edge_of, fewest_told
from analysis.cells import group_matrix, number_cells
from analysis.codebook import Codebook
from analysis.disclosure.protection import Before, protect
from analysis.disclosure.system import build
from analysis.forecast.answering import Answering
from analysis.forecast.frame import frame
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy

SEED = 1
EVERYBODY = Answering(100.0, withheld=0.0, coarser=0.0)


def tellable_bands(
    codebook: Codebook, plan: TablePlan, headcounts: Mapping[str, int], policy: DisclosurePolicy
) -> dict[str, int]:
    """The bands that give no group of fewer people than `fewest_told` away.

    A crossing is told only where its own headcount was given: none is guessed from its margins.

    Args:
        codebook: the categories of every variable.
        plan: declares the groups; no other is ever told.
        headcounts: group id -> people; every group of a single breakdown that has no parts must be
            there.
        policy: the wave's; its k says how few people may be told.

    Returns:
        Group id -> lower edge, in the order of the plan.

    Raises:
        DataError: when headcounts are missing or contradict each other.
        Unprotectable: when the plan cannot be protected at all.
    """
    rng = np.random.default_rng(SEED)
    everybody = EVERYBODY.drawn(codebook, plan, frame(codebook, plan, headcounts), rng)
    cells, _ = number_cells(codebook, plan, everybody)
    people = np.asarray(group_matrix(codebook, plan, cells) @ cells.people, dtype=np.int64)
    guessed = np.array([len(one.where) > 1 and one.id not in headcounts for one in plan.groups])
    system = build(codebook, plan, people, cells)
    strict = replace(policy, k=fewest_told(policy.k))
    shown = protect(system, strict, {}, before=Before(guessed, {}, {})).shown
    found = {}
    for group, counted in zip(plan.groups, people.tolist(), strict=True):
        edge = edge_of(headcounts.get(group.id, counted))
        if group.id in shown and edge is not None:
            found[group.id] = edge
    return found
