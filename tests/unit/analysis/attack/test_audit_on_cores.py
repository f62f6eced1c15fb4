"""The auditor on several cores: no part is lost, and what is planted is found in each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import numpy as np
import pytest

from analysis import cores
from analysis.attack import audit, shares, small_cells
from analysis.attack.breaches import Breach
from analysis.attack.grid import grid
from analysis.attack.small_cells import SmallCells
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.certificates import Proof
from analysis.release.model import Release

PLAN = fixtures.plan()
ALONE = ("_missing_rows", "attack_rates")
BESIDE = ("_coded", "attack_together", "attack_indices")
LAST = "attack_follow_ups"


@cache
def release() -> Release:
    study = fixtures.small(400, seed=3)
    plan = replace(PLAN, intersections=())
    wave = WaveFacts("one", "One", date(2026, 3, 31))
    return publish(study.codebook, plan, study.microdata, wave=wave, policy=DisclosurePolicy())


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "cores", lambda: 2)
    monkeypatch.setattr(cores, "MANY_GROUPS", 1)
    monkeypatch.setattr(small_cells, "SETS", 3)


def planted(part: str) -> Callable[..., Iterator[Breach]]:
    """A look that finds something, and tells in which process."""
    return lambda *_: iter([Breach(part, "force", str(os.getpid()))])


def plant(patch: pytest.MonkeyPatch) -> list[str]:
    """Something to be found in every part, as the order in which it is told."""
    measures = [one().measure for one in audit.attacks(release(), PLAN)]
    for part in (*ALONE, "singled_out", "attack_limits", LAST):
        patch.setattr(audit, part, planted(part))
    for part in BESIDE:
        patch.setattr(shares, part, planted(part))

    def looked_at(_: object, __: object, attack: audit.Attack, ___: object) -> object:
        return [Breach(f"bases {attack.measure}", "force", str(os.getpid()))], None

    patch.setattr(audit, "_looked_at", looked_at)
    of_groups = -(-len(release().groups) // shares.GROUPS) * ["attack_indices"]
    on_bases = [f"bases {one}" for one in measures]
    after = ["singled_out", "attack_limits", "_coded", "attack_together"]
    return [*ALONE, *on_bases, *after, *of_groups, LAST]


@pytest.mark.usefixtures("two_cores")
def test_what_is_planted_in_each_part_is_told_by_another_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = plant(monkeypatch)
    assert len(expected) > 9, "items with bases of their own are among the parts"
    found = audit.examine(release(), PLAN)
    told = [one for one in found.breaches if one.kind in expected]
    assert [one.kind for one in told] == expected
    assert str(os.getpid()) not in {one.words for one in told}
    assert found.certificates is None


@pytest.mark.usefixtures("two_cores")
def test_a_part_that_is_lost_on_the_way_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = plant(monkeypatch)
    spread = audit.on_every_core

    def careless(*given: object, **named: object) -> list[tuple[list[Breach], Proof | None]]:
        return spread(*given, **named)[:-1]  # type: ignore[arg-type,call-overload,no-any-return]

    monkeypatch.setattr(audit, "on_every_core", careless)
    assert [one.kind for one in audit.examine(release(), PLAN).breaches] != expected


def weak() -> dict[str, Release]:
    """Releases that give something away, by what the auditor calls it."""
    made = release()
    hidden = next(row.group for row in made.groups if row.status == "c")
    groups = {row.group: row for row in made.groups}

    def with_group(group: str, **changes: object) -> Release:
        rows = {**groups, group: replace(groups[group], **changes)}  # type: ignore[arg-type]
        return replace(made, groups=tuple(rows.values()))

    fine = {"base": 60, "positive": 57, "positive_bound": ""}
    estimates = (
        replace(row, **fine) if (row.group, row.measure) == ("force", "led") else row  # type: ignore[arg-type]
        for row in made.estimates
    )
    return {
        "leak": with_group(hidden, headcount=40),
        "presence": replace(made, estimates=made.estimates[:-1]),
        "contradiction": with_group("command=north-a", base=(groups["force"].base or 0) + 200),
        "coding": replace(made, estimates=tuple(estimates)),
    }


@pytest.mark.parametrize("kind", ["leak", "presence", "contradiction", "coding"])
def test_what_gives_something_away_is_found_as_on_one_core(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    one = audit.audit(weak()[kind], PLAN)
    assert kind in {breach.kind for breach in one}
    monkeypatch.setattr(cores, "cores", lambda: 2)
    monkeypatch.setattr(cores, "MANY_GROUPS", 1)
    assert audit.audit(weak()[kind], PLAN) == one


def small() -> tuple[dict[str, list[small_cells.Target]], bytes]:
    """Who is small, item by item, and how many people there can be in each cell."""
    cells, equations = grid(release(), PLAN)
    found = SmallCells(release(), cells, equations)
    items = [row.measure for row in release().measures if row.kind == "item"]
    found.look(items)
    return {one: found.of(one) for one in items}, found.most.tobytes()


def test_who_is_small_is_the_same_to_the_last_bit_on_one_core_and_on_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(small_cells, "SETS", 3)
    one, most = small()
    assert sum(map(len, one.values())) > 3 * len(one), "more than one piece holds somebody"
    monkeypatch.setattr(cores, "MANY_GROUPS", 1)
    monkeypatch.setattr(cores, "cores", lambda: 2)
    assert small() == (one, most)
    monkeypatch.setattr(small_cells, "SETS", 1)
    assert small()[0] == one
    lost = small_cells.on_every_core
    monkeypatch.setattr(small_cells, "on_every_core", lambda *of, **by: lost(*of, **by)[1:])
    assert small()[0] != one, "a piece that is lost is noticed"


def test_who_is_small_does_not_hang_on_what_was_asked_first() -> None:
    cells, equations = grid(release(), PLAN)
    found = SmallCells(release(), cells, equations)
    together, most = small()
    assert {one: found.of(one) for one in reversed(together)} == together
    assert np.allclose(found.most, np.frombuffer(most), atol=1e-6)
