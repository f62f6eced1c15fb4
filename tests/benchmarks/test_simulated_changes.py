"""How often a change stands out that nobody made, and a recovery that is one: the short forms.

`make simulate` draws more and writes docs/METHODS.md.
"""

from __future__ import annotations

import pytest
import simulated_changes as simulate
from simulated_changes import ALIKE, BEGIN, DIFFERENT, END, Setting
from simulated_section import PAGE

from analysis.statistics import changes

MOST_FALSE = 0.065
"""Of changes that nobody aimed at; 5 % is meant, and a thousand draws tell it to 1.4."""
LEAST = {59: 0.65, 150: 0.8, 400: 0.95}
"""Of recoveries of 15 points in a unit of so many that was picked for another reason."""

FEW = 150
SLACK = 0.03
"""What so few draws may be off by."""


@pytest.mark.slow
@pytest.mark.parametrize("setting", [*ALIKE, DIFFERENT[0]], ids=str)
def test_what_nobody_aimed_at_hardly_stands_out(setting: Setting) -> None:
    for found in (simulate.nothing(setting, FEW), simulate.lowest(setting, FEW)):
        assert found["stood_out"] / FEW <= MOST_FALSE + SLACK
    twice = simulate.lowest(setting, FEW, surveys=2)
    assert twice["stood_out"] / FEW <= MOST_FALSE + SLACK


@pytest.mark.slow
def test_picking_the_lowest_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: nothing is expected to come back by itself."""
    monkeypatch.setattr(changes, "_expected", lambda *_, **__: 0.0)
    assert simulate.lowest(ALIKE[0], FEW)["stood_out"] / FEW > MOST_FALSE + SLACK


@pytest.mark.slow
@pytest.mark.parametrize("setting", ALIKE, ids=str)
def test_a_recovery_is_found(setting: Setting) -> None:
    found = simulate.recovered(setting, FEW, low=False)
    assert found["stood_out"] / FEW >= LEAST[setting.people]


@pytest.mark.slow
def test_what_is_expected_to_come_back_does() -> None:
    found = simulate.lowest(ALIKE[2], FEW)
    assert found["expected"] / FEW == pytest.approx(found["seen"] / FEW, abs=1.0)


def written() -> list[list[str]]:
    """The rows of the page's tables, cell by cell."""
    _, _, rest = PAGE.read_text().partition(BEGIN)
    text, _, _ = rest.partition(END)
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row for row in rows if row[0] in ("alike", "different")]


def test_the_page_says_what_is_promised() -> None:
    rows = written()
    nothing, recovered = rows[:6], rows[6:]
    assert len(nothing) == len(recovered) == len(ALIKE) + len(DIFFERENT)
    for row in nothing:
        for cell in (row[4], row[5], row[8]):
            assert float(cell.removesuffix("%")) / 100 <= MOST_FALSE, row
    for row in recovered[: len(ALIKE)]:
        assert float(row[4].removesuffix("%")) / 100 >= LEAST[int(row[2])], row


@pytest.mark.long
def test_the_page_says_what_its_seed_draws() -> None:
    said = PAGE.read_text()
    assert all(line in said for line in simulate.table_rows())
