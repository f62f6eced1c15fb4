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


def test_nobodys_answer_is_found(ground: Ground) -> None:
    """Open or closed, on either database; who came when is told by PostgreSQL, as documented."""
    _, scores = playing.honest(ground, SHORT_GAMES)
    told = {"SQLite": set(), "PostgreSQL": set(ON_ARRIVAL)}[ground.kind]
    for state in STATES:
        assert playing.alarms(scores[state], ATTACKS) == {}
        assert set(playing.alarms(scores[state], ON_ARRIVAL)) == told


@pytest.mark.parametrize("control", CONTROLS)
def test_planted_fault_is_caught(on_sqlite: Ground, control: str) -> None:
    wanted = CONTROLS[control].caught_by
    assert playing.caught(on_sqlite, control, 1, wanted) == wanted


@pytest.mark.parametrize("control", CLUSTERED)
def test_planted_fault_is_caught_beside_postgresql(on_postgresql: Ground, control: str) -> None:
    wanted = CONTROLS[control].caught_by
    assert playing.caught(on_postgresql, control, 1, wanted) == wanted


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
