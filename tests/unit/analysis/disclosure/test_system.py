"""The linear system holds the true counts, and nothing that the plan does not publish."""

from __future__ import annotations

import fixtures_disclosure as small
import numpy as np
import pytest
from fixtures_analysis import small as small_study

from analysis.disclosure import system as systems
from analysis.disclosure.atoms import Node, blocks, common_chain, ties
from analysis.errors import Unprotectable
from analysis.tally import tally

BOOK = small.codebook({"unit": ("a", "b", "c"), "sex": ("f", "m"), "staff": ("s", "t")})
PLAN = small.plan(
    [small.nested("unit", {"ab": "ab", "only": "c"}), small.flat("sex", "fm"),
     small.flat("staff", "st")],
    [small.table("unit"), small.table("unit", "sex", finest=("whole", None)),
     small.table("sex", "staff")],
)  # fmt: skip
COUNTS = {("a", "f", "s"): 12, ("b", "m", "t"): 7, ("c", "f", None): 3, (None, "m", "s"): 2}


def line(system: systems.System, parent: str) -> list[set[str]]:
    ids = [group.id for group in system.groups]
    found = [one for one in system.lines if ids[one.parent] == parent]
    return [{ids[child] for child in one.children} for one in found]


def test_tables_that_share_variables_along_a_tree_are_taken_apart() -> None:
    system = small.system(BOOK, PLAN, COUNTS)
    # 4 units; 3 wholes x 3 sexes; 3 sexes x 3 staff, instead of 4 x 3 x 3 profiles.
    assert system.membership.shape == (len(PLAN.groups), 4 + 9 + 9)


def test_every_group_is_counted_right_by_atoms_that_agree() -> None:
    system = small.system(BOOK, PLAN, COUNTS)
    inside = small.membership(BOOK, PLAN)
    every = small.profiles(BOOK)
    # For one profile at a time the atoms of its blocks are those in all groups that it is in.
    for column, profile in enumerate(every):
        bases = small.bases(BOOK, PLAN, {profile: 1})
        assert (bases == inside[:, column]).all()
        assert (system.derived.combination @ bases >= 0).all()
        assert np.isin(system.derived.combination @ bases, [0, 1]).all()


def test_lines_are_the_parts_of_each_group() -> None:
    system = small.system(BOOK, PLAN, COUNTS)
    assert line(system, "unit=ab") == [{"unit=a", "unit=b"}, {"unit=ab&sex=f", "unit=ab&sex=m"}]
    assert {"sex=f", "sex=m"} in line(system, "force")
    assert {"unit=ab&sex=f", "unit=only&sex=f"} in line(system, "sex=f")


def test_unknown_parts_are_derived_and_impossible_ones_are_not() -> None:
    system = small.system(BOOK, PLAN, COUNTS)
    people = dict(zip(system.derived.names, system.derived.combination @ system.bases, strict=True))
    assert people["unit= not known further"] == 2
    assert people["sex=f & staff= not known further"] == 3
    assert people["unit=ab without unit=a"] == 7
    assert not any(name.startswith("unit=ab not known") for name in people)


def test_a_plan_without_tables_has_one_atom() -> None:
    system = small.system(BOOK, small.plan([], []), COUNTS)
    assert system.membership.shape == (1, 1)
    assert system.bases.tolist() == [24]


def test_partitions_that_are_not_nested_are_refined_together() -> None:
    assert common_chain([(0, 0, 1), (0, 1, 1)]) == {(0, 0, 1): (0, 1, 2), (0, 1, 1): (0, 1, 2)}
    assert common_chain([(0, 0, 1), (0, 1, 2)]) == {(0, 0, 1): (0, 0, 1), (0, 1, 2): (0, 1, 2)}


def test_a_cycle_of_tables_becomes_one_block() -> None:
    a, b, c = (Node(name, (0, 1)) for name in "abc")
    found = blocks([frozenset({a, b}), frozenset({b, c}), frozenset({a, c})])
    assert [block.size for block in found] == [8]
    assert ties(found).shape == (0, 8)


def test_tables_linked_into_too_many_unknowns_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(systems, "MOST_ATOMS", 20)
    with pytest.raises(Unprotectable, match=r"unit-sex.*coarser level"):
        small.system(BOOK, PLAN, COUNTS)


def test_finest_cells_add_up_to_the_atoms_and_these_to_the_groups() -> None:
    study = small_study(400, seed=3)
    counted = tally(study.codebook, study.plan, study.microdata)
    people = counted.at_groups.people
    system = systems.build(study.codebook, study.plan, people, counted.cells)
    assert system.inside is not None
    atoms = system.inside @ counted.cells.people
    assert (system.membership @ atoms == people).all()
    assert (system.held.rows @ atoms == system.held.values).all()
