"""How often the area-of-concern rule errs, and how often it finds a gap: docs/METHODS.md's table.

`make bench` prints it; it takes some twenty minutes. The short form runs with `make test`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest
import simulated_waves as waves
from simulated_waves import Gap

from analysis.plan import TablePlan
from analysis.publish import WaveFacts, compared, publish
from analysis.publish.compared import raised
from analysis.publish.pairs import WAVE, Pair, pairs
from analysis.publish.shown import Shown
from analysis.statistics.comparisons import welch

FIRST_SEED = 1000
MOST_FALSE = 0.1
LEAST_FOUND = 0.7

PROBATIONERS = (("ethnicity", "minority"), ("probationer", "yes"))
WATCHED = Gap(PROBATIONERS, 59, 17)
GAPS = {
    "named intersection, 59 people, 17 points": WATCHED,
    "named intersection, 40 people, 17 points": Gap(PROBATIONERS, 40, 17),
    "named intersection, 30 people, 20 points": Gap(PROBATIONERS, 30, 20),
    "department, 59 people, 17 points": Gap((("command", "brackenhill-response"),), 59, 17),
    "department, 100 people, 17 points": Gap((("command", "brackenhill-response"),), 100, 17),
}


def obvious(plan: TablePlan) -> tuple[Pair, ...]:
    """A family for each level, each command's departments, each characteristic and crossing."""

    def family(pair: Pair) -> str:
        if pair.family != WAVE:
            return pair.family
        where = plan.group_by_id[pair.group].where
        units = plan.breakdown_by_id["command"].value_by_id
        kinds = [units[value].level if one == "command" else one for one, value in where]
        return " x ".join([*kinds, pair.against])

    return tuple(replace(pair, family=family(pair)) for pair in pairs(plan))


def counted(seeds: Sequence[int], *rules: Callable[[Shown], int]) -> list[list[int]]:
    """What each rule raises in each wave with nothing planted."""
    found = []
    for seed in seeds:
        shown = waves.shown(waves.answered(seed))
        found.append([rule(shown) for rule in rules])
    return [list(column) for column in zip(*found, strict=True)]


def found(gap: Gap, seeds: Sequence[int]) -> float:
    """Part of the waves in which the gap is an emerging concern."""
    hits = 0
    for seed in seeds:
        flag = raised(waves.shown(waves.answered(seed, gap))).get((gap.group, waves.THEME))
        hits += flag is not None and flag.kind == "concern"
    return hits / len(seeds)


def under(monkeypatch: pytest.MonkeyPatch, **changes: object) -> Callable[[Shown], int]:
    """The rule with parts of it exchanged."""

    def rule(shown: Shown) -> int:
        with monkeypatch.context() as patch:
            for name, value in changes.items():
                patch.setattr(compared, name, value)
            return len(raised(shown))

    return rule


@pytest.mark.slow
def test_chance_hardly_ever_raises_anything_and_the_obvious_families_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = (under(monkeypatch), under(monkeypatch, pairs=obvious, cautious_welch=welch))
    ours, theirs = counted(range(FIRST_SEED, FIRST_SEED + 12), *rules)
    # About 1 is expected; that the obvious families raise 19 shows that this would be seen.
    assert sum(ours) <= 4
    assert sum(theirs) > 8


@pytest.mark.slow
def test_a_gap_of_the_watched_is_found() -> None:
    assert found(WATCHED, range(3000, 3006)) >= 0.5


@pytest.mark.long
def test_false_findings_a_wave(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = {
        "today's rule": under(monkeypatch),
        "today's families, Welch alone": under(monkeypatch, cautious_welch=welch),
        "obvious families": under(monkeypatch, pairs=obvious),
        "obvious families, Welch alone": under(monkeypatch, pairs=obvious, cautious_welch=welch),
    }
    seeds = range(FIRST_SEED, FIRST_SEED + 200)
    raised_by = dict(zip(rules, counted(seeds, *rules.values()), strict=True))
    print(f"\n{'nothing planted':42} findings a wave   waves with any")
    for name, numbers in raised_by.items():
        some = sum(number > 0 for number in numbers)
        print(f"{name:42} {sum(numbers) / len(seeds):15.2f} {some / len(seeds):16.2f}")
    # Twice the standard error of the mean of 200 waves.
    assert sum(raised_by["today's rule"]) / len(seeds) <= MOST_FALSE + 0.05


@pytest.mark.long
def test_gaps_that_are_there() -> None:
    seeds = range(3000, 3060)
    parts = {name: found(gap, seeds) for name, gap in GAPS.items()}
    print(f"\n{'planted alone':42} found in")
    for name, part in parts.items():
        print(f"{name:42} {part:8.2f}")
    assert parts["named intersection, 59 people, 17 points"] >= LEAST_FOUND


@pytest.mark.long
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + 4))
def test_a_release_raises_what_the_simulation_counts(seed: int) -> None:
    questionnaire, book = waves.asked()
    microdata = waves.answered(seed, WATCHED)
    wave = WaveFacts("simulated", "Simulated", date(2026, 1, 1))
    release = publish(book, questionnaire.plan, microdata, wave=wave, policy=waves.POLICY)
    flags = raised(waves.shown(microdata))
    assert {(row.group, row.measure) for row in release.concerns} == set(flags)
