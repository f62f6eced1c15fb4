"""Large systems are looked at in parts and halves: what these show must hold of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import fixtures_disclosure as small
import numpy as np
import pytest
from oracle_profiles import Attacked

from analysis.disclosure import halves, open_counts, parts, protect, repair
from analysis.disclosure.bounds import Known
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.half_tables import HalfTables, Moves
from analysis.disclosure.stated import least_answers
from analysis.disclosure.system import Held, System
from analysis.disclosure.targets import Targets
from analysis.policy import DisclosurePolicy

POLICY = DisclosurePolicy()
SEX, STAFF = ("f", "m"), ("s", "t")
COMMANDS = {name: (f"{name}1", f"{name}2") for name in "abcd"}


@pytest.fixture
def taken_apart(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Small systems are taken apart too; gives the number of parts each time."""
    found = []
    whole = repair.parts_of

    def counted(*given: object) -> list[parts.Part]:
        made = whole(*given)
        found.append(len(made))
        return made

    monkeypatch.setattr(parts, "MANY_ATOMS", 0)
    monkeypatch.setattr(parts, "FEWEST", 2)
    monkeypatch.setattr(repair, "PARTS", (1, 2))
    monkeypatch.setattr(repair, "parts_of", counted)
    return found


def breaches(seed: int, rates: tuple[float, ...] = (0.6, 0.8, 0.88)) -> list[str]:
    """What every profile written down tells of a drawn force and its item."""
    rng = np.random.default_rng(seed)
    units = [unit for inside in COMMANDS.values() for unit in inside]
    book = small.codebook({"unit": units, "sex": SEX, "staff": STAFF})
    unit = small.nested("unit", {name: list(inside) for name, inside in COMMANDS.items()})
    tables = small.plan(
        [unit, small.flat("sex", SEX), small.flat("staff", STAFF)],
        [small.table("unit", "sex"), small.table("unit", "staff", finest=("whole", None))],
    )
    mean, rate = rng.choice([6, 12, 30]), rng.choice(rates)
    people = {
        profile: int(rng.poisson(mean * (0.1 if None in profile else rng.choice([0.3, 1, 2]))))
        for profile in small.profiles(book)
    }
    answered = {profile: int(rng.binomial(n, rate)) for profile, n in people.items()}
    system = small.system(book, tables, people)
    at_cells = np.array([answered[one] for one in small.profiles(book) if people[one]])
    bases = small.bases(book, tables, answered)
    found = protect(system, POLICY, {"q": bases}, at_cells={"q": at_cells})
    least = least_answers(system.bases, POLICY).astype(float)
    inside = small.membership(book, tables)
    attacked = Attacked(tables, inside, system.bases, bases, least, POLICY.k)
    return list(attacked.breaches(found)) if "force" in found.shown else []


def many(seeds: range) -> Iterator[str]:
    for seed in seeds:
        yield from breaches(seed)


@pytest.mark.slow
def test_nothing_tells_of_fewer_than_k_people_in_parts(taken_apart: list[int]) -> None:
    assert list(many(range(8))) == []
    assert {4, 2} <= set(taken_apart)


@pytest.mark.slow
def test_parts_that_change_what_they_share_with_others_are_seen_through(
    taken_apart: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Positive control: tables of parts that do not fit the whole, taken for witnesses."""
    honest = repair.parts_of

    def careless(
        system: System, known: Known, targets: Targets, hidden: Hidden, several: int
    ) -> list[parts.Part]:
        held = Held(system.held.rows[:0], system.held.values[:0])
        free = replace(system, held=held)
        return honest(free, known, targets, np.ones_like(hidden), several)

    monkeypatch.setattr(repair, "parts_of", careless)
    assert list(many(range(8)))
    assert taken_apart


@pytest.fixture
def halved(monkeypatch: pytest.MonkeyPatch) -> list[Moves]:
    """Small items are searched in halves too; gives which half was set up each time."""
    found: list[Moves] = []

    def counted(*given: Any) -> HalfTables:
        found.append(given[-1])
        return HalfTables(*given)

    monkeypatch.setattr(open_counts, "MANY_ATOMS", 0)
    monkeypatch.setattr(halves, "MANY_ATOMS", 0)
    monkeypatch.setattr(halves, "HalfTables", counted)
    monkeypatch.setattr(halves, "MANY_LEFT", 1)
    return found


@pytest.mark.slow
def test_nothing_tells_of_fewer_than_k_people_in_halves(halved: list[Moves]) -> None:
    assert list(many(range(4))) == []
    assert set(halved) == {Moves.ANSWERS, Moves.ANSWERED}
    assert [told for seed in range(4) for told in breaches(seed, (0.2, 0.35))] == []
    assert set(halved) == set(Moves), "of an item that few were asked, the others move"
