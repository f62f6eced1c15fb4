"""Alpha as it is published, and items that run against their theme."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import fixtures_analysis as fixtures
import numpy as np
import pytest

from analysis.codebook import Codebook
from analysis.errors import DataError
from analysis.microdata import Microdata
from analysis.moments import moments
from analysis.polarity import Polarity, decided
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.reliability import polarity_warnings, reliability_rows
from analysis.release.model import Release
from analysis.statistics.reliability import cronbach_alpha

WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))


def book(*, wrong: bool) -> Codebook:
    """Three items of one theme; with `wrong`, the third is read the wrong way round."""
    names = ("led", "seen", "heard")
    reverse = {"heard": fixtures.agreement(reverse=True)} if wrong else {}
    items = [
        fixtures.item(name, "leadership", categories=reverse.get(name, fixtures.agreement()))
        for name in names
    ]
    return fixtures.codebook((*items, fixtures.item("fair", "fairness")))


def answers(n: int = 900) -> Microdata:
    return fixtures.microdata(book(wrong=False), n)


def released(of: Codebook, polarity: Polarity | None = None, **more: Any) -> Release:
    return publish(
        *(of, fixtures.plan(), answers()),
        wave=replace(WAVE, polarity=polarity or {}),
        policy=DisclosurePolicy(),
        **more,
    )


def test_alpha_is_that_of_everybody_and_its_limits_of_fewer() -> None:
    release = released(book(wrong=False))
    leadership, fairness = release.reliability
    found = cronbach_alpha(*moments(book(wrong=False), answers()).themes["leadership"].scores())
    assert leadership.alpha == round(found.alpha, 2)
    assert leadership.lower is not None
    assert leadership.upper is not None
    # Three quarters of 900: as wide as limits of 675 people, outward.
    assert leadership.lower < found.lower
    assert found.upper < leadership.upper
    assert (leadership.item_count, leadership.group, leadership.status) == (3, "force", "shown")
    # A theme of one item has no alpha, and its row looks like any other that is not shown.
    assert (fairness.alpha, fairness.lower, fairness.upper, fairness.status) == (*[None] * 3, "c")


def test_limits_do_not_tell_how_many_left_an_item_out() -> None:
    of = book(wrong=False)
    data = answers()
    fewer = np.array(data.items["led"])
    fewer[:7] = -1
    found = [moments(of, data), moments(of, replace(data, items={**data.items, "led": fewer}))]
    wide = [reliability_rows(of, one, 900)[0] for one in found]
    for row in wide:
        assert row.alpha is not None
        again = cronbach_alpha(*found[0].themes["leadership"].scores()).at(675, 3)
        assert row.upper == pytest.approx(again.upper, abs=0.02)


@pytest.mark.parametrize("n", [90, 130])
def test_with_fewer_than_a_hundred_there_is_no_alpha(n: int) -> None:
    of = book(wrong=False)
    assert reliability_rows(of, moments(of, answers(n)), n)[0].status == "c"


def test_an_item_that_runs_against_its_theme_stops_the_release() -> None:
    with pytest.raises(DataError) as stopped:
        released(book(wrong=True))
    said = str(stopped.value)
    assert "Item heard" in said
    assert "--polarity heard=reversed" in said
    assert "--polarity heard=kept" in said


def test_fewer_than_a_hundred_answers_do_not_stop_it() -> None:
    of = book(wrong=True)
    assert polarity_warnings(of, moments(of, answers(90)), {}) == ()


def test_a_decision_lets_it_pass_and_the_release_says_so() -> None:
    kept = released(book(wrong=True), {"heard": "kept"})
    assert "confirm that it is read the right way round" in kept.manifest.warnings[0]
    of = decided(book(wrong=True), {"heard": "reversed"})
    turned = released(of, {"heard": "reversed"})
    assert [text for text in turned.manifest.warnings if "turned it" in text]
    assert len(turned.manifest.warnings) == 1
    right = released(book(wrong=False))
    assert right.manifest.warnings == ()
    assert turned.estimates == right.estimates
    assert turned.reliability == right.reliability


def test_a_reversed_item_breaks_its_line() -> None:
    before, after = book(wrong=True), decided(book(wrong=True), {"heard": "reversed"})
    assert before.item_by_id["heard"].fingerprint != after.item_by_id["heard"].fingerprint
    assert before.item_by_id["led"] == after.item_by_id["led"]
    with pytest.raises(DataError, match="no item of this id"):
        decided(before, {"nothing": "kept"})


def test_an_item_that_goes_slightly_against_its_theme_is_a_warning() -> None:
    of = book(wrong=False)
    data = answers()
    rng = np.random.default_rng(8)
    mixed = np.where(rng.random(data.n) < 0.58, 4 - data.items["led"], data.items["led"])
    data = replace(data, items={**data.items, "led": np.where(data.items["led"] < 0, -1, mixed)})
    (text,) = polarity_warnings(of, moments(of, data), {})
    assert text.startswith("“Statement led” goes slightly against")
