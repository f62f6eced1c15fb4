"""How often the area-of-concern rule errs, and how often it finds a gap: the short forms.

`make simulate` draws more and writes docs/METHODS.md. Every draw is two waves, the second with the
first one's sums in hand.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import simulate_findings as simulate
from simulate_findings import GAPS, Counts
from simulated_section import PAGE
from simulated_waves import POLICY, World, asked

from analysis.publish import WaveFacts, comparing, publish
from analysis.statistics import concerns
from analysis.statistics.comparisons import welch

MOST_FALSE = 0.1
SEEDS = (3000, 3001)
PROMISED = ("a department", "a named intersection")
LEAST_EMERGING, LEAST_CONFIRMED = 0.7, 0.9


def false_a_wave(found: Counts) -> float:
    return (found["first"] + found["second"]) / (2 * found["draws"])


@pytest.mark.parametrize(
    ("draws", "simple"),
    [
        pytest.param(7, 100, marks=pytest.mark.slow),
        pytest.param(20, 300, marks=pytest.mark.long),
    ],
)
def test_chance_hardly_raises_anything(draws: int, simple: int) -> None:
    assert false_a_wave(simulate.errors(1001, draws)) <= MOST_FALSE
    assert false_a_wave(simulate.simple_errors(1, simple)) <= MOST_FALSE


@pytest.mark.slow
def test_a_rule_that_errs_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: every family errs in one wave of twenty, with Welch's test alone."""
    monkeypatch.setattr(concerns, "EMERGING", 100.0)
    monkeypatch.setattr(comparing, "cautious_welch", lambda *sides: welch(*sides[:6]))
    assert false_a_wave(simulate.errors(1001, 4)) > 3 * MOST_FALSE


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISED)
def test_fifty_nine_are_found(name: str) -> None:
    """The department among sixty, and whom the questionnaire names in advance."""
    found = simulate.added(simulate.power(GAPS[name], seed, 5) for seed in SEEDS)
    assert found["emerging"] / found["draws"] >= LEAST_EMERGING
    assert found["confirmed"] / found["draws"] >= LEAST_CONFIRMED


@pytest.mark.slow
def test_a_rate_that_finds_too_little_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: named intersections have hardly any rate."""
    monkeypatch.setattr(concerns, "PARTS", {**concerns.PARTS, "named": 0.0005})
    found = simulate.power(GAPS["a named intersection"], SEEDS[0], 5)
    assert found["emerging"] / found["draws"] < LEAST_EMERGING


@pytest.mark.slow
def test_a_gap_that_persists_is_not_called_cleared_and_one_that_turned_is() -> None:
    """The second half is the control: that clearing is counted at all."""
    found = simulate.afterwards(GAPS["a named intersection"], 5001, 2, lower=(17, -5))
    assert found[17]["confirmed"]
    assert not found[17]["cleared"]
    assert found[-5]["cleared"]


def written(kind: Callable[[str], bool]) -> list[list[str]]:
    """The rows of the page's tables that are of a kind, cell by cell."""
    _, _, rest = PAGE.read_text().partition(simulate.BEGIN)
    text, _, _ = rest.partition(simulate.END)
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row for row in rows if kind(row[0])]


def test_the_page_says_what_is_promised() -> None:
    errors = written(lambda name: name in ("the demo's force", "the simple setting"))
    assert len(errors) == 2
    for row in errors:
        assert max(float(row[2]), float(row[3])) <= MOST_FALSE
    rows = [row for row in written(lambda name: name in PROMISED) if row[1] == "59"]
    assert [row[0] for row in rows] == list(PROMISED)
    for row in rows:
        emerging, confirmed = (float(cell.removesuffix("%")) / 100 for cell in row[4:6])
        assert emerging >= LEAST_EMERGING
        assert confirmed >= LEAST_CONFIRMED


@pytest.mark.long
def test_the_page_says_what_its_seeds_draw() -> None:
    name = PROMISED[1]
    forces, draws = simulate.PLANTED
    seeds = range(simulate.FIRST_PLANTED, simulate.FIRST_PLANTED + forces)
    row = simulate.planted_row(
        name, simulate.added(simulate.power(GAPS[name], seed, draws) for seed in seeds)
    )
    assert row in PAGE.read_text().splitlines()


@pytest.mark.long
@pytest.mark.parametrize("draw", range(4))
def test_a_release_raises_what_the_simulation_counts(draw: int) -> None:
    questionnaire, book = asked()
    world = World(SEEDS[0], GAPS["a department"])
    first, _ = world.flags(draw)
    (answers, _) = world.microdata(draw)
    wave = WaveFacts("simulated", "Simulated", simulate.DAY)
    release = publish(book, questionnaire.plan, answers, wave=wave, policy=POLICY)
    raised = {(row.group, row.measure) for row in release.concerns}
    # Disclosure control has looked at these answers too, and may hide a little more or less.
    assert raised == {key for key in first if release.estimate_by_key[key].status == "shown"}
