"""Counts are published only of the wave, and by the plans, that they are of."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_earlier import DAY, POLICY, UNITS, book, ledger_with, made, people, plan, why

from analysis.counting import Counted, Counting
from analysis.errors import DataError
from analysis.ledger import Ledger
from analysis.plan import TablePlan
from analysis.publish import Ready, WaveFacts, publish

ANSWERS = people({"north": 60, "south": 50, "west": 40, "east": 30})
PLAN = plan(UNITS)


def facts(ledger: Ledger | None) -> WaveFacts:
    return WaveFacts("autumn", "Autumn", DAY, ledger, why(ledger))


def again(counted: Counted, ledger: Ledger | None, of: TablePlan = PLAN) -> object:
    return publish(book(), of, counted, wave=facts(ledger), policy=POLICY)


def test_without_the_plans_of_earlier_releases_nothing_is_published_again(tmp_path: Path) -> None:
    """Or nothing would be audited together with them."""
    ledger = ledger_with(PLAN, ANSWERS, tmp_path)
    fresh = Counting(book(), PLAN).count(ANSWERS)
    with pytest.raises(DataError, match="before it was first published: count them anew"):
        again(fresh, ledger)
    counted = Ready.of(book(), PLAN, facts(ledger)).counting.count(ANSWERS)
    assert again(counted, ledger) == made(PLAN, ANSWERS, ledger)
    with pytest.raises(DataError, match="count them anew"):
        again(counted, None)


def test_counts_by_another_plan_are_not_published() -> None:
    crossed = plan(UNITS, crossed=True)
    counted = Counting(book(), crossed).count(ANSWERS)
    with pytest.raises(DataError, match="by another plan than it is published by"):
        again(counted, None)
