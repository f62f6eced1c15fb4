"""Tables that go round in a circle are named, and no others."""

from __future__ import annotations

import fixtures_disclosure as small
import pytest

from analysis.circles import circle
from analysis.errors import Unprotectable
from analysis.plan import Breakdown, Value

CODES = {name: (f"{name}0", f"{name}1") for name in "abcd"}


def named(*crossings: str) -> set[str]:
    plan = small.plan(
        [small.flat(name, codes) for name, codes in CODES.items()],
        [small.table(*crossing) for crossing in crossings],
    )
    return {"".join(table.breakdowns) for table in circle(plan)}


@pytest.mark.parametrize(
    ("crossings", "found"),
    [
        (["ab", "bc", "ac"], {"ab", "bc", "ac"}),
        (["ab", "bc", "ac", "abc"], set()),
        (["a", "ab", "bc", "cd"], set()),
        (["ab", "bc", "cd", "ad"], {"ab", "bc", "cd", "ad"}),
        (["ab", "bc", "cd", "ad", "abc", "acd"], set()),
        (["abd", "bc", "ac", "d"], {"abd", "bc", "ac"}),
        (["a", "b"], set()),
        (["ab", "abcd", "cd"], set()),
    ],
)
def test_circles_are_named(crossings: list[str], found: set[str]) -> None:
    assert named(*crossings) == found


def test_levels_are_told_apart() -> None:
    """A cross at the coarse level does not close a circle at the fine one; at the fine it does."""
    unit = small.nested("unit", {"north": ("n1", "n2"), "south": ("s1", "s2")})
    flat = [small.flat(name, codes) for name, codes in CODES.items()]
    pairs = [small.table("unit", "a"), small.table("unit", "b")]
    coarse = small.table("unit", "a", "b", finest=[unit.levels[0], None, None])
    assert len(circle(small.plan([unit, *flat], [*pairs, coarse]))) == 3
    assert circle(small.plan([unit, *flat], [*pairs, small.table("unit", "a", "b")])) == ()
    only = [small.table("unit", "a", finest=[unit.levels[0], None]), pairs[1], coarse]
    assert circle(small.plan([unit, *flat], only)) == ()


def test_nothing_is_said_of_two_bandings_of_one_variable() -> None:
    """They would be told apart by the names of their levels, or not at all."""
    bands = [
        Breakdown(name, name, "a", ("band",), (Value("in", "in", "band", None, frozenset({code})),))
        for name, code in zip(("one", "other"), CODES["a"], strict=True)
    ]
    flat = small.flat("b", CODES["b"])
    plan = small.plan([*bands, flat], [small.table("one", "b"), small.table("other", "b")])
    with pytest.raises(Unprotectable, match="`one` and `other` both split `a`"):
        circle(plan)
    assert circle(small.plan([bands[0], flat], [small.table("one", "b")])) == ()
