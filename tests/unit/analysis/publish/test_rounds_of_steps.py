"""Steps that many small groups need at once: taken in one round, and never more of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import large_forces
import numpy as np
import pytest

from analysis import cores
from analysis.disclosure.answers import Exposed, PossibleAnswers, Told
from analysis.disclosure.unions import Small
from analysis.policy import DisclosurePolicy
from analysis.publish import coarser, kept_shares
from analysis.publish.kept_shares import KeptShares
from analysis.publish.shown import Shown, control, measures
from analysis.publish.told import Telling
from analysis.tally import Tally, tally


@pytest.fixture(scope="module")
def counted() -> tuple[Tally, Shown]:
    book, plan = large_forces.one_force(4, 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_forces, "ITEMS", 5)
        book, plan = large_forces.one_force(4, 3)
        found = tally(book, plan, large_forces.answers(book, 2_400))
    return found, control(found, DisclosurePolicy())


def settled(counted: tuple[Tally, Shown]) -> Shown:
    found, shown = counted
    return coarser.protect_answers(Telling(shown, found), shown, found.codebook)


def test_steps_of_a_round_are_no_more_than_one_at_a_time(
    counted: tuple[Tally, Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    exposed, rounds = PossibleAnswers.exposed, list[int]()

    def counting(self: PossibleAnswers, told: Told, few: Small) -> Iterator[Exposed]:
        found = list(exposed(self, told, few))
        rounds.append(len(found))
        yield from found

    monkeypatch.setattr(PossibleAnswers, "exposed", counting)
    monkeypatch.setattr(cores, "cores", lambda: 1)  # What copies of the process count, stays there.
    together = settled(counted)
    assert max(rounds) > 1
    monkeypatch.setattr(PossibleAnswers, "exposed", lambda *given: list(exposed(*given))[:1])
    alone = settled(counted)
    assert together.coarser
    assert together.coarser.keys() == alone.coarser.keys()
    assert all(step <= alone.coarser[key] for key, step in together.coarser.items())
    assert together.withheld == alone.withheld


def exposing(counted: tuple[Tally, Shown], shown: Shown) -> int:
    """Ways of answering that tell of somebody, each looked at anew."""
    found, _ = counted
    look = Telling(shown, found)
    return sum(
        bool(coarser._exposed(look, told, look.small(shown, measure)))
        for measure in measures(found.codebook)
        for told in look.told(shown, measure, look.at_atoms(measure))
    )


def test_none_of_all_ways_exposes_anybody_at_the_end(
    counted: tuple[Tally, Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert exposing(counted, counted[1]) > 1
    assert exposing(counted, settled(counted)) == 0
    exposed = coarser._exposed

    def overlooking(look: Telling, told: Told, few: Small) -> coarser.Exposing:
        return [] if told.whole else exposed(look, told, few)

    monkeypatch.setattr(coarser, "_exposed", overlooking)
    overlooked = settled(counted)
    monkeypatch.setattr(coarser, "_exposed", exposed)
    assert exposing(counted, overlooked) > 0


@pytest.mark.parametrize(
    ("exposing_turns", "looked"),
    [((), "abc"), ((0,), "abca"), ((0, 1, 3), "abcabca"), ((2,), "abcabc"), ((3, 5), "abc")],
)
def test_every_way_is_looked_at_after_the_last_that_exposes_anybody(
    counted: tuple[Tally, Shown],
    monkeypatch: pytest.MonkeyPatch,
    exposing_turns: Sequence[int],
    looked: str,
) -> None:
    """Turn by turn; those that would have been exposed after all were clear are asked no more."""
    found, shown = counted
    seen = list[str]()

    def scripted(_: Telling, way: str, __: Small) -> list[int]:
        seen.append(way)
        return [1] if len(seen) - 1 in exposing_turns else []

    monkeypatch.setattr(Telling, "told", lambda *_: iter("abc"))
    monkeypatch.setattr(coarser, "_exposed", scripted)
    monkeypatch.setattr(coarser, "_round", lambda _, shown, *__: shown)
    coarser._followed(Telling(shown, found), shown, "q00")
    assert "".join(seen) == looked


def test_what_percents_say_is_the_same_when_it_is_kept(
    counted: tuple[Tally, Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = settled(counted)
    monkeypatch.setattr(kept_shares.KeptShares, "of", _forgetful(KeptShares.of))
    assert settled(counted).coarser == kept.coarser


def _forgetful(of: object) -> object:
    def again(self: KeptShares, *given: object) -> object:
        self.__init__()  # type: ignore[misc]
        return of(self, *given)  # type: ignore[operator]

    return again


def test_a_row_is_asked_again_only_where_its_step_changed() -> None:
    kept, asked = KeptShares(), list[int]()

    def say(row: int) -> list[tuple[float, float]]:
        asked.append(row)
        return [(0.1 * row, 0.5)] if row != 1 else []

    first = kept.of(("q", None), [1, 1, None], 1, say)
    assert first[:, 0].tolist() == [[0.0, 0.5], [0.0, 1.0], [0.0, 1.0]]
    first[:] = np.nan
    again = kept.of(("q", None), [1, None, 5], 1, say)
    assert asked == [0, 1, 2]
    assert again[:, 0].tolist() == [[0.0, 0.5], [0.0, 1.0], [0.2, 0.5]]
    assert kept.of(("other", None), [1, 1, 1], 1, say).shape == (3, 1, 2)
    assert asked == [0, 1, 2, 0, 1, 2]
    assert (kept.of(("q", None), [1, None, 5], 1, say) == again).all()
    assert len(asked) == 6
    kept.of(("q", "another pattern"), [1, None, 5], 1, say)
    assert asked[6:] == [0, 2]


def test_a_theme_goes_with_an_item_that_is_withheld_beside_it(
    counted: tuple[Tally, Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The item is told beside its theme once, and what tells of it is withheld, not coarser."""
    found, shown = counted
    theme = next(iter(found.codebook.theme_by_id))
    item, group = found.codebook.items_of[theme][0].id, found.plan.groups[1].id
    looks = iter([[(item, ["told"])], []])
    monkeypatch.setattr(coarser, "beside_its_theme", lambda *_: next(looks))
    monkeypatch.setattr(coarser, "opened_bands", lambda *_: ())
    monkeypatch.setattr(coarser, "_exposed", lambda *_: ["somebody"])

    def without_the_item(_: Telling, before: Shown, *__: object) -> Shown:
        return replace(before, withheld=before.withheld | {(group, item)})

    monkeypatch.setattr(coarser, "_round", without_the_item)
    after = coarser._beside(Telling(shown, found), shown, theme)
    assert after.withheld - shown.withheld == {(group, item), (group, theme)}
