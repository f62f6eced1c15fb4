"""Trend lines of invented people among whom nothing changes, or one thing does, as published.

The same people are asked in each wave, but for those who leave and are replaced; three in five of
them answer each time. Figures are rounded as a Release rounds them; nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from fixtures_analysis import codebook, item, small
from fixtures_analysis import plan as small_plan

from analysis.disclosure import rounding
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.slopes import slope_rows
from analysis.release.model import Release
from analysis.release.rows import EstimateRow, SlopeRow

THEMES, ITEMS = 8, 5
LEAVE = 0.07
"""Of the people, between two waves."""
ANSWER = 0.6
PEOPLE = 3000
POLICY = DisclosurePolicy()

Bools = npt.NDArray[np.bool_]


def _empty() -> Release:
    """A Release of the small force with eight themes, whose figures are put in later."""
    items = tuple(item(f"q{one}", f"theme-{one}") for one in range(THEMES))
    study = small(600)
    study = replace(study, codebook=replace(study.codebook, items=study.codebook.items))
    made = publish(
        *(study.codebook, study.plan, study.microdata),
        wave=WaveFacts("w", "W", date(2025, 1, 1)),
        policy=POLICY,
    )
    rows = {row.measure: row for row in made.measures}
    themes = tuple(
        replace(rows["leadership"], measure=one.theme or "", fingerprint=one.fingerprint)
        for one in codebook(items).items
    )
    return replace(made, measures=themes)


def drawn(
    draws: int, waves: int, seed: int, rise: float = 0.0, group: str = ""
) -> Iterator[tuple[SlopeRow, ...]]:
    """What is said of the lines of each draw.

    Args:
        draws: forces.
        waves: a year apart.
        seed: of all.
        rise: by which the first theme's latent answers of `group` move, from first to last wave.
        group: id of a group with that rise.
    """
    rng, plan, empty = np.random.default_rng(seed), small_plan(), _empty()
    for _ in range(draws):
        variables = _variables(rng)
        outlook = rng.normal(size=(PEOPLE, THEMES)) * 0.6 + rng.normal(size=(PEOPLE, 1)) * 0.6
        levels = rng.uniform(-0.5, 0.5, THEMES)
        released: list[Release] = []
        for wave in range(waves):
            gone = rng.random(PEOPLE) < (LEAVE if wave else 0)
            outlook[gone] = (
                rng.normal(size=(gone.sum(), THEMES)) * 0.6 + rng.normal(size=(gone.sum(), 1)) * 0.6
            )
            members = _members(plan, variables)
            latent = outlook + levels
            if group:
                latent[members[group], 0] += rise * wave / (waves - 1)
            noise = rng.normal(size=(PEOPLE, THEMES, ITEMS)) * 0.8
            shares = (latent[:, :, None] + noise > 0).mean(axis=2)
            answered = rng.random(PEOPLE) < ANSWER
            rows = tuple(_rows(members, shares, answered))
            manifest = replace(
                empty.manifest,
                wave=f"w{wave}",
                closed=(date(2020, 5, 1) + timedelta(days=365 * wave)).isoformat(),
            )
            bases = {row.group: row.base for row in rows}
            groups = tuple(replace(one, base=bases[one.group]) for one in empty.groups)
            released.append(replace(empty, manifest=manifest, estimates=rows, groups=groups))
        yield slope_rows(plan, released[-1], released[:-1])


def _variables(rng: np.random.Generator) -> dict[str, npt.NDArray[np.str_]]:
    chances = {
        "unit": ([0.25, 0.15, 0.2, 0.15, 0.15, 0.1], "unit"),
        "ethnicity": ([0.8, 0.1, 0.06, 0.04], "ethnicity"),
        "in_probation": ([0.2, 0.8], "in_probation"),
    }
    codes = {one.id: one.codes for one in codebook().variables}
    return {
        name: rng.choice(np.array(codes[name]), PEOPLE, p=weights)
        for name, (weights, _) in chances.items()
    }


def _members(plan: TablePlan, variables: dict[str, npt.NDArray[np.str_]]) -> dict[str, Bools]:
    found = {}
    for group in plan.groups:
        inside = np.ones(PEOPLE, dtype=bool)
        for breakdown, value in group.where:
            one = plan.breakdown_by_id[breakdown]
            codes = sorted(one.value_by_id[value].categories)
            inside &= np.isin(variables[one.variable], codes)
        found[group.id] = inside
    return found


def _rows(
    members: dict[str, Bools], shares: npt.NDArray[np.float64], answered: Bools
) -> Iterator[EstimateRow]:
    for group, inside in members.items():
        who = inside & answered
        n = int(who.sum())
        for theme in range(THEMES):
            percent, bound = rounding.share(shares[who, theme].sum(), n, POLICY)
            yield EstimateRow(
                *(group, f"theme-{theme}", "theme", rounding.base(n, POLICY)),
                *(percent, bound, None, "", None, "", None, None, None, None, "shown"),
            )
