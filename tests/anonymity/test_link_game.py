"""Nobody's answer is found in anything that the product leaves; and the game finds planted faults.

This is the game at a size for every run; `make link-game` plays it at full size.
"""

from __future__ import annotations

import pytest
from game import playing
from game.attacks import ATTACKS, ON_ARRIVAL
from game.controls import CONTROLS
from game.playing import STATES
from game.report import SHORT_GAMES
from game.world import Ground

pytestmark = pytest.mark.slow

CLUSTERED = ("code hash in the row", "closed box not shuffled")
"""Controls that are played with the issuer on PostgreSQL too; `make link-game` plays all."""


@pytest.fixture(scope="module")
def played(on_sqlite: Ground, on_postgresql: Ground) -> dict[str, dict[str, playing.Scores]]:
    """The product as it is, on both kinds of database, open and closed."""
    return {
        ground.kind: playing.honest(ground, SHORT_GAMES)[1] for ground in (on_sqlite, on_postgresql)
    }


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", ["SQLite", "PostgreSQL"])
def test_nobodys_answer_is_found(
    played: dict[str, dict[str, playing.Scores]], kind: str, state: str
) -> None:
    assert playing.alarms(played[kind][state], ATTACKS) == {}


@pytest.mark.parametrize("state", STATES)
def test_an_issuer_on_sqlite_does_not_keep_who_came_when(
    played: dict[str, dict[str, playing.Scores]], state: str
) -> None:
    assert playing.alarms(played["SQLite"][state], ON_ARRIVAL) == {}


@pytest.mark.parametrize("state", STATES)
def test_an_issuer_on_postgresql_keeps_who_came_when_as_documented(
    played: dict[str, dict[str, playing.Scores]], state: str
) -> None:
    found = playing.alarms(played["PostgreSQL"][state], ON_ARRIVAL)
    assert set(found) == set(ON_ARRIVAL), "if this is mended, mend docs/THREAT_MODEL.md too"


@pytest.mark.parametrize("control", CONTROLS)
def test_planted_fault_is_caught(on_sqlite: Ground, control: str) -> None:
    assert CONTROLS[control].caught_by <= playing.caught(on_sqlite, control, 1)


@pytest.mark.parametrize("control", CLUSTERED)
def test_planted_fault_is_caught_beside_postgresql(on_postgresql: Ground, control: str) -> None:
    assert CONTROLS[control].caught_by <= playing.caught(on_postgresql, control, 1)


def test_every_attack_is_seen_to_find_something() -> None:
    caught_by = {attack for control in CONTROLS.values() for attack in control.caught_by}
    assert caught_by == set(ATTACKS | ON_ARRIVAL)


def test_slots_filled_in_order_are_hidden_again_by_closing(
    on_sqlite: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either door keeps the order out: random slots while it is open, shuffling when it closes."""
    from game.leaky_boxes import slots_in_order

    scores = playing.scores(on_sqlite, range(2), lambda _live, patch: slots_in_order(patch))
    assert "order of a column" in playing.alarms(scores["live"], ATTACKS)
    assert playing.alarms(scores["closed"], ATTACKS) == {}
