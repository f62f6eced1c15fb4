"""A state is an inequality: about nothing that is hidden, then or now, and no more than it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import numpy as np
import pytest
from fixtures_analysis import Study, with_answers

from analysis.attack.audit import audit
from analysis.attack.editions import trends
from analysis.attack.hints import hidden_rows
from analysis.attack.material import Material, Published
from analysis.attack.states import said_of_item, said_of_theme
from analysis.errors import LeakingRelease, ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.release.rows import ConcernRow, ConcernState

NORTH = "command=north"
SAFETY = "safety"


def study(falls: bool) -> Study:
    """A theme of one item, which a command answers worse, and a theme of two."""
    items = (
        fixtures.item("safe", SAFETY),
        fixtures.item("led", "leadership"),
        fixtures.item("seen", "leadership"),
    )
    book = fixtures.codebook(items)
    made = Study(book, fixtures.plan(), fixtures.microdata(book, 900))
    if not falls:
        return made
    codes = book.variable_by_id["unit"].codes
    unit = made.microdata.variables["unit"]
    inside = np.isin(unit, [codes.index("north-a"), codes.index("north-b")])
    safe = made.microdata.items["safe"]
    return with_answers(made, safe=np.where(inside & (safe >= 0), np.minimum(safe + 1, 4), safe))


@cache
def released(wave: str = "one", *, falls: bool = True) -> Release:
    made = study(falls)
    return publish(
        *(made.codebook, made.plan, made.microdata),
        wave=WaveFacts(wave, wave, date(2026, 3, 31)),
        policy=DisclosurePolicy(),
    )


def raised(state: ConcernState = "emerging", before: str = "") -> Release:
    rows = tuple(
        replace(row, state=state, before=before) if row.group == NORTH else row
        for row in released().concerns
    )
    return replace(released(), concerns=rows)


def of(*releases: Release) -> Material:
    return Material(tuple(Published(one.manifest.wave, one) for one in releases))


def test_the_truth_lies_within_what_a_state_says() -> None:
    row = released().estimate_by_key[NORTH, SAFETY]
    low, high = said_of_theme(released(), SAFETY)[NORTH]
    assert low == 0.0
    assert row.positive is not None
    assert row.positive / 100 - 0.005 <= high < 1
    assert said_of_item(released(), released().measure_by_id["safe"])[NORTH] == (low, high)


@pytest.mark.parametrize("state", ["emerging", "confirmed", "serious", "cleared", "watched"])
def test_each_state_says_its_own_inequality(state: ConcernState) -> None:
    said = said_of_theme(raised(state, "" if state == "emerging" else "before"), SAFETY)
    force = released().estimate_by_key["force", SAFETY]
    north = released().estimate_by_key[NORTH, SAFETY]
    assert force.positive is not None
    assert force.base is not None
    assert north.base is not None
    others = 1 - north.base / force.base
    highest = force.positive / 100 + 0.005
    expected = {
        "emerging": (0.0, highest - 0.05 * others),
        "confirmed": (0.0, highest - 0.025 * others),
        "serious": (0.0, highest - 0.025 * others),
        "cleared": (force.positive / 100 - 0.005 - 0.025, 1.0),
    }
    assert said.get(NORTH) == (pytest.approx(expected[state]) if state in expected else None)


def test_an_item_that_is_not_all_of_its_theme_is_not_what_a_state_is_about() -> None:
    assert said_of_item(released(), released().measure_by_id["led"]) == {}


def test_a_clean_release_with_states_withstands_the_auditor() -> None:
    assert any(row.group == NORTH for row in released().concerns)
    assert audit(released()) == ()


def test_a_state_that_the_published_percents_contradict_is_seen() -> None:
    """Planted: an emerging concern of a group that answers like everybody."""
    clean = released(falls=False)
    (row, *_) = released().concerns
    told = replace(row, group=NORTH, measure=SAFETY, kind="concern", gap=-5, lower=-9, upper=0)
    contradicting = replace(clean, concerns=(told,))
    assert audit(clean) == ()
    assert "contradiction" in {breach.kind for breach in audit(contradicting)}


def _told(group: str, state: ConcernState = "emerging", before: str = "") -> ConcernRow:
    return ConcernRow(
        group, SAFETY, "concern", state, "force", -5, -9, 0, 5, "words", before
    )  # fmt: skip


def test_a_state_of_a_hidden_group_is_a_breach() -> None:
    hidden = next(row.group for row in released().groups if row.status != "shown")
    leaking = replace(released(), concerns=(_told(hidden),))
    with pytest.raises(LeakingRelease):
        check(leaking)
    assert any(breach.kind == "leak" for breach in audit(leaking))
    fallen = hidden_rows(of(leaking)).falls
    assert any(f"emerging stands at {hidden}" in fall.words for fall in fallen)


def test_a_state_that_rests_on_a_wave_which_hid_the_group_falls() -> None:
    then = released("before")
    row = then.estimate_by_key[NORTH, SAFETY]
    nothing = {"base": None, "positive": None, "lower": None, "upper": None, "status": "c"}
    hidden = tuple(
        replace(one, **nothing) if one is row else one  # type: ignore[arg-type]
        for one in then.estimates
    )
    confirmed = raised("confirmed", "before")
    assert trends(of(then, confirmed)).falls == []
    fallen = [fall.words for fall in trends(of(replace(then, estimates=hidden), confirmed)).falls]
    pooled = f"one says confirmed of {SAFETY} in {NORTH}, pooled with before, where before hides it"
    assert pooled in fallen


@pytest.mark.parametrize(
    ("state", "before"), [("emerging", "spring"), ("confirmed", ""), ("cleared", "one")]
)
def test_a_state_names_the_wave_that_it_rests_on_and_only_then(
    state: ConcernState, before: str
) -> None:
    with pytest.raises(ReleaseError, match="cannot be"):
        check(replace(released(), concerns=(_told(NORTH, state, before),)))
