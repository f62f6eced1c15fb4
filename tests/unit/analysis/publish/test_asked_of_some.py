"""What only some are asked is published where everybody is asked, and says whom it was asked of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analysis.codebook import Codebook
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release
from survey.questionnaire import routing
from survey.questionnaire.answers import microdata
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load

ROUTED = load(Path(__file__).parents[3] / "questionnaires" / "routed.yaml")
BOOK = codebook(ROUTED)
PEOPLE = [
    ("officer", "north-a", 150),
    ("staff", "north-a", 100),
    ("volunteer", "north-a", 4),
    ("officer", "south-a", 120),
    ("staff", "south-a", 80),
    ("volunteer", "south-a", 40),
    *(
        (kind, unit, 60)
        for kind in ("officer", "staff", "volunteer")
        for unit in ("west-a", "east-a")
    ),
]


def answers() -> Microdata:
    dice = np.random.default_rng(5)
    rows = []
    for employment, department, people in PEOPLE:
        for _ in range(people):
            row = {
                one.id: one.codes[dice.choice([0, 1, 2], p=[0.25, 0.25, 0.5])]
                for one in BOOK.items
                if len(one.codes) > 3
            }
            row |= {"seen": str(dice.choice(["no", "yes"])), "told-friend": "yes"}
            row |= {"told-manager": "no", "told-nobody": "no"}
            rows.append(row | {"employment": employment, "department": department})
    return routing.of_who_was_asked(ROUTED, microdata(BOOK, rows))


def released(book: Codebook) -> Release:
    return publish(
        *(book, ROUTED.plan, answers()),
        wave=WaveFacts("autumn", "Autumn survey", date(2026, 11, 1)),
        policy=DisclosurePolicy(),
        headcounts={FORCE: 1200},
    )


@pytest.fixture(scope="module")
def release() -> Release:
    return released(BOOK)


def shown_in(release: Release, measure: str) -> set[str]:
    return {
        row.group for row in release.estimates if row.measure == measure and row.status == "shown"
    }


def test_it_is_shown_where_everybody_is_asked_and_nowhere_else(release: Release) -> None:
    assert shown_in(release, "alone") >= {"employment=officer", "command=west&employment=officer"}
    assert shown_in(release, "desk") >= {"employment=staff"}
    for measure in ("patrol", "alone", "desk"):
        assert all("employment=" in group for group in shown_in(release, measure))
    assert shown_in(release, "heard") >= {FORCE, "command=north", "employment=officer"}
    # What an answer decides is shown of the widest such group alone.
    assert shown_in(release, "told-friend") == {FORCE}
    assert shown_in(release, "helped") == {"employment=officer"}
    assert shown_in(release, "snow") >= {"command=north"}
    assert not shown_in(release, "snow") & {FORCE, "command=south"}


def test_its_base_is_those_asked_who_answered_and_it_says_so(release: Release) -> None:
    row = release.measure_by_id["helped"]
    assert row.asked_of.startswith("those who did not answer “Agree”")
    assert release.measure_by_id["heard"].asked_of == ""
    seen = answers()
    asked = int((seen.items["helped"] >= 0).sum())
    base = release.estimate_by_key["employment=officer", "helped"].base
    assert base is not None
    assert abs(base - asked) <= 5 < 390 - asked
    # Who did not answer may not have been asked: nothing is said of all people of a group.
    ranges = {one: release.estimate_by_key[FORCE, one].most for one in ("heard", "told-friend")}
    assert ranges["heard"] is not None
    assert ranges["told-friend"] is None
    assert [one.status for one in release.reliability if one.measure == "patrol"] == ["c"]


def test_bases_of_two_branches_would_tell_how_few_are_in_neither() -> None:
    """The planted fault: items published wherever they have answers, as if all had been asked."""
    everywhere = tuple(replace(item, audience=None) for item in BOOK.items)
    release = released(replace(BOOK, items=everywhere))
    north = release.group_by_id["command=north"].base
    bases = [release.estimate_by_key["command=north", one].base for one in ("alone", "desk")]
    assert north is not None
    assert None not in bases
    assert 0 < north - sum(one for one in bases if one is not None) < DisclosurePolicy().k
