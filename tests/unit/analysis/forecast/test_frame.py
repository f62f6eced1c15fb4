"""A force made from headcounts: it has what was given, and contradictions are told."""

from __future__ import annotations

import numpy as np
import pytest
from fixtures_disclosure import codebook, flat, nested, plan, table

from analysis.errors import DataError
from analysis.forecast import Frame, frame

BOOK = codebook({"unit": ["a", "b", "c"], "sex": ["f", "m"], "grade": ["x", "y", "z"]})
UNITS = nested("unit", {"north": ["a", "b"], "south": ["c"]})
PLAN = plan(
    [UNITS, flat("sex", ["f", "m"]), flat("grade", ["x", "y", "z"])],
    [table("unit"), table("sex"), table("grade"), table("unit", "sex", finest=["whole", None])],
)
MARGINS = {
    "force": 100,
    **{"unit=a": 40, "unit=b": 25, "unit=c": 35},
    **{"sex=f": 30, "sex=m": 70},
    **{"grade=x": 7, "grade=y": 33, "grade=z": 60},
}


def people_in(made: Frame, rng: np.random.Generator, where: dict[str, set[str]]) -> int:
    """How many of a force of whole people have one of the codes of each variable."""
    people = dict(zip(made.variables, made.whole(rng), strict=True))
    inside = np.ones(made.people, bool)
    for variable, codes in where.items():
        positions = [BOOK.variable_by_id[variable].codes.index(code) for code in codes]
        inside &= np.isin(people[variable], positions)
    return int(inside.sum())


def test_every_drawn_force_has_exactly_the_headcounts_of_single_breakdowns() -> None:
    made = frame(BOOK, PLAN, MARGINS)
    for seed in range(20):
        for name, people in MARGINS.items():
            if name != "force":
                variable, code = name.split("=")
                rng = np.random.default_rng(seed)
                assert people_in(made, rng, {variable: {code}}) == people


def test_a_crossing_that_is_not_given_is_independent_and_said_to_be() -> None:
    made = frame(BOOK, PLAN, MARGINS)
    assert made.independent == ("unit-sex",)
    axes = [made.variables.index(one) for one in ("unit", "sex", "grade")]
    expected = made.expected.transpose(axes)[:3, :2, :3]
    product = np.einsum("u,s,g->usg", [40, 25, 35], [30, 70], [7, 33, 60]) / 100**2
    assert expected == pytest.approx(product)


def test_crossings_that_are_given_are_met_in_every_draw() -> None:
    given = {"unit=north&sex=f": 5, "unit=north&sex=m": 60, "unit=south&sex=f": 25}
    made = frame(BOOK, PLAN, {**MARGINS, **given, "unit=south&sex=m": 10})
    assert not made.independent
    rng = np.random.default_rng(3)
    for _ in range(20):
        assert people_in(made, rng, {"unit": {"a", "b"}, "sex": {"f"}}) == 5


def test_a_part_of_a_crossing_leaves_the_rest_as_independent_as_it_can_be() -> None:
    made = frame(BOOK, PLAN, {**MARGINS, "unit=south&sex=f": 4})
    assert made.independent == ("unit-sex",)
    axes = [made.variables.index(one) for one in ("unit", "sex")]
    counts = made.expected.sum(axis=made.variables.index("grade"))
    counts = counts if axes[0] < axes[1] else counts.T
    assert counts[:3, :2] == pytest.approx(np.array([[16, 24], [10, 15], [4, 31]]), abs=0.01)


def test_people_outside_every_group_name_none() -> None:
    made = frame(BOOK, PLAN, {**MARGINS, "sex=f": 25})
    assert made.unknown == {"sex": 5}
    sex = made.whole(np.random.default_rng(1))[made.variables.index("sex")]
    assert (sex == -1).sum() == 5


def test_without_the_force_it_is_the_largest_sum() -> None:
    given = {name: people for name, people in MARGINS.items() if name != "force"}
    assert frame(BOOK, PLAN, given).people == 100
    assert frame(BOOK, PLAN, {**given, "sex=m": 71}).people == 101


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"force": 99}, "force has 99 people, and its parts"),
        ({"unit=north": 64}, "unit=north has 64 people, and its parts (unit=a and so on) have 65"),
        ({"unit=south&sex=f": 36}, "sex=f has 30 people, and its parts"),
        ({"unit=north&sex=f": 3, "unit=south&sex=f": 4}, "do not fit together"),
        (dict.fromkeys(MARGINS, 0), "hold nobody"),
    ],
)
def test_headcounts_that_contradict_each_other_are_refused(
    changed: dict[str, int], words: str
) -> None:
    with pytest.raises(DataError) as refused:
        frame(BOOK, PLAN, {**MARGINS, **changed})
    assert words in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_breakdown_that_is_not_given_is_named() -> None:
    given = {name: people for name, people in MARGINS.items() if "grade" not in name}
    with pytest.raises(DataError, match="nothing of grade=x and 2 more groups"):
        frame(BOOK, PLAN, given)


def test_too_many_cells_are_refused_before_they_are_made() -> None:
    codes = [f"c{number}" for number in range(1100)]
    book = codebook({"one": codes, "two": codes})
    big = plan([flat("one", codes), flat("two", codes)], [table("one"), table("two")])
    with pytest.raises(DataError, match="leave a breakdown out"):
        frame(book, big, {f"{name}={code}": 1 for name in ("one", "two") for code in codes})
