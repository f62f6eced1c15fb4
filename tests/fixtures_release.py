"""A Release made by hand, of a small invented force: readers' pages are tested on it alone.

Figures come from a seeded generator and are rounded as the policy says. `hidden` groups have every
value taken out, as publishing does it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_release_plan import NORTH, SOUTH, THEMES, WATCHED, measures, plan

from analysis.attack import witnesses
from analysis.attack.bases import attacks
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.release import folder
from analysis.release.certificates import Certificates, Proof
from analysis.release.limits import alpha_limits, gap_limits, said_of, with_limits
from analysis.release.model import BreakdownFacts, Manifest, Release
from analysis.release.nonresponse import beside_estimates, representativeness_rows
from analysis.release.rows import (
    ComparisonRow,
    ConcernRow,
    DistributionRow,
    DriverRow,
    EstimateRow,
    GroupRow,
    ReliabilityRow,
    TrendRow,
)
from analysis.release.sides import side_row
from analysis.release.standardised import standardised_rows
from analysis.release.sums import Sums
from analysis.release.visible import with_smallest

SIDES = (
    (WATCHED, "ethnicity=majority&probationer=yes"),
    (WATCHED, "ethnicity=minority&probationer=no"),
)
HIDDEN = frozenset(
    {
        "command=response-north-2",
        "command=custody&ethnicity=minority",
        "command=response-north&ethnicity=minority",
        "ethnicity=other",
    }
)
WAVES = {"spring": "Spring 2025", "autumn": "Autumn 2025", "winter": "Winter 2026"}
CLOSED = {"spring": "2025-04-30", "autumn": "2025-10-31", "winter": "2026-02-27"}
FOUND = {
    (f"command={NORTH}", "discrimination"): -13,
    (f"command={NORTH}-1", "discrimination"): -16,
    (f"command={SOUTH}", "leadership"): 8,
    (f"command={SOUTH}-1", "leadership"): -20,
    (WATCHED, "grievance"): -18,
}
"""The gaps of findings."""
POLICY = DisclosurePolicy()

_SIZES = {
    FORCE: 3570,
    "command=response": 1480,
    "command=specialist": 1480,
    **{f"command={command}-{n}": 150 for command in ("custody", "crime") for n in range(1, 4)},
    "ethnicity=majority": 2500,
    "ethnicity=white": 2500,
    "ethnicity=asian": 210,
    "ethnicity=black": 190,
    "ethnicity=mixed": 120,
    "probationer=yes": 250,
    "probationer=no": 3180,
    "sex=female": 1340,
    "sex=male": 2110,
    "command=response&ethnicity=minority": 200,
    "command=response&ethnicity=majority": 1100,
    "command=specialist&ethnicity=minority": 190,
    "command=specialist&ethnicity=majority": 1100,
    **{f"command={one}&ethnicity=majority": 540 for one in (NORTH, SOUTH, "custody", "crime")},
    "ethnicity=minority&probationer=no": 520,
    "ethnicity=majority&probationer=yes": 150,
    "ethnicity=majority&probationer=no": 2340,
}
"""Where they do not add up to the whole, the others said no more."""


class _Maker:
    def __init__(self, wave: str, hidden: Collection[str], seed: int) -> None:
        self.plan = plan()
        self.wave = wave
        self.hidden = hidden
        self.draw = np.random.default_rng([seed, list(WAVES).index(wave)])
        self.measures = measures()
        self.groups = {group.id: self._group(group.id) for group in self.plan.groups}

    def _group(self, group: str) -> GroupRow:
        declared = self.plan.group_by_id[group]
        chosen = dict(declared.where)
        values = tuple(chosen.get(breakdown.id, "") for breakdown in self.plan.breakdowns)
        base = int(self.draw.integers(12, 95)) if len(chosen) > 1 else 640
        if group.count("-") == 2:
            base = int(self.draw.integers(20, 160))
        base = _SIZES.get(group, base)
        if base < POLICY.fine_base:
            base = 5 * round(base / 5)
        names = (group, declared.table, declared.label, declared.parent, values)
        if group in self.hidden:
            return GroupRow(*names, None, None, None, "c")
        counted = len(chosen) < 2
        return GroupRow(
            *names, base, int(base / 0.65) if counted else None, 65 if counted else None, "shown"
        )

    def _step(self, group: str) -> int:
        base = self.groups[group].base or 0
        return POLICY.share_step if base >= POLICY.fine_base else POLICY.coarse_share_step

    def estimates(self) -> Iterator[EstimateRow]:
        for group, measure in product(self.groups.values(), self.measures):
            key = (group.group, measure.measure, measure.kind)
            if group.status == "c":
                nothing = (None, None, "", None, "", None, "", None, None, None, None, "c")
                yield EstimateRow(*key, *nothing)
                continue
            step = self._step(group.group)
            positive = int(np.clip(step * round(self.draw.normal(56, 7) / step), 10, 90))
            bound = "or_more" if positive == 90 else "or_less" if positive == 10 else ""
            neutral = step * round((100 - positive) * 0.4 / step)
            yield EstimateRow(
                *key,
                group.base,
                positive,
                bound,
                neutral,
                "",
                100 - positive - neutral,
                "",
                float(positive) if measure.kind == "theme" else None,
                None,
                None,
                None,
                "shown",
            )

    def distributions(self) -> Iterator[DistributionRow]:
        for group, measure in product(self.groups.values(), self.measures):
            chances = (
                [0.1, 0.18, 0.16, 0.36, 0.2] if len(measure.categories) == 5 else [0.8, 0.15, 0.05]
            )
            percents = self.draw.multinomial(100, chances)
            for (code, _, _), percent in zip(measure.categories, percents, strict=False):
                key = (group.group, measure.measure, code)
                if group.status == "c":
                    yield DistributionRow(*key, None, "", "c")
                else:
                    step = self._step(group.group)
                    yield DistributionRow(*key, int(step * round(percent / step)), "", "shown")

    def comparisons(self) -> Iterator[ComparisonRow]:
        for group, measure in product(self.groups.values(), self.measures):
            if group.group == FORCE:
                continue
            department = group.values[0].count("-") == 2
            against = f"command={group.values[0].rsplit('-', 1)[0]}" if department else FORCE
            if (group.group, measure.measure) in FOUND:
                against = FORCE
            key = (group.group, measure.measure, measure.kind, against)
            if group.status == "c":
                yield ComparisonRow(*key, None, None, None, "c")
            else:
                drawn = int(self.draw.normal(0, 6))
                gap = FOUND.get((group.group, measure.measure), drawn)
                yield ComparisonRow(*key, gap, None, None, "shown")

    def trends(self) -> Iterator[TrendRow]:
        waves = list(WAVES)[: list(WAVES).index(self.wave) + 1]
        themes = [row for row in self.measures if row.kind == "theme"]
        for group, measure, wave in product(self.groups.values(), themes, waves):
            comparable = not (measure.measure == "grievance" and wave == "spring")
            key = (group.group, measure.measure, wave)
            earlier_hidden = group.group.endswith("crime") and wave == "autumn"
            if group.status == "c" or earlier_hidden:
                yield TrendRow(*key, None, "", None, None, comparable, "c")
            else:
                value = int(self.draw.normal(56, 6))
                yield TrendRow(*key, value, "", value - 4, value + 4, comparable, "shown")


def make_release(
    wave: str = "winter", hidden: Collection[str] = HIDDEN, seed: int = 7, **changes: object
) -> Release:
    """The Release of one of `WAVES`; `changes` replace facts of its manifest."""
    if changes:
        return _make(wave, hidden, seed, **changes)
    return _made(wave, frozenset(hidden), seed)


def _make(wave: str, hidden: Collection[str], seed: int, **changes: object) -> Release:
    maker = _Maker(wave, hidden, seed)
    # Invented bases do not add up, so nobody may have said only a larger group.
    facts = tuple(replace(BreakdownFacts.of(one), said_alone=()) for one in maker.plan.breakdowns)
    manifest = Manifest(
        wave=wave,
        wave_title=WAVES[wave],
        closed=CLOSED[wave],
        questionnaire="culture",
        questionnaire_version="1",
        questionnaire_title="Workforce culture survey",
        questionnaire_fingerprint="f" * 64,
        policy=POLICY.as_dict(),
        methods={"interval": "Wilson"},
        breakdowns=facts,
        tables=tuple((table.id, table.breakdowns) for table in maker.plan.tables),
        intersections=tuple((watch.name, watch.group) for watch in maker.plan.intersections),
        invited=5490,
        answered=3570,
        shown=len(maker.groups) - len(hidden),
        not_shown=len(hidden),
        comparisons=238,
        standardise=(("command", "command"),),
    )
    return followed(
        Release(
            replace(manifest, **changes),  # type: ignore[arg-type]
            maker.measures,
            tuple(maker.groups.values()),
            tuple(maker.estimates()),
            tuple(maker.distributions()),
            tuple(maker.comparisons()),
            concerns(hidden),
            tuple(maker.trends()),
            reliability=tuple(reliability()),
            drivers=drivers(),
        )
    )


def followed(release: Release) -> Release:
    """With all that follows from its other figures."""
    rows = tuple(row for row in release.comparisons if (row.group, row.against) not in SIDES)
    release = _with_limits(replace(release, comparisons=rows))
    beside = [side_row(release, *pair, one.measure) for pair in SIDES for one in release.measures]
    release = replace(release, comparisons=(*release.comparisons, *beside))
    release = replace(
        release,
        estimates=beside_estimates(release),
        representativeness=representativeness_rows(release),
    )
    return replace(
        release, comparisons=with_smallest(release), standardised=standardised_rows(release)
    )


def _with_limits(release: Release) -> Release:
    """With the limits that follow, in findings and in this wave's points of trends too."""
    release = with_limits(release)
    said, of = said_of(release), release.estimate_by_key
    compared = []
    for row in release.comparisons:
        key = (row.group, row.measure, row.against)
        lower, upper = gap_limits(release, row, said.get(key))
        compared.append(replace(row, lower=lower, upper=upper))
    release = replace(release, comparisons=tuple(compared))
    beside = release.comparison_by_key
    found = [(row, beside[row.group, row.measure, row.against]) for row in release.concerns]
    trends = [
        replace(row, value=own.positive, bound=own.positive_bound, lower=own.lower, upper=own.upper)
        if row.wave == release.manifest.wave and row.status == "shown"
        else row
        for row in release.trends
        for own in (of[row.group, row.measure],)
    ]
    return replace(
        release,
        concerns=tuple(replace(row, lower=one.lower, upper=one.upper) for row, one in found),
        trends=tuple(trends),
    )


_made = cache(_make)


def reliability() -> Iterator[ReliabilityRow]:
    """A figure for the themes of three statements or more, none for the others."""
    for theme in THEMES:
        items = {"leadership": 3, "discrimination": 4}.get(theme, 1)
        limits = () if items == 1 else alpha_limits(0.78, 2677, items)
        figures = (0.78, *limits, "shown") if limits else (None, None, None, "c")
        yield ReliabilityRow(theme, FORCE, items, *figures)  # type: ignore[arg-type]


def drivers() -> tuple[DriverRow, ...]:
    """Two themes beside a statement of the first one."""
    return (
        DriverRow("grievance", FORCE, "leadership-1", 31, 2, 2, 40, "shown"),
        DriverRow("discrimination", FORCE, "leadership-1", 69, 1, 1, 40, "shown"),
    )


def concerns(hidden: Collection[str]) -> tuple[ConcernRow, ...]:
    """Findings about a command of each kind, one about a department, one about the watched."""
    said = [
        (f"command={NORTH}", "discrimination", "concern", 80),
        (f"command={NORTH}-1", "discrimination", "concern", 15),
        (f"command={SOUTH}", "leadership", "strength", 50),
        (f"command={SOUTH}-1", "leadership", "concern", 10),
        (WATCHED, "grievance", "concern", 10),
    ]
    labels = {group.id: group.label for group in plan().groups}
    labels |= {one.group: one.name for one in plan().intersections}
    return tuple(
        ConcernRow(
            group,
            theme,
            kind,  # type: ignore[arg-type]
            "emerging",
            FORCE,
            gap,
            gap - 6,
            gap + 6,
            people,
            f"{labels[group]}: {abs(gap)} {'fewer' if gap < 0 else 'more'} of every 100 answers "
            f"about {THEMES[theme]} were positive. It does not tell us why.",
        )
        for group, theme, kind, people in said
        for gap in (FOUND[group, theme],)
        if group not in hidden
    )


def packed(release: Release, home: Path, signer: Ed25519PrivateKey) -> bytes:
    """The Release as `results.store.add` takes it."""
    audited = certified(release) if release.certificates is None else release
    return folder.pack(home / folder.write(audited, home, signer))


def certified(release: Release) -> Release:
    """With certificates for its bases; its other figures were drawn, and never audited."""
    tables = plan()
    incomplete = witnesses.partial(release, tables)
    proofs = []
    for laid_out in attacks(release, tables):
        attack = laid_out()
        assert list(attack.breaches()) == []
        proof = witnesses.certify(release, Sums(release, incomplete), attack)
        assert isinstance(proof, Proof)
        proofs.append(proof)
    return replace(release, certificates=Certificates(incomplete, tuple(proofs)))
