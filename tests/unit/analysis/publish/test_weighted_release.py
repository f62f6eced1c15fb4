"""A Release of weighted answers: other figures, and the same people protected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from fixtures_analysis import Study, shuffled, small, with_answers

from analysis.codebook import Codebook
from analysis.errors import DataError, ReleaseError
from analysis.microdata import Microdata
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, exact, publish
from analysis.release.consistency import check
from analysis.release.model import Release

WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))


def released(study: Study, weight: str | None = None) -> Release:
    parts = (study.codebook, study.plan, study.microdata)
    return publish(*parts, wave=WAVE, policy=DisclosurePolicy(), weight=weight)


def test_weights_change_the_figures_and_not_which_groups_are_shown() -> None:
    plain, weighted = small(weighted=False), small(weighted=True)
    data = replace(plain.microdata, weights=weighted.microdata.weights)
    release = released(replace(plain, microdata=data), weight="POSTWT")
    other = released(plain)
    assert release.manifest.weight == "POSTWT"
    assert release.groups == other.groups
    both = [
        (mine.base, theirs.base)
        for mine, theirs in zip(release.estimates, other.estimates, strict=True)
        if mine.status == theirs.status
    ]
    assert all(mine == theirs for mine, theirs in both)
    # Bands are of people: what opens them is asked of unweighted shares alone.
    other_status = {
        mine.measure
        for mine, theirs in zip(release.estimates, other.estimates, strict=True)
        if mine.status != theirs.status
    }
    assert other_status <= {item.id for item in plain.codebook.items if item.sensitive}
    moved_by = [
        abs(mine.positive - theirs.positive)
        for mine, theirs in zip(release.estimates, other.estimates, strict=True)
        if mine.positive is not None and theirs.positive is not None
    ]
    assert 0 < max(moved_by) <= 15


def test_weights_widen_ranges_by_one_number_for_the_whole_release() -> None:
    study = small(weighted=True)
    release, figures = released(study, weight="POSTWT"), exact(*study_of(study))
    shown = [figures.at(row.group, row.measure) for row in release.estimates if row.base]
    worst = max(one.people / one.effective for one in shown if one is not None)
    assert release.manifest.design_effect >= 100 * worst > 100
    assert release.manifest.design_effect % 10 == 0
    assert released(small()).manifest.design_effect == 100
    # Said to be less, the same limits would be of more answers than there are; and so would others.
    for planted in (100, 90):
        told = replace(release.manifest, design_effect=planted)
        with pytest.raises(ReleaseError, match=r"do not follow|design effect"):
            check(replace(release, manifest=told))
    unweighted = replace(release.manifest, weight=None)
    with pytest.raises(ReleaseError, match="design effect"):
        check(replace(release, manifest=unweighted))


def study_of(study: Study) -> tuple[Codebook, TablePlan, Microdata]:
    return study.codebook, study.plan, study.microdata


def test_a_weight_cannot_lift_a_small_count_of_a_sensitive_item_over_its_band() -> None:
    study = small(900)
    harassed = np.full(900, 4, dtype=np.int16)
    harassed[:3] = 0
    weights = np.full(900, 0.5)
    weights[:3] = 40.0
    study = with_answers(study, harassed=harassed)
    data = replace(study.microdata, weights=weights)
    release = released(replace(study, microdata=data), weight="POSTWT")
    row = release.estimate_by_key["force", "harassed"]
    figures = exact(study.codebook, study.plan, data)
    figure = figures.at("force", "harassed")
    assert figure is not None
    assert figure.positive > 0.2
    assert (row.positive, row.positive_bound) == (1, "or_less")


def test_weighted_release_does_not_depend_on_the_order_of_respondents() -> None:
    study = small(weighted=True)
    one, other = (released(s, weight="POSTWT") for s in (study, shuffled(study)))
    assert one == other


def test_weights_and_their_name_come_together() -> None:
    with pytest.raises(DataError, match="come together"):
        released(small(), weight="POSTWT")
    with pytest.raises(DataError, match="come together"):
        released(small(weighted=True))
