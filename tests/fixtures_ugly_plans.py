"""Ugly random plans, and items that some of their people answer: sizes and rates as they fall."""

from __future__ import annotations

from dataclasses import dataclass

import fixtures_disclosure as small
import numpy as np
from oracle_profiles import Attacked

from analysis.codebook import Codebook
from analysis.disclosure import Protection, System
from analysis.disclosure.stated import least_answers
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy

POLICY = DisclosurePolicy()
SEX, STAFF = ("f", "m"), ("s", "t")
CROSSINGS = (
    [("unit", "sex"), ("sex", "staff")],
    [("unit", "sex"), ("unit", "staff")],
    [("unit", "sex", "staff")],
    [("unit",), ("sex",)],
    [("unit", "sex"), ("sex", "staff"), ("unit", "staff")],
)


@dataclass(frozen=True)
class Wave:
    """A plan, how many are in each group and profile, and how many of them answered item `q`."""

    book: Codebook
    tables: TablePlan
    system: System
    answered: small.Bases
    people: small.Counts

    def breaches(self, found: Protection) -> list[str]:
        attacked = Attacked(
            self.tables,
            small.membership(self.book, self.tables),
            self.system.bases,
            self.answered,
            least_answers(self.system.bases, POLICY).astype(float),
            POLICY.k,
        )
        return list(attacked.breaches(found))


def ugly(seed: int) -> Wave:
    """Tables, sizes and rates of answering, all as they fall."""
    rng = np.random.default_rng(seed)
    units = ("a", "b", "c", "d")[: int(rng.integers(2, 5))]
    book = small.codebook({"unit": units, "sex": SEX, "staff": STAFF})
    half = max(1, len(units) // 2)
    unit = small.flat("unit", units)
    if rng.random() < 0.5:
        unit = small.nested("unit", {"first": units[:half], "second": units[half:]})
    crossings = CROSSINGS[int(rng.integers(len(CROSSINGS)))]
    tables = small.plan(
        [unit, small.flat("sex", SEX), small.flat("staff", STAFF)],
        [small.table(*one) for one in crossings],
    )
    mean, rate = rng.choice([2, 5, 12, 25]), rng.choice([0.6, 0.8, 0.88, 0.93])
    people: dict[tuple[str | None, ...], int] = {}
    answered: dict[tuple[str | None, ...], int] = {}
    for profile in small.profiles(book):
        thin = rng.choice([0, 0.1, 0.3]) if None in profile else 1
        people[profile] = int(rng.poisson(mean * rng.choice([0.2, 1, 2]) * thin))
        here = rate if rng.random() < 0.8 else rng.choice([0.1, 0.5, 1.0])
        answered[profile] = int(rng.binomial(people[profile], here))
    system = small.system(book, tables, people)
    return Wave(book, tables, system, small.bases(book, tables, answered), people)
