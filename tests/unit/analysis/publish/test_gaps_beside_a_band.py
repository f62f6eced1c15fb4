"""The percent of a small rest that a gap to a band tells: planted, seen by the auditor, mended.

Nearly nobody in the shown part agrees, so its percent is a band, and 9 of the 15 others do. What
the force and the part say leaves open how many of these. The gap begins at the end of the band, so
the rest's own percent follows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.attack import answers
from analysis.attack import told as seen
from analysis.attack.answers import attack_answers
from analysis.attack.audit import Audit
from analysis.codebook import AnswerCategory
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, making, publish, told
from analysis.release.model import Release

WAVE = WaveFacts("one", "One", date(2026, 3, 31))
PEOPLE = {"a": 300, "b": 5, "": 10}
"""Ten did not say where they work."""
AGREE = {"a": 2, "b": 3, "": 6}
PLAN = small.plan([small.flat("unit", ["a", "b"])], [small.table("unit")])
YES_OR_NO = (
    AnswerCategory("yes", "Yes", "positive", 100.0),
    AnswerCategory("no", "No", "negative", 0.0),
)


def released(*, turned: bool) -> Release:
    """With nearly nobody in the band, or nearly everybody."""
    units = np.repeat([0, 1, -1], list(PEOPLE.values())).astype(np.int16)
    no = np.concatenate([np.arange(n) >= AGREE[unit] for unit, n in PEOPLE.items()])
    book = replace(
        fixtures.codebook((fixtures.item("q", categories=YES_OR_NO),), ()),
        themes=(),
        variables=(fixtures.variable("unit", ("a", "b")),),
    )
    data = Microdata(len(units), {"unit": units}, {"q": (no != turned).astype(np.int16)})
    return publish(book, PLAN, data, wave=WAVE, policy=DisclosurePolicy())


def planted(patch: pytest.MonkeyPatch, *, turned: bool) -> Release:
    """As if nobody had thought of gaps."""
    with patch.context() as blind:
        blind.setattr(told.Telling, "rests_told", lambda _, __, ___, n, ____: (np.zeros_like(n), n))
        blind.setattr(making, "examine", lambda *_: Audit((), None))
        return released(turned=turned)


@pytest.mark.parametrize("turned", [False, True])
def test_the_auditor_sees_a_rest_that_a_gap_to_a_band_tells(
    turned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = planted(monkeypatch, turned=turned)
    row = made.comparison_by_key["unit=a", "q", FORCE]
    mine = made.estimate_by_key["unit=a", "q"]
    assert mine.positive_bound
    assert row.gap is not None
    assert mine.positive is not None
    # Anybody can take the gap, which is in steps of five, from the band's end.
    assert mine.positive - row.gap == (39 if turned else 61)
    low, high = seen.rest_share(made, row) or (0.0, 1.0)
    rest = [people for people in range(16) if 15 * low <= people <= 15 * high]
    assert rest == [6 if turned else 9]
    (found,) = set(attack_answers(made, PLAN, everybody_answered=True))
    assert "it is known how many" in found.words
    monkeypatch.setattr(answers, "rest_share", lambda *_: None)
    assert not list(attack_answers(made, PLAN, everybody_answered=True)), "nothing else tells it"


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_published_tells_nothing_of_it(turned: bool) -> None:
    made = released(turned=turned)
    assert list(attack_answers(made, PLAN, everybody_answered=True)) == []
    row = made.comparison_by_key["unit=a", "q", FORCE]
    low, high = seen.rest_share(made, row) or (0.0, 1.0)
    assert sum(15 * low <= people <= 15 * high for people in range(16)) > 1


def test_a_gap_of_nothing_beside_a_band_tells_of_no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    made = planted(monkeypatch, turned=False)
    row = replace(made.comparison_by_key["unit=a", "q", FORCE], gap=0)
    assert seen.rest_share(made, row) is None
