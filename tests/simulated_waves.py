"""Waves of the demo's force with nothing planted and nobody balanced, or with one gap planted.

Everybody answers independently: a person's outlook, their leaning on the theme, noise. What the
area-of-concern rule raises here is raised by chance, or is the one gap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook
from analysis.microdata import Microdata
from analysis.policy import DisclosurePolicy
from analysis.publish.shown import Shown, control
from analysis.tally import tally
from survey.demo import answering
from survey.demo.force import Frame, choice, make_force
from survey.demo.making import QUESTIONNAIRE
from survey.demo.truths import Shift, Truth, Where
from survey.questionnaire import answers, loader
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Questionnaire

POLICY = DisclosurePolicy()
WAVE = 1
THEME = "misconduct"


@dataclass(frozen=True)
class Gap:
    """About `people` answers of the group `where` lie `points` lower on `THEME`."""

    where: Where
    people: int
    points: int

    @property
    def group(self) -> str:
        return "&".join("=".join(pair) for pair in self.where)


@cache
def asked() -> tuple[Questionnaire, Codebook]:
    """The demo's questionnaire."""
    questionnaire = loader.load(QUESTIONNAIRE)
    return questionnaire, codebook(questionnaire)


def answered(seed: int, gap: Gap | None = None) -> Microdata:
    """The answers of one wave, about 3,300."""
    questionnaire, book = asked()
    force = make_force(questionnaire, seed)
    rng = np.random.default_rng([seed, 1])
    force = replace(
        force,
        outlook=rng.standard_normal(force.outlook.shape),
        leanings=rng.standard_normal(force.leanings.shape),
    )
    frame = force.frame(WAVE)
    frame = _kept(frame, answering.respondents(force, frame, seed, WAVE))
    truths = []
    if gap is not None:
        frame = _sized(frame, gap, rng)
        middle = sum(answering.POSITIVE) / 2
        size = NormalDist().inv_cdf(middle - gap.points / 100) - NormalDist().inv_cdf(middle)
        truths = [Truth("A gap.", (Shift(gap.where, (THEME,), (WAVE,), size),), ())]
    forms = answering.forms(questionnaire, book, force, frame, truths, seed, WAVE)
    return answers.microdata(book, [answers.fold(questionnaire, form) for form in forms])


def shown(microdata: Microdata) -> Shown:
    """The wave after disclosure control: what the rule sees."""
    questionnaire, book = asked()
    return control(tally(book, questionnaire.plan, microdata), POLICY)


def _sized(frame: Frame, gap: Gap, rng: np.random.Generator) -> Frame:
    """The frame in which so many people are in the group that `gap.people` will say so."""
    questionnaire, _ = asked()
    wanted = round(gap.people / (1 - answering.WITHHELD) ** len(gap.where))
    inside = frame.picked(questionnaire, gap.where)
    if inside.sum() >= wanted:
        leave = rng.choice(np.flatnonzero(inside), int(inside.sum()) - wanted, replace=False)
        return _kept(frame, ~np.isin(np.arange(frame.n), leave))
    *others, (breakdown, value) = gap.where
    near = np.flatnonzero(frame.picked(questionnaire, others) & ~inside)
    declared = questionnaire.plan.breakdown_by_id[breakdown]
    question = choice(questionnaire, declared.variable)
    categories = declared.value_by_id[value].categories
    code = next(option.code for option in question.options if option.folds_to in categories)
    codes = frame.options[question.id].copy()
    codes[rng.choice(near, wanted - int(inside.sum()), replace=False)] = code
    return Frame(frame.people, {**frame.options, question.id: codes})


def _kept(frame: Frame, keep: npt.NDArray[np.bool_]) -> Frame:
    options = {question: codes[keep] for question, codes in frame.options.items()}
    return Frame(frame.people[keep], options)
