"""Thresholds, complements and items: what may be shown, and what looks alike."""

from __future__ import annotations

import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.disclosure import protect
from analysis.disclosure.protection import Protection
from analysis.errors import Unprotectable
from analysis.policy import DisclosurePolicy

POLICY = DisclosurePolicy()
UNITS = ("a", "b", "c", "d")
BOOK = small.codebook({"unit": UNITS, "sex": ("f", "m")})
ONE_WAY = small.plan([small.flat("unit", UNITS)], [small.table("unit")])
CROSSED = small.plan(
    [small.flat("unit", UNITS), small.flat("sex", "fm")], [small.table("unit", "sex")]
)
NESTED = small.plan([small.nested("unit", {"ab": "ab", "cd": "cd"})], [small.table("unit")])


def units(**people: int) -> small.Counts:
    """People per unit; `unknown` gave none."""
    return {(None if name == "unknown" else name, "f"): n for name, n in people.items()}


def shown(plan: object, counts: small.Counts) -> frozenset[str]:
    return protect(small.system(BOOK, plan, counts), POLICY, {}).shown


def test_everything_is_shown_when_nobody_is_in_a_small_group() -> None:
    assert shown(ONE_WAY, units(a=10, b=20, c=30, d=40)) == {
        *("force", "unit=a", "unit=b", "unit=c", "unit=d")
    }


def test_a_group_below_the_threshold_is_not_shown_and_nor_is_a_second_one() -> None:
    assert shown(ONE_WAY, units(a=9, b=20, c=30, d=40)) == {"force", "unit=c", "unit=d"}


def test_two_small_groups_that_are_few_together_need_a_third() -> None:
    assert shown(ONE_WAY, units(a=4, b=5, c=30, d=40)) == {"force", "unit=d"}


def test_two_small_groups_that_are_enough_together_hide_each_other() -> None:
    assert shown(ONE_WAY, units(a=4, b=6, c=30, d=40)) == {"force", "unit=c", "unit=d"}


@pytest.mark.parametrize("people", [0, 1, 9])
def test_an_empty_and_a_small_group_look_the_same(people: int) -> None:
    counts = units(a=people, b=20, c=30, d=40)
    assert shown(ONE_WAY, counts) == {"force", "unit=c", "unit=d"}


def test_few_who_did_not_say_are_not_left_over() -> None:
    found = shown(ONE_WAY, units(a=15, b=20, c=30, d=40, unknown=3))
    assert found == {"force", "unit=b", "unit=c", "unit=d"}


def test_enough_who_did_not_say_may_be_left_over() -> None:
    assert len(shown(ONE_WAY, units(a=15, b=20, c=30, d=40, unknown=10))) == 5


def test_nobody_to_say_gives_no_cover() -> None:
    """Readers may know that no question was left out; one hidden group would be subtracted."""
    assert "unit=b" not in shown(ONE_WAY, units(a=9, b=20, c=30, d=40, unknown=0))


def test_the_rest_of_a_published_parent_has_k_people() -> None:
    counts = units(a=5, b=95, c=30, d=40)
    system = small.system(BOOK, NESTED, counts)
    found = protect(system, POLICY, {}).shown
    assert {"unit=ab", "unit=b"} - found
    ids = [group.id for group in system.groups]
    people = dict(zip(ids, system.bases.tolist(), strict=True))
    for group in found:
        for parent in found:
            rest = people[parent] - people[group]
            wider = next(g for g in system.groups if g.id == group).parent == parent
            assert not (wider and 0 < rest < POLICY.k)


def test_a_small_crossing_cannot_be_worked_out_along_the_other_side() -> None:
    counts = {("a", "f"): 4, ("a", "m"): 30, ("b", "f"): 25, ("b", "m"): 40,
              ("c", "f"): 35, ("c", "m"): 45, ("d", "f"): 50, ("d", "m"): 60}  # fmt: skip
    hidden = {group.id for group in CROSSED.groups} - shown(CROSSED, counts)
    assert "unit=a&sex=f" in hidden
    # Two in the row, two in the column, and the fourth corner: least people is a and b.
    assert hidden == {"unit=a&sex=f", "unit=a&sex=m", "unit=b&sex=f", "unit=b&sex=m"}


def test_a_table_that_shares_a_margin_is_protected_together() -> None:
    """Departments are published by themselves: a command x sex table may not open them."""
    book = small.codebook({"unit": UNITS, "sex": ("f", "m"), "staff": ("s", "t")})
    plan = small.plan(
        [small.flat("unit", UNITS), small.flat("sex", "fm"), small.flat("staff", "st")],
        [small.table("unit", "sex"), small.table("unit", "staff")],
    )
    counts = {
        (unit, sex, staff): 15
        for unit in UNITS for sex in "fm" for staff in "st"
    }  # fmt: skip
    counts |= {("a", "f", "s"): 2, ("a", "m", "s"): 2, ("a", "f", "t"): 2, ("a", "m", "t"): 2}
    found = protect(small.system(book, plan, counts), POLICY, {}).shown
    assert not any(group.startswith("unit=a") for group in found)
    for other in ("sex=f", "sex=m", "staff=s", "staff=t"):
        hidden = [unit for unit in "bcd" if f"unit={unit}&{other}" not in found]
        assert hidden, f"unit=a&{other} could be subtracted"


def test_what_an_intersection_names_is_hidden_after_the_others_of_its_line() -> None:
    counts = {("a", "f"): 20, ("a", "m"): 60, ("b", "f"): 40, ("b", "m"): 50, ("a", None): 4,
              ("b", None): 30}  # fmt: skip
    book = small.codebook({"unit": ("a", "b"), "sex": ("f", "m")})
    parts = [small.flat("unit", "ab"), small.flat("sex", "fm")]
    plain = small.plan(parts, [small.table("unit", "sex")])
    system = small.system(book, plain, counts)
    assert "unit=a&sex=f" not in protect(system, POLICY, {}).shown
    watching = small.plan(parts, [small.table("unit", "sex")], ["sex=f"])
    system = small.system(book, watching, counts)
    assert "unit=a&sex=f" in protect(system, POLICY, {}).shown


def test_fewer_than_k_answers_show_nothing_at_all() -> None:
    assert shown(CROSSED, units(a=4, b=5)) == frozenset()


def test_counts_that_contradict_each_other_are_refused() -> None:
    system = small.system(BOOK, ONE_WAY, units(a=20, b=20, c=20, d=20))
    wrong = type(system)(
        *(system.groups, system.membership, system.held, system.bases - [30, 0, 0, 0, 0]),
        *(system.lines, system.derived, system.watched),
    )
    with pytest.raises(Unprotectable, match="contradict"):
        protect(wrong, POLICY, {})


def test_the_same_counts_are_always_protected_alike() -> None:
    rng = np.random.default_rng(5)
    counts = {(u, s): int(rng.poisson(14)) for u in (*UNITS, None) for s in ("f", "m", None)}
    first, again = (shown(CROSSED, counts) for _ in range(2))
    assert first == again


class TestItems:
    """An item that few answered in a group has a pattern of its own."""

    PEOPLE = units(a=20, b=40, c=60, d=80)

    def protected(self, **answered: int) -> Protection:
        system = small.system(BOOK, ONE_WAY, self.PEOPLE)
        bases = [sum(answered.values()), *(answered[unit] for unit in UNITS)]
        return protect(system, POLICY, {"q": np.array(bases)})

    def test_an_item_that_nearly_all_answered_follows_the_groups(self) -> None:
        found = self.protected(a=18, b=38, c=55, d=75)
        assert found.items_hidden == {"q": frozenset()}
        assert found.own_bases == {}
        assert found.shows("unit=a", "q")

    def test_an_item_base_below_the_threshold_is_not_shown_and_nor_is_a_second_one(self) -> None:
        found = self.protected(a=7, b=38, c=55, d=75)
        assert found.items_hidden == {"q": frozenset({"unit=a", "unit=b"})}
        assert found.shown >= {"unit=a", "unit=b"}
        assert not found.shows("unit=a", "q")
        assert found.shows("unit=a", "another")

    def test_a_routed_item_states_its_own_bases(self) -> None:
        found = self.protected(a=10, b=20, c=30, d=40)
        assert found.items_hidden == {"q": frozenset()}
        assert found.own_bases == {"q": {"force", *(f"unit={unit}" for unit in UNITS)}}

    def test_few_who_were_not_asked_are_not_left_over(self) -> None:
        """20 in the unit and an item's base of 12 would say that 8 were not asked."""
        found = self.protected(a=12, b=20, c=30, d=40)
        assert found.items_hidden == {"q": frozenset({"unit=a", "unit=b"})}

    def test_few_who_left_it_out_are_not_told_by_a_base(self) -> None:
        """36 of 40 are nine tenths; 33 of 40 leave 7, whom the item's own base would tell."""
        for answered in (33, 36):
            found = self.protected(a=20, b=answered, c=60, d=80)
            assert found.shows("unit=b", "q")
            assert found.own_bases == {}

    def test_an_item_that_nobody_was_asked_is_shown_nowhere(self) -> None:
        found = self.protected(a=0, b=0, c=0, d=0)
        assert found.items_hidden["q"] == found.shown

    def test_few_who_answered_without_saying_their_unit_are_not_left_over(self) -> None:
        system = small.system(BOOK, ONE_WAY, {**self.PEOPLE, (None, "f"): 30})
        routed = np.array([12 + 20 + 30 + 40 + 4, 12, 20, 30, 40])
        assert protect(system, POLICY, {"q": routed}).items_hidden["q"] == {"unit=a"}

    def test_bases_above_those_of_the_groups_are_refused(self) -> None:
        with pytest.raises(ValueError, match="bases of q"):
            self.protected(a=21, b=40, c=60, d=80)
