"""The attack by time is as strong as told, sees nothing where nothing is, and is told whole."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import write_linking
from clock_attack import Linked, by_likelihood, guesses, measure, shares
from clock_waves import WAYS, Case, Times, Way, make_wave
from scipy.stats import poisson
from write_linking import CASES, DOCUMENT, Cell, document_with, measure_cell, read

BASE = CASES["base"]
ORDERED = ("at_once", "one_sitting", "within_a_day", "two_phases")
"""Ways of sending, the longer gap later."""
CHANCE = 1e-4
SIGMAS = 4


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng([20261123, seed])


@pytest.mark.parametrize("way", ["at_once", "one_sitting", "within_a_day"])
def test_the_operator_knows_the_law_by_which_people_wait(way: str) -> None:
    start = np.zeros(20_000)
    gaps = np.sort(WAYS[way].sends(BASE, start, rng(0)))
    grid = np.linspace(0, gaps[-1], 200_000)[1:]
    density = np.exp(WAYS[way].density(BASE, grid))
    assumed = np.interp(gaps, grid, np.cumsum(density) / density.sum())
    assert np.abs(assumed - np.linspace(0, 1, gaps.size)).max() < 0.02


@pytest.mark.parametrize("way", ["at_once", "one_sitting", "within_a_day"])
def test_no_assignment_is_likelier_than_the_operators(way: str) -> None:
    crowded = replace(BASE, days=(0,), hours=(1.0,) + (0.0,) * 23)
    law = WAYS[way].density
    for seed in range(20):
        wave = make_wave(crowded, WAYS[way], 5, rng(seed))
        gaps = wave.sent[None, :] - wave.redeemed[:, None]
        found = law(crowded, gaps)
        guess = by_likelihood(crowded, WAYS[way], wave.redeemed, wave.sent)
        best = max(found[range(5), list(one)].sum() for one in permutations(range(5)))
        assert found[range(5), guess].sum() == pytest.approx(best)


def by_chance(hits: float, waves: int) -> bool:
    """Whether so many right guesses in so many waves are what chance gives: one a wave."""
    return bool(poisson.cdf(hits, waves) > CHANCE and poisson.sf(hits - 1, waves) > CHANCE)


def test_two_phases_are_chance_for_every_attack() -> None:
    people, waves = 40, 400
    for share in shares(BASE, WAYS["two_phases"], people, waves, rng(1)).mean(axis=0):
        assert by_chance(share * people * waves, waves)


def test_a_second_phase_in_the_order_of_the_first_is_not_taken_for_chance() -> None:
    def a_little_in_order(case: Case, redeemed: Times, rng: np.random.Generator) -> Times:
        sent = WAYS["two_phases"].sends(case, redeemed, rng)
        sent[:10] = np.sort(sent)[:10]
        return sent

    people, waves = 40, 50
    way = Way(a_little_in_order, WAYS["two_phases"].density)
    found = shares(BASE, way, people, waves, rng(2)).mean(axis=0)
    assert not by_chance(found[0] * people * waves, waves)


def test_without_a_gap_nearly_everybody_is_linked() -> None:
    assert measure(BASE, "at_once", 500, 10, rng(3)).share > 0.95


def test_more_people_or_more_gap_link_fewer() -> None:
    sizes = (10, 40, 160)
    found = [[measure(BASE, way, n, 2_000 // n, rng(4)).share for way in ORDERED] for n in sizes]
    table = np.array(found)
    assert (np.diff(table, axis=1) <= 0).all()
    assert (np.diff(table[:, 1:], axis=0) < 0).all()


def test_who_waits_alone_hides_only_among_those_who_wait_too() -> None:
    """A tenth of 500 wait for up to a day; the operator knows that a tenth do, but not who."""
    people, rare = 500, 50

    def sends(case: Case, redeemed: Times, rng: np.random.Generator) -> Times:
        sent = WAYS["at_once"].sends(case, redeemed, rng)
        sent[::10] = WAYS["within_a_day"].sends(case, redeemed[::10], rng)
        return sent

    def density(case: Case, gap: Times) -> Times:
        soon, late = (WAYS[way].density(case, gap) for way in ("at_once", "within_a_day"))
        return np.logaddexp(soon - np.log(2), late - np.log(10) - np.log(86_400))

    way = Way(sends, density)
    linked = []
    for seed in range(10):
        wave = make_wave(BASE, way, people, rng(seed))
        linked.append(np.mean((guesses(BASE, way, wave)["likelihood"] == wave.place)[::10]))
    alone = measure(BASE, "within_a_day", rare, 50, rng(5)).share
    many = measure(BASE, "within_a_day", people, 10, rng(6)).share
    assert np.mean(linked) > alone - 0.05
    assert alone > 5 * many


def test_who_answers_in_a_quiet_hour_is_linked_all_but_surely() -> None:
    right = []
    for seed in range(40):
        wave = make_wave(BASE, WAYS["one_sitting"], 500, rng(seed))
        gaps = np.diff(wave.redeemed, prepend=-np.inf, append=np.inf)
        quiet = np.minimum(gaps[:-1], gaps[1:]) > 3_600
        hit = guesses(BASE, WAYS["one_sitting"], wave)["likelihood"] == wave.place
        right += hit[quiet].tolist()
    assert len(right) > 100
    assert np.mean(right) > 0.99


def agree(one: Linked, other: Linked, sigmas: float = SIGMAS) -> bool:
    """Whether two measurements differ by no more than their errors allow."""
    # Near 0 and 1 all waves may be alike: one person more or less is no disagreement.
    error = float(np.hypot(one.error, other.error))
    return abs(one.share - other.share) <= sigmas * error + 0.001


@pytest.mark.slow
@pytest.mark.parametrize("people", [2, 10, 50, 100, 200])
@pytest.mark.parametrize("way", write_linking.WAYS)
def test_committed_figures_come_out_again_from_other_waves(way: str, people: int) -> None:
    again = measure(BASE, way, people, 10_000 // people, rng(people))
    assert agree(again, read()["base", people, way])


@pytest.mark.slow
@pytest.mark.parametrize("case", list(CASES)[1:])
def test_committed_figures_of_other_assumptions_come_out_again(case: str) -> None:
    again = measure(CASES[case], "one_sitting", 500, 20, rng(7))
    assert agree(again, read()[case, 500, "one_sitting"])


def test_a_figure_that_was_not_measured_is_noticed() -> None:
    again = measure(BASE, "one_sitting", 100, 100, rng(8))
    committed = read()["base", 100, "one_sitting"]
    assert agree(again, committed)
    assert not agree(again, replace(committed, share=committed.share - 0.05))


@pytest.mark.parametrize("cell", [("base", 100, "one_sitting"), ("desk", 500, "one_sitting")])
def test_committed_cell_is_what_the_simulator_writes(cell: Cell) -> None:
    again, committed = measure_cell(cell), read()[cell]
    assert (round(again.share, 5), round(again.error, 5)) == (committed.share, committed.error)


def test_every_cell_is_committed_and_no_other() -> None:
    assert list(read()) == list(write_linking.cells())


def test_tables_in_the_document_are_the_committed_figures() -> None:
    text = DOCUMENT.read_text()
    assert write_linking.tables(read()) in text
    assert document_with(text, read()) == text


def test_a_table_changed_by_hand_is_noticed() -> None:
    text = DOCUMENT.read_text()
    begin = text.index(write_linking.BEGIN)
    changed = text[:begin] + text[begin:].replace("| 100 |", "| 101 |", 1)
    assert changed != text
    assert document_with(changed, read()) != changed


def test_four_weeks_are_like_two_weeks_with_half_the_people() -> None:
    found = read()
    for way in write_linking.TICKET_WAYS:
        assert agree(found["long", 100, way], found["base", 50, way])
