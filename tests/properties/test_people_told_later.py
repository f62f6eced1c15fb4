"""Drawn forces of which HR's people at risk are told half a year after a wave.

The auditor reads rows and shares no code with what protects. As a control the same counts stand
beside the same answers without protection: then some of them say that few did not answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import fixtures_analysis
import fixtures_procedures as fixtures
import numpy as np
import numpy.typing as npt
import pytest

from analysis.attack.people_before import at_risk_elsewhere
from analysis.disclosure.outcomes import levels_of
from analysis.disclosure.rounding import base, nearest
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish.people_before import AnswersBefore
from analysis.publish.rates import Told, tellable
from analysis.release.model import Release
from analysis.release.rows import GroupRow, ProcedureRow

Ints = npt.NDArray[np.int64]

SEEDS = range(40)
POLICY = DisclosurePolicy()


@dataclass(frozen=True)
class Drawn:
    """An earlier wave, and a later one's people at risk by group."""

    first: Release
    at_risk: dict[str, int]

    @property
    def careful(self) -> frozenset[str]:
        """Of whom people at risk may be told."""
        before = AnswersBefore.of(fixtures.plan(), (), (self.first,))
        return before.tellable(self.at_risk, frozenset(self.at_risk), POLICY.base_step)

    def tells(self, told: frozenset[str]) -> list[str]:
        """Of whom the auditor sees how few did not answer."""
        rows = tuple(_row(one, self.at_risk[one]) for one in self.at_risk if one in told)
        later = replace(_base(), procedures=rows)
        later = replace(later, manifest=replace(later.manifest, wave="w2"))
        found = at_risk_elsewhere(self.first, later, fixtures.plan(), "w2")
        return [one.words for one in found]


@cache
def _base() -> Release:
    return replace(fixtures.released(), procedures=())


@cache
def drawn(seed: int) -> Drawn:
    """Six departments; nearly all of some answered; up to three people came or went in each."""
    rng = np.random.default_rng(seed)
    units = list(fixtures_analysis.DEPARTMENTS)
    asked = rng.integers(30, 120, len(units))
    answered = rng.binomial(asked, rng.choice([0.5, 0.75, 0.9, 0.97], len(units)))
    later = asked + rng.integers(-3, 4, len(units))
    values = fixtures.plan().breakdown_by_id["command"].value_by_id

    def of(people: Ints, group: str) -> int:
        inside = values[group.partition("=")[2]].categories if "=" in group else set(units)
        return int(sum(people[at] for at, unit in enumerate(units) if unit in inside))

    plan = levels_of(fixtures.plan(), [FORCE, *(f"command={one}" for one in values)])
    names = list(plan.group_by_id)
    n, sizes = ([of(people, name) for name in names] for people in (answered, asked))
    may = [at for at in range(len(names)) if sizes[at] - n[at] >= POLICY.k]
    frame = Told(tuple(sizes), tuple(n), (False,) * len(n), frozenset(may[: 1 + seed % 9]))
    told = [names[at] for at in tellable(plan, frame, POLICY.k)]

    def row(one: GroupRow) -> GroupRow:
        if one.group not in names:
            return replace(one, base=None, headcount=None, response_rate=None, status="c")
        at = names.index(one.group)
        size = base(sizes[at], POLICY) if one.group in told else None
        return replace(one, base=base(n[at], POLICY), headcount=size, response_rate=None)

    first = replace(_base(), groups=tuple(row(one) for one in _base().groups))
    return Drawn(first, {name: of(later, name) for name in names})


def _row(group: str, at_risk: int) -> ProcedureRow:
    nothing = (None,) * 10
    return ProcedureRow(
        *(group, "referral", str(fixtures.YEAR), nearest(at_risk, 5), 0, *nothing),  # type: ignore[arg-type]
        status="shown",
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_that_is_told_later_says_how_few_did_not_answer(seed: int) -> None:
    assert drawn(seed).tells(drawn(seed).careful) == []


def test_without_protection_many_say_so_and_most_counts_are_told_all_the_same() -> None:
    every = [drawn(seed) for seed in SEEDS]
    told = [bool(one.tells(frozenset(one.at_risk))) for one in every]
    assert sum(told) > len(SEEDS) / 2
    kept = [one.careful == frozenset(one.at_risk) for one in every]
    # Line by line without the roundings of the auditor, so a little stricter than it.
    assert sum(not some for some in told) - sum(kept) <= 2
    assert np.mean([len(one.careful) / len(one.at_risk) for one in every]) > 0.8
