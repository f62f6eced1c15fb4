"""A reading that no answer to an item has is no share, and so hides nothing of the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from fixtures_analysis import codebook, item, variable

from analysis.attack import answers
from analysis.attack.audit import audit
from analysis.codebook import READINGS, AnswerCategory, Codebook
from analysis.errors import Unprotectable
from analysis.microdata import Microdata
from analysis.plan import Breakdown, Table, TablePlan, Value
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, coarser, publish
from analysis.publish.rounded import Rounder
from analysis.release.model import Release

HOW_OFTEN = (
    AnswerCategory("never", "Never", "positive", 100.0),
    AnswerCategory("once", "Once or twice", "negative", 66.0),
    AnswerCategory("several", "Several times", "negative", 33.0),
    AnswerCategory("often", "Often", "negative", 0.0),
)
SIZES = {"a": 80, "b": 95, "c": 2000}
SENSITIVE, PLAIN = "sensitive", "plain"


def _plan(units: str) -> TablePlan:
    values = tuple(Value(one, one, "command", None, frozenset(one)) for one in units)
    breakdown = Breakdown("unit", "unit", "unit", ("command",), values)
    return TablePlan((breakdown,), (Table("unit", ("unit",), (None,)),))


def _book(units: str, sensitive: int) -> Codebook:
    items = [item(f"{SENSITIVE}{n}", categories=HOW_OFTEN, sensitive=True, level=0.3)
             for n in range(sensitive)]  # fmt: skip
    items.append(item(PLAIN, categories=HOW_OFTEN, level=0.3))
    return replace(codebook(tuple(items), themes=()), variables=(variable("unit", tuple(units)),))


def _published(badly: float) -> Release:
    """The same answers to a sensitive item and to one that is not; `badly` in the small units."""
    rng = np.random.default_rng(round(100 * badly))
    units = np.repeat(range(len(SIZES)), list(SIZES.values())).astype(np.int16)
    said = np.zeros(len(units), dtype=np.int16)
    for unit, share in enumerate((badly, badly, 0.2)):
        at = np.flatnonzero(units == unit)
        chosen = rng.choice(at, round(share * len(at)), replace=False)
        said[chosen] = rng.integers(1, 4, len(chosen))
    book, items = _book("abc", 1), {f"{SENSITIVE}0": said, PLAIN: said}
    data = Microdata(len(units), {"unit": units}, items, None)
    kept = dict.fromkeys(items, "kept")
    facts = WaveFacts("autumn", "Autumn", date(2026, 9, 30), polarity=kept)
    return publish(book, _plan("abc"), data, wave=facts, policy=DisclosurePolicy())


@pytest.mark.parametrize("badly", [0.3, 0.45, 0.6])
def test_an_item_without_a_neutral_answer_says_how_many_answered_badly(badly: float) -> None:
    release = _published(badly)
    for group in ("unit=a", "unit=b"):
        found = release.estimate_by_key[group, f"{SENSITIVE}0"]
        plain = release.estimate_by_key[group, PLAIN]
        assert (found.positive, found.negative) == (plain.positive, plain.negative)
        assert found.negative == pytest.approx(100 * badly, abs=2.5)
        assert (found.neutral, found.neutral_bound) == (None, "")
        raised = {
            one.measure for one in release.concerns if (one.group, one.kind) == (group, "level")
        }
        assert raised in (set(), {f"{SENSITIVE}0", PLAIN})
    assert not audit(release, _plan("abc"))


def test_coded_as_nobody_it_would_take_the_others_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    of_any = Rounder.readings
    monkeypatch.setattr(Rounder, "readings", lambda one, of: of_any(replace(one, has=READINGS), of))
    release = _published(0.3)
    assert release.estimate_by_key["unit=a", f"{SENSITIVE}0"].negative is None


def _drawn(seed: int) -> tuple[Codebook, TablePlan, Microdata]:
    """Two units of 100 to 160 people, and ten sensitive items that few answer badly to."""
    rng = np.random.default_rng(seed)
    sizes = [int(rng.integers(105, 160)), int(rng.integers(100, 130))]
    units = np.repeat(range(2), sizes).astype(np.int16)
    items = {}
    for n in range(10):
        said = np.zeros(len(units), dtype=np.int16)
        for unit, share in enumerate((0.06, 0.02)):
            at = np.flatnonzero(units == unit)
            said[rng.choice(at, rng.binomial(sizes[unit], share), replace=False)] = 1
        items[f"{SENSITIVE}{n}"] = said
    items[PLAIN] = np.zeros(len(units), dtype=np.int16)
    return _book("ab", 10), _plan("ab"), Microdata(len(units), {"unit": units}, items, None)


def _stuck(seeds: Iterable[int]) -> list[int]:
    found = []
    for seed in seeds:
        facts = WaveFacts("autumn", "Autumn", date(2026, 9, 30))
        try:
            publish(*_drawn(seed), wave=facts, policy=DisclosurePolicy())
        except Unprotectable:
            found.append(seed)
    return found


def test_a_gap_to_a_band_is_read_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where bands are looked at from outside, what tells is withheld before anybody is stuck.
    assert not _stuck((0, 2, 7))
    monkeypatch.setattr(coarser, "numerators", lambda *_: None)
    monkeypatch.setattr(coarser, "opened_along_lines", lambda *_: ())
    monkeypatch.setattr(answers, "few_told", lambda *_: ())
    assert not _stuck((0, 2, 7))
    known = answers.rest_share

    def narrow(release: Release, row: object) -> object:
        """As it was read once: from the edge of an item that is not sensitive."""
        measure = release.measure_by_id[row.measure]  # type: ignore[attr-defined]
        measure = replace(measure, sensitive=False)
        others = tuple(
            measure if one.measure == measure.measure else one for one in release.measures
        )
        return known(replace(release, measures=others), row)  # type: ignore[arg-type]

    monkeypatch.setattr(answers, "rest_share", narrow)
    assert _stuck((0, 2, 7))
