"""A small force whose ages and units can be published by several plans, one after another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_analysis import codebook, item, variable

from analysis.codebook import Codebook
from analysis.ledger import Ledger, Published
from analysis.microdata import Microdata
from analysis.plan import Breakdown, Table, TablePlan, Value
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import folder
from analysis.release.model import Release

AGES = ("20", "25", "30", "40")
DAY = date(2026, 9, 30)
POLICY = DisclosurePolicy()
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def book() -> Codebook:
    made = codebook((item("led"), item("harassed", sensitive=True)), themes=())
    return replace(
        made,
        variables=(variable("unit", ("north", "south", "west", "east")), variable("age", AGES)),
    )


def breakdown(name: str, of: str, **values: str) -> Breakdown:
    found = tuple(
        Value(one, one, name, None, frozenset(codes.split())) for one, codes in values.items()
    )
    return Breakdown(name, name, of, (name,), found)


def plan(*breakdowns: Breakdown, crossed: bool = False) -> TablePlan:
    tables = [Table(one.id, (one.id,), (None,)) for one in breakdowns]
    if crossed:
        tables.append(Table("both", tuple(one.id for one in breakdowns), (None, None)))
    return TablePlan(breakdowns, tuple(tables))


UNITS = breakdown("unit", "unit", north="north", south="south", west="west", east="east")


def people(unit: dict[str, int], age: dict[str, int] | None = None, seed: int = 3) -> Microdata:
    """Invented people with so many in each unit, and in each age; answers drawn."""
    rng = np.random.default_rng(seed)
    made = book()
    units = np.repeat(range(4), [unit[name] for name in ("north", "south", "west", "east")])
    n = len(units)
    ages = np.zeros(n) if age is None else np.repeat(range(4), [age[name] for name in AGES])
    ages = rng.permutation(ages)
    items = {one.id: rng.integers(0, 5, n).astype(np.int16) for one in made.items}
    variables = {"unit": units.astype(np.int16), "age": ages.astype(np.int16)}
    return Microdata(n, variables, items, None)


def first_of(one: Microdata, n: int) -> Microdata:
    """The same people without those after the n-th."""
    return Microdata(
        n,
        {name: column[:n] for name, column in one.variables.items()},
        {name: column[:n] for name, column in one.items.items()},
        None,
    )


def made(
    of: TablePlan, answers: Microdata, ledger: Ledger | None, policy: DisclosurePolicy = POLICY
) -> Release:
    facts = WaveFacts("autumn", "Autumn", DAY, ledger, why(ledger))
    return publish(book(), of, answers, wave=facts, policy=policy)


def why(ledger: Ledger | None) -> str | None:
    """A reason where there is a Release to correct."""
    return "A mistake." if ledger is not None and ledger.of_wave("autumn") else None


def after(release: Release, of: TablePlan, ledger: Ledger, home: Path) -> Ledger:
    content = folder.pack(home / folder.write(release, home, SIGNER))
    return ledger.plus(Published(content, of))


def ledger_with(
    of: TablePlan, answers: Microdata, home: Path, policy: DisclosurePolicy = POLICY
) -> Ledger:
    empty = Ledger("small")
    return after(made(of, answers, empty, policy), of, empty, home)


def hidden(release: Release) -> set[str]:
    return {row.group for row in release.groups if row.status == "c"}
