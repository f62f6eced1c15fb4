"""Waves of the demo's force with nothing planted and nobody balanced, or with one gap planted.

Everybody answers independently: a person's outlook, their leaning on the theme, noise. What the
area-of-concern rule raises here is raised by chance, or is the one gap. Who answers, and what they
say of themselves, is drawn once for a force; so disclosure control runs once for each wave of it,
and what it allows then holds for all answers that are drawn after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from analysis.codebook import Codebook, Item
from analysis.earlier_tallies import EarlierTallies, identity
from analysis.microdata import Microdata
from analysis.policy import DisclosurePolicy
from analysis.publish.compared import raised
from analysis.publish.figures import Figures
from analysis.publish.pooling import EarlierWaves
from analysis.publish.shown import Shown, control
from analysis.statistics.concerns import Flag
from analysis.tally import Tally, tally
from analysis.theme_values import VALUES
from survey.demo import answering
from survey.demo.force import Force, choice, make_force
from survey.demo.making import QUESTIONNAIRE
from survey.questionnaire import loader
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Questionnaire

POLICY = DisclosurePolicy()
TWO, THREE = (1, 2), (1, 2, 3)
THEME = "misconduct"
FAR = 10.0
"""No mean share is farther than this from where it was."""

Flags = dict[tuple[str, str], Flag]
Ids = npt.NDArray[np.intp]
Codes = npt.NDArray[np.int16]
Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Gap:
    """`people` answers of the group `where` lie `points` lower on `THEME`, in two waves."""

    where: Where
    people: int
    points: int

    @property
    def group(self) -> str:
        """Its id in the plan."""
        return "&".join("=".join(pair) for pair in self.where)


def fall(points: int, positive: npt.NDArray[np.float64]) -> float:
    """How far answers are moved for the mean share of positive ones to be so many points lower.

    Args:
        points: percentage points.
        positive: share of each item, shape (items,).

    Returns:
        A distance on the scale of the answers' thresholds.
    """
    wanted = positive.mean() - points / 100
    return float(brentq(lambda by: ndtr(ndtri(positive) + by).mean() - wanted, -FAR, FAR))


@dataclass(frozen=True)
class Sample:
    """Who answers in one wave: positions in the force, and variables of a microdata."""

    people: Ids
    variables: dict[str, Codes]


@cache
def asked() -> tuple[Questionnaire, Codebook]:
    """The demo's questionnaire."""
    questionnaire = loader.load(QUESTIONNAIRE)
    return questionnaire, codebook(questionnaire)


class World:
    """A force of which waves are drawn again and again."""

    def __init__(self, seed: int, gap: Gap | None = None, waves: Sequence[int] = TWO) -> None:
        questionnaire, _ = asked()
        self._seed, self._gap, self._waves = seed, gap, waves
        self._force = make_force(questionnaire, seed)
        order = np.random.default_rng([seed, 1]).permutation(len(self._force.joined))
        self._samples = [self._sample(wave, order) for wave in waves]
        self._allowed: list[Shown] = []

    def flags(self, draw: int, later: int = 0) -> tuple[Flags, ...]:
        """What each wave raises with the sums of those before it in hand.

        Args:
            draw: number of the draw.
            later: points that the gap's group lies lower in a third wave.
        """
        return one_after_another(self.shown(draw, later))

    def shown(self, draw: int, later: int = 0) -> tuple[Shown, ...]:
        """The figures of all waves, and what disclosure control allows of them."""
        answers = self.microdata(draw, later)
        tallies = [tally(asked()[1], asked()[0].plan, one) for one in answers]
        if not self._allowed:
            self._allowed = [control(counted, POLICY) for counted in tallies]
        return tuple(
            _with(shown, counted) for shown, counted in zip(self._allowed, tallies, strict=True)
        )

    def without_gap(self) -> World:
        """The same people, of whom nothing is true."""
        same = copy(self)
        same._gap = None
        return same

    def shows(self, group: str) -> tuple[bool, ...]:
        """Whether each wave shows `THEME` of a group; as soon as something was drawn."""
        return tuple(one.shows(group, THEME) for one in self._allowed)

    def microdata(self, draw: int, later: int = 0) -> Iterator[Microdata]:
        """The answers of all waves, about 3,300 each."""
        _, book = asked()
        rng = np.random.default_rng([self._seed, 2, draw])
        force = replace(
            self._force,
            outlook=rng.standard_normal(self._force.outlook.shape),
            leanings=rng.standard_normal(self._force.leanings.shape),
        )
        for wave, sample in zip(self._waves, self._samples, strict=True):
            seed = 1000 * self._seed + draw
            fallen = np.zeros(len(sample.people))
            if self._gap is not None:
                points = self._gap.points if wave in TWO else later
                inside = _inside(sample.variables, self._gap.where)
                fallen = fall(points, _positive(book, seed)) * inside
            yield _answers(book, force, sample, fallen, (seed, wave))

    def _sample(self, wave: int, order: Ids) -> Sample:
        sample = who_answers(self._force, self._seed, wave)
        return sample if self._gap is None else _sized(sample, self._gap, order)


def _positive(book: Codebook, seed: int) -> npt.NDArray[np.float64]:
    """Share of positive answers to each item of the theme, shape (items,)."""
    return np.array([_share(one, seed) for one in book.items if one.theme == THEME])


def _share(item: Item, seed: int) -> float:
    valid = sorted((one.score or 0.0, one.reading) for one in item.categories if one.valid)
    parts = zip(valid, answering.shares(item, seed), strict=True)
    return sum(part for (_, reading), part in parts if reading == "positive")


def _answers(
    book: Codebook,
    force: Force,
    sample: Sample,
    fallen: npt.NDArray[np.float64],
    seeds: tuple[int, int],
) -> Microdata:
    moved = {item.id: fallen * (item.theme == THEME) for item in book.items}
    columns = answering.statements(book, force, sample.people, moved, *seeds)
    items = {item.id: positions(columns[item.id], item.codes) for item in book.items}
    return Microdata(len(sample.people), sample.variables, items)


def who_answers(force: Force, seed: int, wave: int) -> Sample:
    """Who of a force answers a wave, and what they say of themselves."""
    questionnaire, book = asked()
    frame = force.frame(wave)
    answer = answering.respondents(force, frame, seed, wave)
    said = answering.said(questionnaire, frame, seed, wave)
    variables = {}
    for variable in book.variables:
        options = choice(questionnaire, variable.id).options
        folds = {option.code: option.folds_to or "" for option in options}
        folded = np.array([folds.get(str(code), "") for code in said[variable.id]])
        variables[variable.id] = positions(folded[answer], variable.codes)
    return Sample(frame.people[answer], variables)


def _sized(sample: Sample, gap: Gap, order: Ids) -> Sample:
    """The sample with exactly `gap.people` in the group, nearly the same ones in both waves."""
    inside = _inside(sample.variables, gap.where)
    rank = order[sample.people]
    own = np.flatnonzero(inside)
    spare = own[np.argsort(rank[own])][gap.people :]
    variables = dict(sample.variables)
    if len(own) < gap.people:
        *others, last = gap.where
        near = np.flatnonzero(_inside(variables, tuple(others)) & ~inside)
        more = near[np.argsort(rank[near])][: gap.people - len(own)]
        name, codes = _codes(last)
        variables[name] = variables[name].copy()
        variables[name][more] = codes[0]
    keep = ~np.isin(np.arange(len(sample.people)), spare)
    return Sample(sample.people[keep], {name: one[keep] for name, one in variables.items()})


def _inside(variables: dict[str, Codes], where: Where) -> npt.NDArray[np.bool_]:
    found = np.ones(len(next(iter(variables.values()))), dtype=np.bool_)
    for pair in where:
        name, codes = _codes(pair)
        found &= np.isin(variables[name], codes)
    return found


def _codes(pair: tuple[str, str]) -> tuple[str, list[int]]:
    questionnaire, book = asked()
    declared = questionnaire.plan.breakdown_by_id[pair[0]]
    codes = book.variable_by_id[declared.variable].codes
    return declared.variable, [codes.index(one) for one in declared.value_by_id[pair[1]].categories]


def positions(found: npt.NDArray[np.str_], codes: tuple[str, ...]) -> Codes:
    """Positions in `codes`; -1 where there is no answer."""
    at = {code: position for position, code in enumerate(codes)}
    names, back = np.unique(found, return_inverse=True)
    return np.array([at.get(str(name), -1) for name in names], dtype=np.int16)[back]


def _with(shown: Shown, counted: Tally) -> Shown:
    """What may be shown, with other answers of the same people."""
    figures = Figures(counted.codebook, shown.figures.names, counted.at_groups)
    own = {
        measure: np.where(
            [
                group.id in shown.protection.own_bases.get(measure, ())
                for group in shown.plan.groups
            ],
            figures.bases(measure),
            figures.sums.people,
        )
        for measure in shown.bases
    }
    return replace(shown, figures=figures, bases=own)


def one_after_another(waves: Sequence[Shown]) -> tuple[Flags, ...]:
    """What each wave raises with the sums, and the findings, of those before it in hand."""
    found: list[Flags] = []
    kept: list[EarlierTallies] = []
    for number, shown in enumerate(waves, 1):
        prints = {theme: theme for theme in shown.figures.codebook.theme_by_id}
        names = [one.wave for one in kept]
        earlier = EarlierWaves(
            *(shown.plan, tuple(reversed(kept)), dict(zip(names, found, strict=True)), prints),
            k=POLICY.k,
            last=names[-1] if names else "",
        )
        found.append(raised(shown, earlier if kept else None))
        kept.append(_kept(shown, number))
    return tuple(found)


def _kept(shown: Shown, number: int) -> EarlierTallies:
    """The sums of a wave as a later one has them: those that it shows."""
    plan, themes = shown.plan, list(shown.figures.codebook.theme_by_id)
    seen = np.array([[shown.shows(group.id, theme) for group in plan.groups] for theme in themes])
    sums = [shown.figures.sums.themes[theme] for theme in themes]
    at = VALUES.index("positive")
    return EarlierTallies(
        f"wave-{number}",
        date(2026, number, 1),
        {theme: theme for theme in themes},
        {group.id: identity(plan, group) for group in plan.groups},
        n=seen * np.array([one.people for one in sums]),
        total=seen * np.array([one.total[:, at] for one in sums]),
        squares=seen * np.array([one.squares[:, at] for one in sums]),
    )
