"""The benchmark tables of disclosure control, as plans and systems of one crossing each."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import product
from pathlib import Path

import fixtures_disclosure as small
import numpy as np

from analysis.disclosure.bounds import Known
from analysis.disclosure.system import Bases, System, build
from analysis.plan import Breakdown, TablePlan, group_id

FOLDER = Path(__file__).parents[1].parent / "shared" / "data" / "disclosure"

FILES = {
    "T2": "T2_cmd_eth_sex.csv",
    "T4": "T4_hdept_eth.csv",
    "T3": "T3_cmd_eth_prob_sex.csv",
    "T5": "T5_hdept_eth_sex.csv",
    "T8": "T8_dept_role_eth.csv",
}

OPTIMUM = {"T2": 770, "T4": 1362, "T3": 8949, "T5": 5823, "T8": 4133}
"""Fewest people in groups hidden for others' sake, proven elsewhere for k = 10."""


def read(name: str) -> tuple[TablePlan, System]:
    """One crossing of all columns of a table; departments stand inside their commands."""
    with (FOLDER / FILES[name]).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = [column for column in rows[0] if column != "freq"]
    breakdowns = []
    if "dept" in columns and "cmd" in columns:
        columns.remove("cmd")
        commands: dict[str, list[str]] = {}
        for row in rows:
            if row["dept"] not in commands.setdefault(row["cmd"], []):
                commands[row["cmd"]].append(row["dept"])
        breakdowns.append(small.nested("dept", commands))
    codes = {column: list(dict.fromkeys(row[column] for row in rows)) for column in columns}
    breakdowns += [small.flat(name, codes[name]) for name in columns[len(breakdowns) :]]
    plan = small.plan(breakdowns, [small.table(*columns)])
    counts: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        counts[tuple(row[column] for column in columns)] += int(row["freq"])
    return plan, build(small.codebook(codes), plan, _bases(plan, counts))


def known(system: System, k: int) -> Known:
    """Every base is known exactly where it is shown."""
    people = system.bases.astype(np.float64)
    return Known(system.bases, people, people, np.full(len(people), 4 * max(people.max(), k)))


def _bases(plan: TablePlan, counts: Counter[tuple[str, ...]]) -> Bases:
    """Each profile counts in every group that it is in, looked up by the values above it."""
    found: Counter[str] = Counter()
    for profile, people in counts.items():
        above = [
            [None, *_values(breakdown, code)]
            for breakdown, code in zip(plan.breakdowns, profile, strict=True)
        ]
        for values in product(*above):
            where = tuple(
                (breakdown.id, value)
                for breakdown, value in zip(plan.breakdowns, values, strict=True)
                if value is not None
            )
            found[group_id(where)] += people
    return np.array([found[group.id] for group in plan.groups], dtype=np.int64)


def _values(breakdown: Breakdown, code: str) -> list[str]:
    return [value.id for value in breakdown.values if code in value.categories]
