"""What may outlive the answers: the sums of shown groups, and of no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import numpy as np
import pytest
from fixtures_analysis import Study, small, with_answers

from analysis.earlier_tallies import EarlierTallies, identity, kept, shares
from analysis.errors import DataError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, exact, publish
from analysis.release.model import Release
from analysis.tally import tally

STUDY = small()
WAVE = WaveFacts("spring", "Spring survey", date(2026, 5, 1))


@cache
def release() -> Release:
    return publish(
        STUDY.codebook, STUDY.plan, STUDY.microdata, wave=WAVE, policy=DisclosurePolicy()
    )


@cache
def kept_sums() -> EarlierTallies:
    return kept(tally(STUDY.codebook, STUDY.plan, STUDY.microdata), release())


def test_sums_of_a_shown_group_give_its_exact_figure() -> None:
    figures = exact(STUDY.codebook, STUDY.plan, STUDY.microdata)
    for group in ("force", "command=north", "ethnicity=majority"):
        sums = kept_sums().sums("fairness", group)
        figure = figures.at(group, "fairness")
        assert sums is not None
        assert figure is not None
        n, total, squares = shares(sums)
        assert n == figure.people
        assert total / n == pytest.approx(figure.positive)
        assert squares / n - (total / n) ** 2 == pytest.approx(figure.spread)


def test_nothing_is_kept_of_what_the_release_does_not_show() -> None:
    hidden = 0
    for row in release().estimates:
        if row.kind == "theme":
            shown = kept_sums().sums(row.measure, row.group) is not None
            assert shown == (row.status == "shown")
            hidden += not shown
    assert hidden
    assert (kept_sums().n[kept_sums().n > 0] >= DisclosurePolicy().k).all()


def with_one_left() -> Study:
    """Of 200 in the north 190 are shown with their ethnicity; of the other ten one answered."""
    unit = np.repeat([0, 1, 2, 3, 4, 5], [120, 80, 200, 150, 200, 150])
    ethnicity = np.repeat([0, 1, -1, 0, 1, -1, 0, 2], [190, 5, 5, 230, 100, 20, 250, 100])
    probation = np.arange(900) % 2
    skipped = (np.arange(900) > 190) & (np.arange(900) < 200)
    answers = {
        one.id: np.where(skipped, -1, (np.arange(900) * 7) % 5)
        for one in STUDY.codebook.items
        if one.theme == "fairness"
    }
    columns = {"unit": unit, "ethnicity": ethnicity, "in_probation": probation, **answers}
    return with_answers(STUDY, **columns)


def test_nothing_is_kept_from_which_fewer_than_k_are_left_by_subtracting() -> None:
    study = with_one_left()
    release = publish(
        study.codebook, study.plan, study.microdata, wave=WAVE, policy=DisclosurePolicy()
    )
    counted = tally(study.codebook, study.plan, study.microdata)
    north, shown = "command=north", "command=north&ethnicity=majority"
    assert all(
        release.estimate_by_key[group, theme].status == "shown"
        for group in (north, shown)
        for theme in ("fairness", "leadership")
    )
    at = [group.id for group in study.plan.groups]
    people = counted.at_groups.themes["fairness"].people
    assert [int(people[at.index(group)]) for group in (north, shown)] == [191, 190]
    sums = kept(counted, release)
    assert sums.sums("fairness", north) is not None
    assert sums.sums("fairness", shown) is None, "one person's share would be the difference"
    n = {
        (theme, group): of[0]
        for theme in sums.fingerprints
        for group in sums.groups
        if (of := sums.sums(theme, group))
    }
    where = {group.id: set(group.where) for group in study.plan.groups}
    for (theme, finer), inside in n.items():
        for other in at:
            if (theme, other) in n and where[other] < where[finer]:
                left = n[theme, other] - inside
                assert left == 0 or left >= DisclosurePolicy().k


def test_wave_date_and_fingerprints_are_those_of_the_release() -> None:
    assert (kept_sums().wave, kept_sums().closed) == ("spring", date(2026, 5, 1))
    assert kept_sums().fingerprints == {
        row.measure: row.fingerprint for row in release().measures if row.kind == "theme"
    }


def test_what_was_never_asked_or_declared_has_no_sums() -> None:
    assert kept_sums().sums("kit", "force") is None
    assert kept_sums().sums("fairness", "command=west") is None


def test_a_reorganised_command_is_another_group() -> None:
    plan = fixtures.plan()
    units = plan.breakdown_by_id["command"]
    moved = {
        "north": {"categories": frozenset({"north-a"})},
        "south": {"categories": frozenset({"north-b", "south-a", "south-b"})},
        "north-b": {"parent": "south"},
    }
    values = tuple(replace(value, **moved.get(value.id, {})) for value in units.values)
    others = tuple(one for one in plan.breakdowns if one.id != "command")
    changed = replace(plan, breakdowns=(replace(units, values=values), *others))
    same = {
        group: identity(plan, plan.group_by_id[group])
        == identity(changed, changed.group_by_id[group])
        for group in ("force", "command=north", "command=south", "command=north-b", "command=crime")
    }
    assert same == {
        "force": True,
        "command=north": False,
        "command=south": False,
        "command=north-b": True,
        "command=crime": True,
    }


def test_a_release_of_other_groups_is_refused() -> None:
    fewer = replace(STUDY.plan, tables=STUDY.plan.tables[:1], intersections=())
    with pytest.raises(DataError, match="the same groups"):
        kept(tally(STUDY.codebook, fewer, STUDY.microdata), release())


def test_sums_of_nobody_are_refused() -> None:
    with pytest.raises(DataError, match="nobody"):
        replace(kept_sums(), n=np.zeros_like(kept_sums().n))
