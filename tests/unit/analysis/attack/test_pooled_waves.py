"""Why no rung pools waves: what a pooled figure would tell beside the waves it is made of.

Waves are one more breakdown here, so that the auditor takes all of them as one system. Bases are
exact, as disclosure control takes them when it chooses what to hide.
"""

from __future__ import annotations

from itertools import product

import fixtures_disclosure as small

from analysis.attack.bases import attack_bases

WHO = {
    "wave": ("first", "second"),
    "ethnicity": ("minority", "majority"),
    "probation": ("yes", "no"),
}
BOOK = small.codebook(WHO)
PLAN = small.plan([small.flat(*one) for one in WHO.items()], [small.table(*WHO)])
POOLED = "ethnicity=minority&probation=yes"
K = 10

Table = dict[tuple[str, str, str], int]


def waves(first: tuple[int, int], second: tuple[int, int]) -> Table:
    """Minority people in probation and out of it, in each wave; the majority is many."""
    found = {}
    for wave, (inside, outside) in zip(WHO["wave"], (first, second), strict=True):
        found |= {(wave, "minority", "yes"): inside, (wave, "minority", "no"): outside}
        found |= {(wave, "majority", "yes"): 400, (wave, "majority", "no"): 2500}
    return found


def told(people: Table, hidden_in: tuple[str, ...], *, pooled: bool) -> set[str]:
    """The groups of which the auditor learns something.

    Args:
        people: of each wave.
        hidden_in: waves that show no crossing of ethnicity and probation, only both by themselves.
        pooled: whether minority people in probation are shown for both waves together.
    """
    crossed = [
        f"ethnicity={one}&probation={other}" for one, other in product(*list(WHO.values())[1:])
    ]
    margins = [f"{name}={value}" for name in ("ethnicity", "probation") for value in WHO[name]]
    shown = {"force", *margins}
    for wave in WHO["wave"]:
        shown |= {f"wave={wave}", *(f"wave={wave}&{one}" for one in margins)}
        shown |= {f"wave={wave}&{one}" for one in crossed if wave not in hidden_in}
    # Together they are shown or not; with one of the four all follow from the margins.
    shown |= set(crossed) if pooled else set()
    release = small.published(PLAN, small.bases(BOOK, PLAN, people), frozenset(shown))
    return {one.group for one in attack_bases(release)}


def test_pooled_with_a_wave_that_shows_the_group_it_gives_the_hidden_one_away() -> None:
    people = waves((34, 300), (7, 310))
    assert told(people, ("second",), pooled=False) == set()
    assert f"wave=second&{POOLED}" in told(people, ("second",), pooled=True)


def test_so_it_does_where_the_group_is_large_and_hidden_for_a_small_one_beside_it() -> None:
    people = waves((34, 30), (33, 6))
    assert told(people, ("second",), pooled=False) == set()
    found = told(people, ("second",), pooled=True)
    assert "wave=second&ethnicity=minority&probation=no" in found


HIDDEN_TWICE = waves((14, 6), (13, 6))
"""Both waves hide the crossing, for the six who are out of probation."""


def fits(people: Table, change: int, *, pooled: bool) -> set[int]:
    """How many can be out of probation in the first wave, if the group changes by so few.

    Both waves tell how many minority people answered; pooled, how many of them in probation.
    """
    wholes = [sum(people[wave, "minority", one] for one in ("yes", "no")) for wave in WHO["wave"]]
    together = sum(people[wave, "minority", "yes"] for wave in WHO["wave"])
    return {
        wholes[0] - first
        for first, second in product(*(range(whole + 1) for whole in wholes))
        if abs(first - second) <= change and (not pooled or first + second == together)
    }


def test_of_two_waves_that_hide_the_group_the_auditor_sees_nothing_and_colleagues_do() -> None:
    assert told(HIDDEN_TWICE, WHO["wave"], pooled=True) == set()
    # Whoever knows that hardly anybody joined or left knows each wave from both together.
    assert max(fits(HIDDEN_TWICE, 2, pooled=True)) < K
    # Without the pooled figure the same knowledge tells nothing.
    assert max(fits(HIDDEN_TWICE, 2, pooled=False)) >= K
    # Nor with it, if the two waves had nothing to do with each other.
    assert max(fits(HIDDEN_TWICE, 99, pooled=True)) >= K


def test_waves_further_apart_than_probation_would_pass_if_their_sums_could_be_kept() -> None:
    """Eight and seven other people: no audit stands against it, but a rule on what is kept."""
    assert told(waves((8, 300), (7, 310)), WHO["wave"], pooled=True) == set()
