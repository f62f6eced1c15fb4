"""Colleagues who pool what they know of themselves, against all tables and all pairs of people."""

from __future__ import annotations

import fixtures_disclosure as small
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_tables import seen_by_colleagues

from analysis.disclosure.bounds import Known
from analysis.disclosure.colleagues import colleagues_in
from analysis.disclosure.repair import sparing_pattern

K, PAIR = 4, 2
NAMES = ("unit", "sex", "staff")
BOOK = small.codebook(dict.fromkeys(NAMES, ("a", "b")))
PAIRS = (("unit", "sex"), ("sex", "staff"), ("unit", "staff"))
TABLES = small.plan(
    [small.flat(name, "ab") for name in NAMES], [small.table(*one) for one in PAIRS]
)
ANSWERED = [at for at, profile in enumerate(small.profiles(BOOK)) if None not in profile]
"""Nobody left a question out, and readers know it."""

FEW = (0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5)
"""People of a profile: small numbers more often, so that half of all draws are of 5 to 12."""

Ints = npt.NDArray[np.int64]


def pattern(truth: Ints, *, colleagues: bool) -> npt.NDArray[np.bool_]:
    """Which groups are hidden when so many people are in each profile without unknowns."""
    every = small.profiles(BOOK)
    counts = {every[at]: int(n) for at, n in zip(ANSWERED, truth, strict=True)}
    system = small.system(BOOK, TABLES, counts)
    exact = system.bases.astype(np.float64)
    known = Known(system.bases, exact, exact, np.full(len(exact), 4.0 * max(exact.max(), K)))
    whom = colleagues_in(system, PAIR) if colleagues else None
    return sparing_pattern(system, known, system.bases < K, K, whom)


def seen(truth: Ints, hidden: npt.NDArray[np.bool_]) -> list[str]:
    inside = small.membership(BOOK, TABLES)[:, ANSWERED]
    return list(seen_by_colleagues(inside, truth, ~hidden, K, PAIR))


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        ([1, 1, 0, 1, 1, 5, 0, 2], "(0, 1): at most 1 others in 3"),
        ([0, 3, 0, 0, 2, 2, 0, 3], "(4, 4): 1 is pinned"),
    ],
)
def test_colleagues_see_through_what_holds_for_others(truth: list[int], words: str) -> None:
    """Positive control: protected from readers who know nothing, and the oracle sees the rest."""
    people = np.array(truth)
    assert words in seen(people, pattern(people, colleagues=False))
    assert seen(people, pattern(people, colleagues=True)) == []


@pytest.mark.slow
@pytest.mark.no_cover
@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(FEW), min_size=8, max_size=8).filter(
        lambda people: 4 < sum(people) < 13
    )
)
def test_no_pair_of_colleagues_sees_through_anything(truth: list[int]) -> None:
    people = np.array(truth)
    hidden = pattern(people, colleagues=True)
    assert hidden[0] or seen(people, hidden) == []
