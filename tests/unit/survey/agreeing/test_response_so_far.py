"""How many have used their code is counted once, roughly, on a day that nobody chooses.

The attacker holds cards to spare, looks as often as they like, and knows when others sleep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from fixtures_wave import CARDS, OPENED, LiveWave
from sqlalchemy import delete, select

from analysis.plan import FORCE
from survey import carrying_out, clock, database
from survey.agreeing import response
from survey.agreeing.response import Steps
from survey.close.destroying import destroy
from survey.collect import issuer, salts
from survey.config import BOX, Settings
from survey.database import Stores
from survey.manage import headcounts, waves
from survey.manage.tables import CodeRow, ResponseRow

COUNTED = OPENED + response.COUNTED
TOLD = COUNTED + response.LATE
FRAMES = [(50, 50), (50, 57), (50, 41), (60, 60), (97, 110), (200, 200), (200, 230), (230, 200)]
"""People by the headcount, and cards."""


def stored(stores: Stores) -> dict[date, int]:
    with stores.issuer() as session:
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


def left_open(steps: Steps, base: int, cards: int, held: int, looks: int = 1) -> Iterator[int]:
    """How many numbers of others an attacker who holds some cards is left with.

    Each pattern of what can be told, for each number of cards that they use before the look; and
    one card more before another, while nobody else answers.
    """
    others = min(base, cards - held)
    for spent in range(held + 2 - looks):
        seen = [
            tuple(steps.rounded(number + spent + look, base) for look in range(looks))
            for number in range(others + 1)
        ]
        yield from Counter(seen).values()


def steps_and_cards(base: int, cards: int) -> tuple[Steps, int, list[int]]:
    """The steps, the people in one, and how many cards an attacker may hold."""
    steps = response.steps_of(base, cards, 10)
    assert steps
    step = steps.step * base // 100
    return steps, step, [0, max(0, cards - base), max(0, cards - base) + step]


@pytest.mark.parametrize(("base", "cards"), FRAMES)
def test_whoever_has_cards_to_spare_is_left_with_a_step_or_more(base: int, cards: int) -> None:
    steps, step, held = steps_and_cards(base, cards)
    assert step >= response.FEWEST
    assert min(min(left_open(steps, base, cards, one)) for one in held) >= step


def test_such_an_attacker_reads_ends_that_are_narrow_and_what_is_told_twice() -> None:
    steps, step, (_, spare, most) = steps_and_cards(200, 230)
    narrow = Steps(steps.step, 2 * steps.step, 100)
    assert min(left_open(narrow, 200, 230, spare)) < step  # everybody, or nobody
    assert min(left_open(steps, 200, 230, most, looks=2)) == 1  # the exact number


@pytest.mark.parametrize(
    ("base", "cards", "k", "steps"),
    [
        (5_500, 5_500, 10, Steps(5, 10, 90)),
        (5_500, 5_600, 10, Steps(5, 15, 90)),
        (5_500, 5_000, 10, Steps(5, 10, 80)),
        (200, 200, 10, Steps(5, 10, 90)),
        (199, 199, 10, Steps(10, 20, 80)),
        (60, 60, 10, Steps(20, 40, 60)),
        (40, 40, 10, Steps(25, 50, 50)),
        (39, 39, 10, None),
        (60, 60, 20, None),
        (60, 100, 10, None),  # whoever had forty cards more could be anybody
    ],
)
def test_a_step_is_ten_people_or_more(base: int, cards: int, k: int, steps: Steps | None) -> None:
    assert response.steps_of(base, cards, k) == steps


def test_shares_are_rounded_down_and_everybody_is_told_as_most() -> None:
    steps = Steps(5, 10, 90)
    assert [steps.rounded(n, 200) for n in (0, 19, 20, 29, 179, 180, 199, 200, 999)] == (
        [0, 0, 10, 10, 85, 90, 90, 90, 90]
    )
    said = [steps.in_words(percent) for percent in (0, 10, 85, 90, 100)]
    assert said == [
        "fewer than 10 in 100 people",
        "10 to 15 in 100 people",
        "85 to 90 in 100 people",
        "90 in 100 people or more",
        "90 in 100 people or more",
    ]


@pytest.mark.both_databases
def test_whoever_uses_a_card_every_night_and_looks_every_day_sees_one_number(
    live_wave: LiveWave, used: Callable[[int], list[int]]
) -> None:
    seen = []
    for number in range(40):  # others sleep
        counted = used(20 + number)
        today = OPENED + timedelta(days=number)
        for after in (False, True):  # the command of that day
            seen.append(response.told(live_wave.stores, live_wave.wave, today))
            assert counted == ([] if number < 7 + (not after) else [27])
            response.count(live_wave.stores, live_wave.wave, today)
    assert set(seen) == {
        "How many have used their code is counted once, on 8 September 2026, and told on "
        "10 September 2026.",
        "On 8 September 2026, 40 to 60 in 100 people had used their code.",
    }
    assert stored(live_wave.stores) == {OPENED: 0, COUNTED: 40}


def test_a_day_that_was_missed_is_not_made_up_for(
    live_wave: LiveWave, used: Callable[[int], list[int]]
) -> None:
    counted = used(30)
    for days in (-1, 1, 30):
        assert not response.count(live_wave.stores, live_wave.wave, COUNTED + timedelta(days=days))
    said = str(response.told(live_wave.stores, live_wave.wave, COUNTED + timedelta(days=1)))
    assert "was to be counted on 8 September 2026, and was not" in said
    assert counted == []


@pytest.mark.both_databases
def test_the_command_counts_on_that_day_and_what_is_told_is_destroyed_with_the_answers(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    for day in (OPENED, COUNTED, COUNTED, TOLD):
        monkeypatch.setattr(clock, "today", lambda day=day: day)
        carrying_out.everything(live_wave.stores, said.append)
    assert said == ["Of wave autumn it is counted, roughly, how many have used their code."]
    told = str(response.told(live_wave.stores, live_wave.wave, TOLD))
    assert told == "On 8 September 2026, fewer than 40 in 100 people had used their code."
    carrying_out.close_wave(live_wave.stores, "autumn", TOLD)
    assert response.told(live_wave.stores, waves.get(live_wave.stores, "autumn"), TOLD) is None
    destroy(live_wave.stores, "autumn", None, TOLD)
    assert stored(live_wave.stores) == {}
    with live_wave.stores.issuer() as session:
        assert session.scalars(select(CodeRow)).first() is None


@pytest.mark.both_databases
def test_nothing_is_counted_with_a_damaged_salt_and_other_waves_are(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = salts.path_of(live_wave.settings, "autumn")
    whole, said = path.read_bytes(), list[str]()
    monkeypatch.setattr(clock, "today", lambda: COUNTED)
    path.write_bytes(bytes(64))
    asked = [live_wave.wave, live_wave.wave]
    monkeypatch.setattr(carrying_out.waves, "open_waves", lambda _: asked)
    carrying_out.everything(live_wave.stores, said.append)
    assert [one.startswith("How many have used their code could not be") for one in said] == [
        *(True, True)
    ], "one is no hindrance for the next"
    assert stored(live_wave.stores) == {OPENED: 0}
    path.write_bytes(whole)
    carrying_out.everything(live_wave.stores, said.append)
    assert stored(live_wave.stores) == {OPENED: 0, COUNTED: 0}


def test_headcounts_that_are_loaded_later_move_no_step(
    live_wave: LiveWave, used: Callable[[int], list[int]]
) -> None:
    used(30)
    headcounts.store(live_wave.stores, "autumn", {FORCE: CARDS * 10})
    assert response.count(live_wave.stores, live_wave.wave, COUNTED)
    assert stored(live_wave.stores) == {OPENED: 0, COUNTED: 40}


@pytest.fixture
def box_alone(tmp_path: Path) -> Stores:
    settings = Settings.at(tmp_path, surfaces=(BOX,))
    database.migrate(settings)
    return Stores.open(settings)


def test_nothing_is_told_where_there_is_no_issuer_no_open_wave_or_no_headcount_of_its_opening(
    live_wave: LiveWave, box_alone: Stores
) -> None:
    closed = type(live_wave.wave)(**{**vars(live_wave.wave), "state": "closed"})
    with live_wave.stores.issuer() as session:
        session.execute(delete(ResponseRow))  # as an earlier version opened it
    for stores, wave in (
        (box_alone, live_wave.wave),
        (live_wave.stores, closed),
        (live_wave.stores, live_wave.wave),
    ):
        assert response.told(stores, wave, TOLD) is None
        assert not response.count(stores, wave, COUNTED)
    assert stored(live_wave.stores) == {}
