"""The auditor is told where somebody is, and asks what colleagues there would see through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import numpy as np
import pytest

from analysis.attack import audit
from analysis.attack.bases import Attack
from analysis.attack.breaches import Breach
from analysis.attack.colleagues import Places
from analysis.cells import Cells
from analysis.errors import Unprotectable
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.places import places
from analysis.release.model import Release
from analysis.tally import tally

STUDY, PLAN = fixtures.small(400, seed=3), fixtures.plan()
FACTS = WaveFacts("one", "One", date(2026, 3, 31))


def test_a_place_names_the_finest_value_of_each_breakdown() -> None:
    counted = tally(STUDY.codebook, PLAN, STUDY.microdata)
    found = places(STUDY.codebook, PLAN, counted.cells)
    assert sum(found.values()) == STUDY.microdata.n
    by_breakdown = list(zip(*found, strict=True))
    for names, breakdown in zip(by_breakdown, PLAN.breakdowns, strict=True):
        parents = {value.parent for value in breakdown.values}
        assert set(names) <= {"", *breakdown.value_by_id} - parents
    for row, group in enumerate(PLAN.groups):
        if len(group.where) == 1 and group.where[0][1] not in {
            value.parent for one in PLAN.breakdowns for value in one.values
        }:
            name, value = group.where[0]
            at = [one.id for one in PLAN.breakdowns].index(name)
            inside = sum(people for place, people in found.items() if place[at] == value)
            assert inside == counted.at_groups.people[row]


def test_people_of_whom_nothing_is_known_are_in_no_value() -> None:
    counted = tally(STUDY.codebook, PLAN, STUDY.microdata)
    nothing = np.full((1, len(counted.cells.variables)), -1, dtype=np.int16)
    cells = Cells(counted.cells.variables, nothing, np.array([3]))
    assert places(STUDY.codebook, PLAN, cells) == {("",) * len(PLAN.breakdowns): 3}


def test_a_wave_in_which_colleagues_see_through_a_group_is_not_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Places] = []

    def seen(release: Release, attack: Attack, where: Places) -> list[Breach]:
        asked.append(where)
        return [Breach("colleagues", "command=north", "2 colleagues know of the others")]

    monkeypatch.setattr(audit, "attack_colleagues", seen)
    with pytest.raises(Unprotectable, match="2 colleagues know of the others"):
        publish(STUDY.codebook, PLAN, STUDY.microdata, wave=FACTS, policy=DisclosurePolicy())
    assert sum(asked[0].values()) == STUDY.microdata.n


def test_who_does_not_know_where_people_are_cannot_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = DisclosurePolicy()
    made = publish(STUDY.codebook, PLAN, STUDY.microdata, wave=FACTS, policy=policy)
    monkeypatch.setattr(audit, "attack_colleagues", lambda *_: pytest.fail("asked"))
    assert audit.audit(replace(made, certificates=None), PLAN) == ()
