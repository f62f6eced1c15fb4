"""Tables that publishing found are tried first; they spare searches and change nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any

import fixtures_analysis as fixtures
import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from analysis.attack import fitting
from analysis.attack.answers import Candidates, attack_answers
from analysis.attack.audit import Audit
from analysis.attack.searching import FittingTables
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, making, publish
from analysis.release.model import Release

Reals = npt.NDArray[np.float64]


def alike(study: fixtures.Study) -> fixtures.Study:
    """The same with all of the smallest unit, and of none, answering everything alike."""
    units = study.microdata.variables["unit"]
    few = (units == np.argmin(np.bincount(units[units >= 0]))) | (units < 0)
    columns = {name: np.where(few, 0, column) for name, column in study.microdata.items.items()}
    return fixtures.with_answers(study, **columns)


def released(patch: pytest.MonkeyPatch, *, planted: bool) -> tuple[Release, Candidates]:
    """What is published, and the tables that its auditor is given first.

    Planted: no step is made coarser, so that shares tell how small groups answered.
    """
    study, given = alike(fixtures.small(600, seed=4)), list[Any]()

    def caught(*everything: Any) -> Audit:
        given.extend(everything)
        return Audit((), None)

    with patch.context() as here:
        here.setattr(making, "examine", caught)
        if planted:
            here.setattr(making, "protect_answers", lambda _, shown, __: shown)
            here.setattr(making, "attack_shares", lambda _: ())
        wave = WaveFacts("one", "One", date(2026, 3, 31))
        release = publish(
            study.codebook, study.plan, study.microdata, wave=wave, policy=DisclosurePolicy()
        )
    return release, given[2]


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each program that was solved."""
    found, least = list[str](), fitting.Fitting.least

    def counted(self: fitting.Fitting, functional: Reals) -> Reals | None:
        found.append("")
        return least(self, functional)

    monkeypatch.setattr(fitting.Fitting, "least", counted)
    return found


@pytest.mark.parametrize("planted", [False, True])
def test_what_is_tried_first_spares_searches_and_finds_the_same(
    monkeypatch: pytest.MonkeyPatch, searches: list[str], *, planted: bool
) -> None:
    release, candidates = released(monkeypatch, planted=planted)
    found = {one.words for one in attack_answers(release)}
    alone = len(searches)
    assert {one.words for one in attack_answers(release, candidates=candidates)} == found
    assert bool(found) == planted
    assert len(searches) - alone < alone


def test_themes_have_tables_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    release, candidates = released(monkeypatch, planted=False)
    asked = list[tuple[str, tuple[str, ...]]]()

    def noted(measure: str, ways: Collection[str]) -> Iterator[tuple[Reals, Reals]]:
        found = list(candidates(measure, ways))
        # The truth fits, and everybody who counts for it is in one half or the other.
        so, other = found[0]
        base = release.estimate_by_key["force", measure].base
        assert so[0] + other[0] == pytest.approx(base, rel=0.1)
        asked.append((measure, tuple(ways)))
        yield from found

    assert list(attack_answers(release, candidates=noted)) == []
    themes = {one.measure for one in release.measures if one.kind == "theme"}
    assert {way for measure, ways in asked for way in ways if measure in themes} >= {"positive"}


def _wrong(of: Candidates, change: Callable[[Reals], Reals]) -> Candidates:
    return lambda measure, ways: ((change(so), change(other)) for so, other in of(measure, ways))


@pytest.mark.parametrize(
    "change",
    [lambda one: 0 * one, lambda one: one[::-1], lambda one: one + 7, lambda one: one - 40],
    ids=["nobody", "turned", "more", "less"],
)
def test_a_table_that_does_not_fit_hides_nothing(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Reals], Reals]
) -> None:
    release, candidates = released(monkeypatch, planted=True)
    found = {one.words for one in attack_answers(release)}
    wrong = _wrong(candidates, change)
    assert {one.words for one in attack_answers(release, candidates=wrong)} == found


def test_a_table_of_whole_people_counts_and_one_of_parts_does_not() -> None:
    """Two counts that are as many as each other and at most 12."""
    both = sparse.csr_array(np.array([[1.0, -1.0]]))
    tables = FittingTables(both, np.zeros(2), np.array([11.5, 12.0]))
    assert not tables.seen_whole(0, 10)
    tables.search({0: -1.0})
    assert tables.most[0] == pytest.approx(11.5)
    assert not tables.seen_whole(0, 10)
    tables.whole(0, 10, np.inf)
    assert tables.seen_whole(0, 10)
    assert not tables.seen_whole(0, 12)
