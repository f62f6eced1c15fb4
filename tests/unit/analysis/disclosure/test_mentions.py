"""What is published of the themes of comments, against every count that may stand behind it."""

from __future__ import annotations

from itertools import product

import pytest

from analysis.disclosure.mentions import NOT_SHOWN, People, people
from analysis.disclosure.rounding import nearest
from analysis.policy import DisclosurePolicy

POLICY = DisclosurePolicy()
K = POLICY.k_comment


def behind(published: tuple[People, ...], whole: int, publish=people) -> set[tuple[int, ...]]:  # type: ignore[no-untyped-def]
    """Every way in which as many themes can have been mentioned, by people whose rounded number is
    known, that is published like this. A comment may have any themes, or none of them."""
    step = POLICY.base_step
    sizes = [n for n in range(whole - step, whole + step + 1) if nearest(n, step) == whole]
    found = set()
    for n in sizes:
        each = [[x for x in range(n + 1) if publish(x, n, POLICY) == one] for one in published]
        found |= set(product(*each))
    return found


def naive(count: int, of: int, policy: DisclosurePolicy) -> People:
    """Rounded, and hidden when few: nobody thinks of the others."""
    return NOT_SHOWN if count < policy.k_comment else (nearest(count, policy.base_step), "")


def exact(count: int, of: int, policy: DisclosurePolicy) -> People:
    """Hidden when few, and otherwise exact."""
    return NOT_SHOWN if count < policy.k_comment else (count, "")


def few_are_open(publish) -> bool:  # type: ignore[no-untyped-def]
    """Whether some publication tells that few, and which number of them, did or did not write."""
    for n in (30, 31, 45, 60, 100):
        whole = nearest(n, POLICY.base_step)
        for count in range(n + 1):
            fits = {x for (x,) in behind((publish(count, n, POLICY),), whole, publish)}
            without = {whole + POLICY.base_step // 2 - x for x in fits}
            if count < K and len(fits & set(range(K))) < K:
                return True
            if n - count < K and max(without) < K:
                return True
    return False


def test_no_publication_tells_how_few_wrote_or_did_not() -> None:
    assert not few_are_open(people)


@pytest.mark.parametrize("publish", [naive, exact])
def test_a_weaker_rule_is_noticed(publish) -> None:  # type: ignore[no-untyped-def]
    assert few_are_open(publish)


def test_themes_that_are_shown_open_no_hidden_one() -> None:
    shown = (people(31, 40, POLICY), people(20, 40, POLICY), people(3, 40, POLICY))
    fits = behind(shown, 40)
    for first, second in {(one, two) for one, two, _ in fits}:
        assert {x for one, two, x in fits if (one, two) == (first, second)} >= set(range(K))


@pytest.mark.parametrize("n", [30, 33, 47, 100, 233])
def test_few_and_nobody_look_alike_and_so_do_nearly_all_and_all(n: int) -> None:
    assert {people(x, n, POLICY) for x in range(K)} == {NOT_SHOWN}
    assert len({people(x, n, POLICY) for x in range(n - K + 1, n + 1)}) == 1


def test_what_is_shown_is_true_and_rounded() -> None:
    for n in range(200):
        for count in range(n + 1):
            shown, bound = people(count, n, POLICY)
            if shown is None:
                continue
            assert count >= K
            assert shown % POLICY.base_step == 0
            assert shown <= count if bound else abs(shown - count) <= 2


@pytest.mark.parametrize("n", range(30))
def test_too_few_people_who_wrote_hide_every_theme(n: int) -> None:
    assert {people(x, n, POLICY) for x in range(n + 1)} == {NOT_SHOWN}


def test_a_coarser_step_hides_more_and_never_shows_fewer_than_the_threshold() -> None:
    policy = DisclosurePolicy(base_step=50)
    assert people(20, 400, policy) == NOT_SHOWN
    assert people(30, 400, policy) == (50, "")
    with pytest.raises(ValueError, match="5 of 4"):
        people(5, 4, policy)
