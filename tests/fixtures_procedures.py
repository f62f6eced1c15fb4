"""HR's counts of an invented force, for the small study of `fixtures_analysis`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import numpy as np

from analysis.beside.given import Beside
from analysis.beside.procedures import Counted, Period
from analysis.disclosure.rounding import nearest
from analysis.ledger import Ledger
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy
from analysis.processes import Process
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release
from analysis.release.rows import ProcedureRow

REFERRED = Process(
    "referral", "Misconduct referrals", "were referred for misconduct", "adverse", ("unfair",)
)
PROMOTED = Process("promotion", "Promotions", "were promoted", "favourable", ("led", "fairness"))
YEAR = Period.parse("2025-04/2026-03")
SINGLE = ("command", "ethnicity", "probationer")


def plan() -> TablePlan:
    """That of the small study, with two processes."""
    return replace(fixtures.plan(), processes=(REFERRED, PROMOTED))


def counted(
    process: str = "referral",
    *,
    risks: Mapping[str, float] | None = None,
    tables: Sequence[str] = SINGLE,
    people: int = 6000,
    seed: int = 3,
    period: Period = YEAR,
) -> Counted:
    """Counts of a drawn force.

    Args:
        process: id.
        risks: ethnic group -> risk where it is not 0.05.
        tables: whose groups are given.
        people: of the force.
        seed: of all draws.
        period: of the counts.
    """
    rng = np.random.default_rng(seed)
    chances = {
        "unit": [0.25, 0.15, 0.2, 0.15, 0.15, 0.1],
        "ethnicity": [0.8, 0.1, 0.06, 0.04],
        "in_probation": [0.2, 0.8],
    }
    codes = {one.id: np.array(one.codes) for one in fixtures.codebook().variables}
    person = {name: rng.choice(codes[name], people, p=of) for name, of in chances.items()}
    risk = np.full(people, 0.05)
    for group, size in (risks or {}).items():
        risk[person["ethnicity"] == group] = size
    case = rng.random(people) < risk
    found = plan()
    picked = {
        group.id: np.all(
            [
                np.isin(
                    person[found.breakdown_by_id[one].variable],
                    sorted(found.breakdown_by_id[one].value_by_id[value].categories),
                )
                for one, value in group.where
            ]
            or [np.ones(people, dtype=bool)],
            axis=0,
        )
        for table in found.tables
        if table.id in tables
        for group in found.groups_in(table)
    }
    return Counted(
        process,
        period,
        {name: int(inside.sum()) for name, inside in picked.items()},
        {name: int((inside & case).sum()) for name, inside in picked.items()},
    )


@cache
def study() -> fixtures.Study:
    """2,400 answers to two statements, so that publishing takes little time."""
    book = fixtures.codebook(
        (
            fixtures.item("led", "leadership"),
            fixtures.item("unfair", "fairness", categories=fixtures.agreement(reverse=True)),
        )
    )
    return fixtures.Study(book, plan(), fixtures.microdata(book, 2400))


def released(
    *given: Counted,
    wave: str = "w1",
    ledger: Ledger | None = None,
    correction: str | None = None,
    policy: DisclosurePolicy | None = None,
) -> Release:
    """The study published with HR's counts."""
    return publish(
        *(study().codebook, plan(), study().microdata),
        wave=WaveFacts(wave, wave, date(2026, 9, 30), ledger, correction),
        policy=policy or DisclosurePolicy(),
        beside=Beside(procedures=given),
    )


def row(release: Release, group: str, process: str = "referral") -> ProcedureRow:
    """The row of a group."""
    return next(one for one in release.procedures if (one.group, one.process) == (group, process))


def few_cases() -> Counted:
    """Of one department, north-b, four people are a case."""
    given = counted(tables=["command"])
    less = given.cases["command=north-b"] - 4
    inside = ("command=north-b", "command=north", "command=response", "force")
    return replace(given, cases={**given.cases, **{one: given.cases[one] - less for one in inside}})


def unprotected(given: Counted, *hidden: str) -> Release:
    """A Release in which all counts stand that were given, but for some groups."""
    made = released(given)
    rows = tuple(
        replace(
            one,
            at_risk=None if one.group in hidden else nearest(given.at_risk[one.group], 5),
            cases=None if one.group in hidden else nearest(given.cases[one.group], 5),
            status="c" if one.group in hidden else "shown",
        )
        for one in made.procedures
    )
    return replace(made, procedures=rows)


def two_of_the_same_people() -> tuple[Counted, Counted]:
    """Few cases of one group each, and nearly all of a third one answered: asian people."""
    given = counted(tables=["ethnicity"])
    names = [f"ethnicity={one}" for one in ("asian", "black", "mixed")]
    base = {one.group: one.base or 0 for one in released().groups}
    near = {one: 5 * ((base[one] + 100) // 5) - 2 for one in names[1:]}
    asian = next(
        few
        for few in range(base[names[0]] + 1, base[names[0]] + 7)
        if (few + sum(near.values())) % 5 == 2
    )
    people = {names[0]: asian, **near}

    def of(process: str, *cases: int) -> Counted:
        few = dict(zip(names, cases, strict=True))
        return replace(
            given,
            process=process,
            at_risk={one: _rolled(one, people, 5000) for one in given.at_risk},
            cases={one: _rolled(one, few, 300) for one in given.cases},
        )

    return of("referral", 30, 4, 40), of("promotion", 30, 40, 4)


def _rolled(group: str, minority: Mapping[str, int], majority: int) -> int:
    """Of a group, from the groups of the minority and the number of the majority."""
    if group in minority:
        return minority[group]
    few = sum(minority.values())
    return {"force": few + majority, "ethnicity=minority": few}.get(group, majority)


def of_part_of_the_force(crime_a: int) -> Counted:
    """So many people of one department are counted, and 200 of each other one."""
    given = counted(tables=["command"])
    values = plan().breakdown_by_id["command"].values
    above = {f"command={one.id}": f"command={one.parent}" for one in values if one.parent}
    wholes = set(above.values())
    people, cases = dict.fromkeys(given.at_risk, 0), dict.fromkeys(given.cases, 0)
    for name in given.at_risk:
        if name == "force" or name in wholes:
            continue
        inside: str | None = name
        while inside is not None:
            people[inside] += crime_a if name == "command=crime-a" else 200
            cases[inside] += 40
            inside = above.get(inside, None if inside == "force" else "force")
    return replace(given, at_risk=people, cases=cases)
