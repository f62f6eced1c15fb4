"""What is made again when less of a wave is to be shown, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import fixtures_analysis as fixtures
import pytest

from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, making, publish
from analysis.publish.response import Response
from analysis.publish.shown import Shown
from analysis.release.model import Release

WAVE = WaveFacts("autumn", "Autumn", date(2026, 11, 1))


def drafted(monkeypatch: pytest.MonkeyPatch) -> tuple[Shown, Response, Release]:
    """The first draft of a Release, and what it was made of."""
    study, made = fixtures.small(), []
    draft = making._draft

    def kept(shown: Shown, wave: WaveFacts, known: Response, *more: Any) -> Release:
        made.append((shown, known, draft(shown, wave, known, *more)))
        return made[-1][2]

    monkeypatch.setattr(making, "_draft", kept)
    policy = replace(DisclosurePolicy(), k=12)
    publish(study.codebook, study.plan, study.microdata, wave=WAVE, policy=policy)
    monkeypatch.undo()
    return made[0]


def test_a_second_draft_is_what_one_from_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, known, first = drafted(monkeypatch)
    pairs = [(row.group, row.measure) for row in first.estimates if row.status == "shown"]
    less = replace(shown, withheld=shown.withheld | {pairs[0], pairs[-1], pairs[len(pairs) // 2]})
    second = making._draft(less, WAVE, known, None, (shown, first))
    assert second == making._draft(less, WAVE, known, None) != first
    kept = {id(row) for row in first.estimates} & {id(row) for row in second.estimates}
    assert len(kept) > len(first.estimates) / 2
    back = making._draft(shown, WAVE, known, None, (less, second))
    assert back == first, "what is shown again is made again too"


def test_rows_that_stay_where_less_is_shown_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, known, first = drafted(monkeypatch)
    pair = next((row.group, row.measure) for row in first.estimates if row.status == "shown")
    less = replace(shown, withheld=shown.withheld | {pair})
    stale = making._draft(less, WAVE, known, None, (less, first))
    assert stale != making._draft(less, WAVE, known, None)
