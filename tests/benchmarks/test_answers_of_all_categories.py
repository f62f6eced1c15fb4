"""Whether all categories of an item together expose anybody whom they do not expose one by one.

One program for an item: people of each atom by category, everybody in one category, the shares of
every category and reading as rows. It is ten times slower than one for each category; what it finds
in a Release of the demo is what publishing leaves.
"""

from __future__ import annotations

import highspy
import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from analysis.codebook import Item
from analysis.disclosure.bounds import DUST, program
from analysis.disclosure.unions import SMALL, Small, small
from analysis.policy import DisclosurePolicy
from analysis.publish.coarser import protect_answers
from analysis.publish.shown import Shown, control
from analysis.publish.told import READINGS, Telling
from analysis.tally import tally
from survey.demo import answering
from survey.demo.force import SEED, make_force
from survey.demo.making import QUESTIONNAIRE
from survey.demo.truths import TRUTHS
from survey.questionnaire import answers, loader
from survey.questionnaire.codebook import codebook

pytestmark = pytest.mark.long

Reals = npt.NDArray[np.float64]


class AllCategories:
    """Every way of answering one item, and what is open of each small union."""

    def __init__(self, look: Telling, shown: Shown, item: Item) -> None:
        hidden = np.array([not shown.shows(group.id, item.id) for group in shown.plan.groups])
        below = SMALL * shown.policy.k
        self.few: Small
        self.few, at_atoms = small(shown.system, look.unions(hidden), look.answered(item.id), below)
        told = list(look.told(shown, item.id, at_atoms))
        self.one_by_one = {
            (found.union, way)
            for way, one in enumerate(told)
            for found in look.possible.exposed(one, self.few)
        }
        valid = [category.reading for category in item.categories if category.valid]
        alone = np.eye(len(valid))
        partial = item.denominator == "all" and len(valid) < len(item.categories)
        together = [
            np.array([float(reading == one) for one in valid])
            for reading in READINGS
            if valid.count(reading) > 1
        ]
        self.ways = [*alone, *together]
        assert len(self.ways) == len(told)
        tied, groups = shown.system.held.rows, shown.system.membership
        measured = sparse.vstack([groups, look.rests @ groups])
        ties, slack = np.zeros(len(valid) * tied.shape[0]), DUST / 10
        everybody = np.zeros(len(at_atoms)) if partial else at_atoms
        self._highs = program(
            sparse.csc_array(
                sparse.vstack(
                    [
                        sparse.kron(alone, tied),
                        *(sparse.kron(way[None, :], measured) for way in self.ways),
                        sparse.kron(np.ones((1, len(valid))), sparse.eye_array(len(at_atoms))),
                    ]
                )
            ),
            np.tile(at_atoms, len(valid)),
            np.concatenate([ties, *(one.low - slack for one in told), everybody - slack]),
            np.concatenate([ties, *(one.high + slack for one in told), at_atoms + slack]),
        )
        self._people = self.few.rows @ at_atoms
        self._truth = [self.few.rows @ one.truth for one in told]
        self._least = [one.copy() for one in self._truth]
        self._most = [one.copy() for one in self._truth]

    def exposed(self) -> set[tuple[int, int]]:
        """Union and way of all that no answers clear."""
        for at in range(len(self.ways)):
            for union in (None, *np.flatnonzero(self._open(at)).tolist()):
                wanted = self._open(at) if union is None else np.arange(len(self._people)) == union
                for largest in (True, False):
                    if (wanted & self._open(at)).any():
                        self._extreme(at, (wanted / self._people) @ self.few.rows, largest)
        return {
            (union, at)
            for at in range(len(self.ways))
            for union in np.flatnonzero(self._open(at)).tolist()
        }

    def _extreme(self, at: int, functional: Reals, largest: bool) -> None:
        cost = np.kron(self.ways[at], functional)
        sense = highspy.ObjSense.kMaximize if largest else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        self._highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        self._highs.run()
        assert self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        table = np.array(self._highs.getSolution().col_value).reshape(-1, len(functional))
        for way, weights in enumerate(self.ways):
            values = self.few.rows @ (weights @ table)
            self._least[way] = np.minimum(self._least[way], values)
            self._most[way] = np.maximum(self._most[way], values)

    def _open(self, at: int) -> npt.NDArray[np.bool_]:
        least, most, truth = self._least[at], self._most[at], np.rint(self._truth[at])
        pinned = (most < truth + 1 - DUST) & (least > truth - 1 + DUST)
        low = most < 0.1 * self._people - DUST
        return (least > 0.9 * self._people + DUST) | (self.few.unseen & (low | pinned))


def test_all_categories_together_expose_nobody_in_a_wave_of_the_demo() -> None:
    questionnaire = loader.load(QUESTIONNAIRE)
    book, force = codebook(questionnaire), make_force(questionnaire)
    frame = force.frame(1)
    forms = answering.forms(questionnaire, book, force, frame, TRUTHS, SEED, 1)
    responds = answering.respondents(force, frame, SEED, 1)
    given = [
        answers.fold(questionnaire, form)
        for form, answered in zip(forms, responds, strict=True)
        if answered
    ]
    counted = tally(book, questionnaire.plan, answers.microdata(book, given))
    bare = control(counted, DisclosurePolicy())
    look = Telling(bare, counted)
    shown = protect_answers(look, bare, book)
    before, after = 0, 0
    for item in book.items:
        program_of = AllCategories(look, shown, item)
        assert not program_of.one_by_one
        after += len(program_of.exposed())
    for item in book.items[:5]:  # the control: without coarser steps both see somebody
        program_of = AllCategories(look, bare, item)
        found = program_of.exposed()
        assert program_of.one_by_one <= found
        before += len(found)
    print(f"\nexposed by all categories together: {before} in five items, then {after} in all")
    assert before > 0
    assert after == 0
