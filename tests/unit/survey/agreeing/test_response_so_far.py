"""How many have used their code is told roughly, late and once a day, however often one looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from fixtures_wave import LiveWave
from sqlalchemy import select

from analysis.plan import FORCE
from survey import database
from survey.agreeing import response
from survey.collect import issuer
from survey.config import BOX, Settings
from survey.database import Stores
from survey.manage import headcounts
from survey.manage.tables import ResponseRow

FIRST = date(2026, 9, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def stored(live: LiveWave) -> dict[date, int]:
    with live.stores.issuer() as session:
        return {row.day: row.percent for row in session.scalars(select(ResponseRow))}


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[int]]:
    """Sets how many codes were used; gives back a list of each time that they were counted."""
    counted: list[int] = []

    def set_to(number: int) -> list[int]:
        def count(*_: object) -> int:
            counted.append(number)
            return number

        monkeypatch.setattr(issuer, "count_used", count)
        return counted

    return set_to


def test_whoever_asks_after_every_answer_learns_nothing_on_that_day(
    live_wave: LiveWave, used: Callable[[int], list[int]]
) -> None:
    seen = set()
    for number in range(61):  # all sixty answer while somebody polls
        counted = used(number)
        seen.add(response.told(live_wave.stores, live_wave.wave, FIRST))
    assert (len(seen), len(counted), stored(live_wave)) == (1, 1, {FIRST: 0})


def test_what_is_told_is_two_days_old_and_what_is_kept_is_rounded(
    live_wave: LiveWave, used: Callable[[int], list[int]]
) -> None:
    told = {}
    for number in range(1, 61):  # one answer a day, the slowest wave there is
        used(number)
        told[number] = response.told(live_wave.stores, live_wave.wave, day(number))
    assert set(stored(live_wave).values()) <= {0, 40, 60, 80, 100}  # of sixty, steps of twelve
    assert "from the third day" in str(told[2])
    assert str(told[3]).startswith("By 2 September 2026, fewer than 40 in 100")
    sentences = [str(one).partition(", ")[2] for one in told.values()]
    assert len(set(sentences)) <= 6
    # 24 of 60 are 40 in 100: that day's count is told two days later, and never before.
    assert "40 to 60" not in str(told[25])
    assert "40 to 60" in str(told[26])
    shares = Counter(one for one in sentences if one)
    assert min(shares.values()) >= 10  # each is told of ten numbers or more


def test_the_test_of_polling_finds_a_live_count(
    live_wave: LiveWave, used: Callable[[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response, "LATE", timedelta(0))
    monkeypatch.setattr(response, "rounded", lambda number, *_: number)
    seen = set()
    for number in range(1, 16):
        used(number)
        seen.add(response.told(live_wave.stores, live_wave.wave, day(number)))
    assert len(seen) == 15


def test_codes_are_counted_and_of_the_people_on_the_frame(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    headcounts.store(live_wave.stores, "autumn", {FORCE: 400})
    monkeypatch.setattr(issuer, "count_used", lambda *_: 130)
    response.told(live_wave.stores, live_wave.wave, FIRST)
    assert stored(live_wave) == {FIRST: 30}
    said = response.told(live_wave.stores, live_wave.wave, day(2))
    assert said == "By 1 September 2026, 30 to 35 in 100 people had used their code."


def test_other_headcounts_on_another_day_measure_nothing_finer(
    live_wave: LiveWave, used: Callable[[int], list[int]]
) -> None:
    used(31)
    for number, people in enumerate((60, 80, 77, 62, 100)):
        headcounts.store(live_wave.stores, "autumn", {FORCE: people})
        response.told(live_wave.stores, live_wave.wave, day(number))
    assert set(stored(live_wave).values()) == {40}


@pytest.mark.parametrize(
    ("base", "k", "step"),
    [(5_500, 10, 5), (200, 10, 5), (199, 10, 10), (60, 10, 20), (50, 10, 20), (30, 20, None)],
)
def test_a_step_is_ten_people_or_more(base: int, k: int, step: int | None) -> None:
    assert response.step_of(base, k) == step
    if step:
        assert step * base / 100 >= k


def test_shares_are_rounded_down_and_small_ones_told_as_none() -> None:
    assert [response.rounded(n, 200, 5) for n in (0, 10, 19, 20, 29, 199, 200, 999)] == (
        [0, 0, 0, 10, 10, 95, 100, 100]
    )
    assert response.in_words(0, 5) == "fewer than 10 in 100 people"
    assert response.in_words(95, 5) == "95 in 100 people or more"


@pytest.fixture
def box_alone(tmp_path: Path) -> Stores:
    settings = Settings.at(tmp_path, surfaces=(BOX,))
    database.migrate(settings)
    return Stores.open(settings)


def test_nothing_is_told_where_there_is_no_issuer_or_no_open_wave(
    live_wave: LiveWave, box_alone: Stores
) -> None:
    assert response.told(box_alone, live_wave.wave, FIRST) is None
    closed = type(live_wave.wave)(**{**vars(live_wave.wave), "state": "closed"})
    assert response.told(live_wave.stores, closed, FIRST) is None
    assert stored(live_wave) == {}
