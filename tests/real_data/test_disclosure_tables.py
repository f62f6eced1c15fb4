"""The benchmark tables of disclosure control: everything small protected, and how much it costs."""

from __future__ import annotations

import benchmark_tables
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.attack.bases import attack_bases
from analysis.disclosure import protect
from analysis.disclosure.bounds import DUST, FeasibleTables
from analysis.disclosure.targets import of_groups
from analysis.policy import DisclosurePolicy

K = DisclosurePolicy().k

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(
        not benchmark_tables.FOLDER.is_dir(), reason=f"{benchmark_tables.FOLDER} is absent"
    ),
]


@pytest.mark.parametrize(
    ("name", "groups", "most"),
    [
        ("T2", 273, 808),
        ("T4", 511, 1_430),
        ("T3", 819, 9_396),
        ("T5", 1_533, 6_114),
        pytest.param("T8", 8_967, 4_339, marks=pytest.mark.long),
    ],
)
def test_benchmark_tables_are_protected_at_little_loss(name: str, groups: int, most: int) -> None:
    """At most 5 % over the fewest people in groups hidden for others' sake, and no breach."""
    assert most <= 1.05 * benchmark_tables.OPTIMUM[name]
    plan, system = benchmark_tables.read(name)
    assert len(system.groups) == groups
    shown = protect(system, DisclosurePolicy(), {}).shown
    hidden = np.array([group.id not in shown for group in system.groups])
    assert int(system.bases[hidden & (system.bases >= K)].sum()) <= most
    assert (system.bases[~hidden] >= K).all()
    assert list(attack_bases(small.published(plan, system.bases, shown), plan)) == []


@pytest.mark.parametrize("name", ["T2", "T4", "T3", pytest.param("T5", marks=pytest.mark.long)])
def test_every_small_group_may_be_k_whole_people(name: str) -> None:
    """Ranges wider than three people are not looked at in whole numbers; here they would hold."""
    _, system = benchmark_tables.read(name)
    shown = protect(system, DisclosurePolicy(), {}).shown
    hidden = np.array([group.id not in shown for group in system.groups])
    targets = of_groups(system, K)
    fits = FeasibleTables(system, benchmark_tables.known(system, K), targets.nobody)
    fits.hide(hidden)
    most = targets.people.copy()
    small_ones = np.flatnonzero(targets.people < K)
    for at in small_ones.tolist():
        if most[at] < K:
            _, table = fits.extreme(targets.rows[[at]].toarray().ravel())
            if (np.abs(table - np.rint(table)) < DUST).all():
                most = np.maximum(most, np.rint(targets.rows @ table).astype(np.int64))
    lacking = [at for at in small_ones.tolist() if most[at] < K]
    near, limits = fits.near(targets.rows[lacking]), fits.limits()
    assert all(near.find(limits, at, K, np.inf) is not None for at in range(len(lacking)))


def test_a_benchmark_table_with_one_more_group_shown_is_seen_through() -> None:
    """Positive control: of what is left after the clean-up, the largest group was needed."""
    plan, system = benchmark_tables.read("T2")
    shown = protect(system, DisclosurePolicy(), {}).shown
    largest = max(
        (base, group.id)
        for base, group in zip(system.bases.tolist(), system.groups, strict=True)
        if group.id not in shown
    )[1]
    again = small.published(plan, system.bases, shown | {largest})
    assert list(attack_bases(again, plan)) != []
