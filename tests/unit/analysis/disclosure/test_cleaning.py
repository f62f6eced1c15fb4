"""What was hidden for nothing is shown again, if the one question allows it."""

from __future__ import annotations

import fixtures_disclosure as small
import numpy as np
import numpy.typing as npt

from analysis.disclosure.cleaning import show_again
from analysis.disclosure.complementary import Hidden, Order
from analysis.disclosure.system import System

K = 10
PEOPLE = {("a", "f"): 40, ("a", "m"): 30, ("b", "f"): 20, ("b", "m"): 25}


def system(watched: tuple[str, ...] = ()) -> System:
    book = small.codebook({"unit": ("a", "b"), "sex": ("f", "m")})
    tables = small.plan(
        [small.flat("unit", "ab"), small.flat("sex", "fm")], [small.table("unit", "sex")], watched
    )
    return small.system(book, tables, PEOPLE)


def inner(of: System) -> Hidden:
    """Every crossing of a unit and a sex."""
    return np.array([len(group.where) == 2 for group in of.groups])


def cleaned(of: System, answer: bool) -> tuple[Hidden, list[str]]:
    """The pattern that is left, and in what order groups were asked for."""
    asked: list[str] = []

    def shows(group: int, without: Hidden, near: npt.NDArray[np.int64]) -> bool:
        assert not without[group]
        assert without[near].all()
        asked.append(of.groups[group].id)
        return answer

    exact = np.ones(len(of.groups), dtype=bool)
    order = Order(of.bases, exact, of.watched, K)
    hidden, never = inner(of), np.zeros(len(of.groups), dtype=bool)
    alone = np.array([group.id == "unit=b" for group in of.groups])
    return show_again(of.lines, order, hidden | alone, never, shows), asked


def test_nothing_is_shown_again_unless_the_question_allows_it() -> None:
    hidden, asked = cleaned(system(), answer=False)
    assert asked[0] == "unit=b"
    assert hidden.sum() == 5


def test_a_group_that_its_lines_give_away_is_not_asked_for() -> None:
    hidden, asked = cleaned(system(), answer=True)
    # Of four inner groups each one could be subtracted if any were shown.
    assert asked == ["unit=b"]
    assert (hidden == inner(system())).all()
