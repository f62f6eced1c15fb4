"""The benchmark tables of disclosure control: everything small protected, and how much it costs."""

from __future__ import annotations

import csv
from pathlib import Path

import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.attack.bases import attack_bases
from analysis.codebook import Codebook
from analysis.disclosure import protect
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "disclosure"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is absent"),
]


def read(name: str) -> tuple[Codebook, TablePlan, small.Counts]:
    """One crossing of all columns of a table; departments stand inside their commands."""
    with (FOLDER / name).open(encoding="utf-8") as file:
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
    counts: dict[tuple[str | None, ...], int] = {}
    for row in rows:
        profile = tuple(row[column] for column in columns)
        counts[profile] = counts.get(profile, 0) + int(row["freq"])
    return small.codebook(codes), small.plan(breakdowns, [small.table(*columns)]), counts


@pytest.mark.parametrize(
    ("name", "groups", "optimum"),
    [
        ("T2_cmd_eth_sex.csv", 273, 770),
        ("T4_hdept_eth.csv", 511, 1362),
        ("T3_cmd_eth_prob_sex.csv", 819, 8949),
    ],
)
def test_benchmark_tables_are_protected_at_little_loss(
    name: str, groups: int, optimum: int
) -> None:
    """Loss is people in groups hidden for others' sake; the optimum was proven elsewhere."""
    book, tables, counts = read(name)
    system = small.system(book, tables, counts)
    assert len(system.groups) == groups
    shown = protect(system, DisclosurePolicy(), {}).shown
    hidden = np.array([group.id not in shown for group in system.groups])
    lost = int(system.bases[hidden & (system.bases >= 10)].sum())
    assert lost <= 1.1 * optimum
    assert (system.bases[~hidden] >= 10).all()
    if groups < 800:
        assert list(attack_bases(small.published(tables, system.bases, shown), tables)) == []
