"""Bands of sensitive items that a whole and its other shown parts open: planted, seen, mended."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.attack import answers
from analysis.attack.answers import attack_answers
from analysis.attack.audit import Audit, audit
from analysis.codebook import AnswerCategory
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, coarser, making, publish
from analysis.release.model import Release

WAVE = WaveFacts("one", "One", date(2026, 3, 31))
POLICY = DisclosurePolicy()
A, B, WHOLE = "unit=a", "unit=b", "unit=both"
PEOPLE = {WHOLE: 251, A: 149, B: 102}
ELSEWHERE = 1800
YES_OR_NO = (
    AnswerCategory("yes", "Yes", "positive", 100.0),
    AnswerCategory("no", "No", "negative", 0.0),
)
SAID_YES = ((30, 1), (13, 2), (19, 4))
"""In `a` and in `b`, item by item."""


def released() -> Release:
    units = {"both": ["a", "b"], "other": ["c"]}
    plan = small.plan([small.nested("unit", units)], [small.table("unit")])
    sizes = (PEOPLE[A], PEOPLE[B], ELSEWHERE)
    items = {
        f"q{at}": np.concatenate(
            [np.arange(n) >= so for n, so in zip(sizes, (*few, ELSEWHERE // 3), strict=True)]
        ).astype(np.int16)
        for at, few in enumerate(SAID_YES)
    }
    made = tuple(fixtures.item(q, categories=YES_OR_NO, sensitive=True) for q in items)
    book = replace(
        fixtures.codebook(made, ()), themes=(), variables=(fixtures.variable("unit", tuple("abc")),)
    )
    data = Microdata(sum(sizes), {"unit": np.repeat(range(3), sizes).astype(np.int16)}, items)
    return publish(book, plan, data, wave=WAVE, policy=POLICY)


def _unlooked(patch: pytest.MonkeyPatch) -> None:
    """Nobody who publishes looks at bands."""
    patch.setattr(coarser, "numerators", lambda *_: None)
    patch.setattr(coarser, "opened_along_lines", lambda *_: ())


def unmended(monkeypatch: pytest.MonkeyPatch) -> Release:
    with monkeypatch.context() as patch:
        _unlooked(patch)
        patch.setattr(making, "examine", lambda *_: Audit((), None))
        return released()


def said_yes(release: Release, group: str, item: str) -> range:
    """All numbers of people that can stand behind a published percent."""
    row, n = release.estimate_by_key[group, item], PEOPLE[group]
    if row.positive is None:
        return range(n + 1)
    step = release.coarser_by_key.get((group, item), 1)
    half = step / 2
    low = 0 if row.positive_bound == "or_less" else math.ceil((row.positive - half) * n / 100)
    return range(low, math.ceil((row.positive + half) * n / 100))


def opened(release: Release) -> Iterator[tuple[str, str]]:
    """What the whole less the other part says of a banded one."""
    few = POLICY.min_numerator
    for item in release.measure_by_id:
        whole = said_yes(release, WHOLE, item)
        for group, other in ((A, B), (B, A)):
            if release.estimate_by_key[group, item].positive_bound:
                beside, mine = said_yes(release, other, item), said_yes(release, group, item)
                if whole[-1] - beside[0] < few <= mine[-1]:
                    yield group, item


def test_no_band_is_opened_by_what_is_shown_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = released()
    shown = {row.group for row in made.estimates if row.status == "shown"}
    assert shown == {FORCE, A, B}, "what tells is withheld, and nothing takes a step"
    assert not made.coarser_by_key
    assert not list(opened(made))
    assert {item for _, item in opened(unmended(monkeypatch))} == set(made.measure_by_id)


def test_the_auditor_sees_a_band_that_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    made, planted = released(), unmended(monkeypatch)
    assert list(audit(made)) == []
    assert list(attack_answers(made, everybody_answered=True)) == []
    found = list(attack_answers(planted, everybody_answered=True))
    assert {(one.group, one.measure) for one in found} >= set(opened(planted))
    assert {one.kind for one in found} == {"numerator"}
    assert all("fewer than 5 people are" in one.words for one in found)
    assert [one for one in audit(planted) if one.kind == "numerator"], "nor by a guess alone"
    monkeypatch.setattr(answers, "few_told", lambda *_: ())
    assert not list(attack_answers(planted, everybody_answered=True))


def test_what_only_the_auditor_sees_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    _unlooked(monkeypatch)
    made = released()
    assert "c" in {row.status for row in made.estimates if row.group in (A, B)}
    assert list(audit(made)) == []
