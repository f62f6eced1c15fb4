"""Drawn counts of processes: what is published of them holds against the auditor, and is not all.

The auditor reads rounded counts and shares no code with what protects. As a control, the same
counts are published without protection: then it sees through many.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import fixtures_analysis
import fixtures_procedures as fixtures
import numpy as np
import pytest

from analysis.attack.processes import attack_processes
from analysis.beside.procedures import Counted
from analysis.disclosure.outcomes import levels_of, outcomes
from analysis.disclosure.rounding import nearest
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.release.model import Release
from analysis.release.rows import ProcedureRow

SEEDS = range(15)
CONTROL = SEEDS[:6]
RISKS = (0.01, 0.02, 0.05, 0.3, 0.9)


@cache
def base() -> Release:
    """A Release that shows every group, so that only the counts decide."""
    made = fixtures.released(fixtures.counted(tables=["probationer"]))
    return replace(made, procedures=())


def drawn(seed: int) -> Counted:
    """Any tables, any size, any risks; in some, a few people whose group is unknown."""
    rng = np.random.default_rng(seed)
    risk = float(rng.choice(RISKS))
    tables = [table.id for table in fixtures.plan().tables if rng.random() < 0.7]
    found = fixtures.counted(
        risks={group: risk * float(rng.uniform(0.2, 1.1)) for group in fixtures_analysis.ETHNICITY},
        tables=[*tables, "probationer"],
        people=int(rng.choice([300, 900, 3500])),
        seed=seed,
    )
    unknown = int(rng.integers(0, 30)) if rng.random() < 0.5 else 0
    cases = int(rng.integers(0, unknown + 1))
    return replace(
        found,
        at_risk={**found.at_risk, FORCE: found.at_risk[FORCE] + unknown},
        cases={**found.cases, FORCE: found.cases[FORCE] + cases},
    )


def published(given: Counted, *, protected: bool) -> Release:
    """Rows with counts alone."""
    plan = levels_of(fixtures.plan(), given.at_risk)
    split = outcomes(
        fixtures_analysis.codebook(), plan, given.at_risk, given.cases, DisclosurePolicy()
    )
    shown = split.shown(()) if protected else frozenset(plan.group_by_id)
    rows = tuple(_row(given, group, shown=group in shown) for group in plan.group_by_id)
    return replace(base(), procedures=rows)


def _row(given: Counted, group: str, *, shown: bool) -> ProcedureRow:
    counts = (nearest(one[group], 5) if shown else None for one in (given.at_risk, given.cases))
    nothing = (None,) * 10
    return ProcedureRow(
        *(group, given.process, str(given.period), *counts, *nothing),  # type: ignore[arg-type]
        status="shown" if shown else "c",
    )


def seen_through(release: Release) -> list[str]:
    looked = attack_processes(release, fixtures.plan(), ())
    # Figures are left out here, and who answered is another force's.
    return [one.words for one in looked.breaches if one.kind not in ("coding", "rate")]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_published_is_not_seen_through(seed: int) -> None:
    release = published(drawn(seed), protected=True)
    assert seen_through(release) == []


def test_much_is_published_and_without_protection_much_is_seen_through() -> None:
    shown = [
        row.status == "shown"
        for seed in SEEDS
        for row in published(drawn(seed), protected=True).procedures
    ]
    assert sum(shown) > 60
    open_ = [seed for seed in CONTROL if seen_through(published(drawn(seed), protected=False))]
    assert len(open_) > len(CONTROL) / 2
