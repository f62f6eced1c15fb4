"""A synthetic police force: who serves at each wave, and what each person is.

Nobody here exists. Sizes and shares are chosen to look like an English or Welsh force of about
5,500 people: departments from a dozen people to two hundred, about one person in ten from a
minority ethnic background, about one in eight in probation, so that many crossings are tiny.
People are stable from wave to wave, with joiners and leavers in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from survey.questionnaire.model import Choice, Questionnaire

SEED = 7
"""Any other makes another force of the same kind. Of the first twelve this one was picked because
chance alone raises no finding in it, as docs/DEMO.md says."""

PEOPLE = 5_500
WAVES = 4

UNIT = "department"
PROBATION = "in_probation"

RESPONSE_COMMAND = 1.5
"""Size of a response command; the others lie between 0.6 and 1.2."""

TURNOVER = 0.035
"""Share of the force that leaves, and is replaced, between two waves (half a year)."""

PROBATION_WAVES = {"officer": 5, "pcso": 2}
"""How many waves a joiner spends in probation; everybody else is through after one."""

EMPLOYMENT = {"officer": 0.59, "staff": 0.33, "pcso": 0.05}
"""Shares of the force; the rest is shared by the other kinds of employment."""

FEMALE = {"officer": 0.36, "staff": 0.61}
FEMALE_ELSEWHERE = 0.45

MINORITY = {"asian": 0.043, "black": 0.021, "mixed": 0.024, "other": 0.012}
"""Shares by published ethnic group; recent joiners are more diverse, by this factor:"""
RECENT_MINORITY = 1.3

EQUALISING_ROUNDS = 20
"""Passes over all ways of grouping, after which the means of the groups are equal."""

Codes = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Frame:
    """Everybody who serves at one wave: whom HR counts and whom a card is made for.

    Attributes:
        people: positions in the force, shape (n,).
        options: demographic question id -> option code that is true of each person, shape (n,).
    """

    people: npt.NDArray[np.intp]
    options: Mapping[str, Codes]

    @property
    def n(self) -> int:
        """How many people serve."""
        return len(self.people)

    def categories(self, question: Choice) -> Codes:
        """The published category of each person, shape (n,)."""
        folds = {option.code: option.folds_to or "" for option in question.options}
        return _translate(self.options[question.id], folds)

    def picked(
        self, questionnaire: Questionnaire, where: Sequence[tuple[str, str]]
    ) -> npt.NDArray[np.bool_]:
        """Who belongs to the group of the table plan that `where` names, shape (n,)."""
        inside = np.ones(self.n, dtype=np.bool_)
        for breakdown_id, value in where:
            breakdown = questionnaire.plan.breakdown_by_id[breakdown_id]
            codes = sorted(breakdown.value_by_id[value].categories)
            question = choice(questionnaire, breakdown.variable)
            inside &= np.isin(self.categories(question), codes)
        return inside

    def headcounts(self, questionnaire: Questionnaire) -> dict[str, int]:
        """People by group id, for the force and every group of a single breakdown."""
        return {
            group.id: int(self.picked(questionnaire, group.where).sum())
            for group in questionnaire.plan.groups
            if len(group.where) < 2
        }


@dataclass(frozen=True)
class Force:
    """Everybody who serves at some wave, and what stays the same about them.

    Attributes:
        options: demographic question id -> option code, shape (people,), without probation.
        joined, left: serves at waves `joined` to `left - 1`, shape (people,).
        probation_over: the first wave that finds the person out of probation, shape (people,).
        outlook: how favourably a person answers anything, standard normal with the same mean in
            every department, ethnic group and so on, shape (people,).
        leanings: the same for one theme on top of that, shape (people, themes).
        readiness: how likely a person is to answer at all, independent of how, shape (people,).
    """

    options: Mapping[str, Codes]
    joined: npt.NDArray[np.int_]
    left: npt.NDArray[np.int_]
    probation_over: npt.NDArray[np.int_]
    outlook: npt.NDArray[np.float64]
    leanings: npt.NDArray[np.float64]
    readiness: npt.NDArray[np.float64]

    def frame(self, wave: int) -> Frame:
        """Who serves at `wave`, counted from 1."""
        serving = (self.joined <= wave) & (wave < self.left)
        in_probation = np.where(wave < self.probation_over, "yes", "no")
        options = {question: codes[serving] for question, codes in self.options.items()}
        return Frame(np.flatnonzero(serving), {**options, PROBATION: in_probation[serving]})


def make_force(questionnaire: Questionnaire, seed: int = SEED) -> Force:
    """The force of `seed`: the same people each time that it is made.

    Args:
        questionnaire: asks for department, ethnicity, in_probation, sex and employment.
        seed: of the numpy generator that every draw comes from.
    """
    rng = np.random.default_rng(seed)
    joiners = round(PEOPLE * TURNOVER)
    total = PEOPLE + joiners * (WAVES - 1)
    joined, left = _service(rng, joiners, total)
    employment = _employment(questionnaire, rng, total)
    probation_over = _probation(rng, joined, employment)
    options = {
        UNIT: _departments(questionnaire, rng, total),
        "ethnicity": _ethnicity(questionnaire, rng, recent=probation_over > 1),
        "sex": _sex(questionnaire, rng, employment),
        "employment": employment,
    }
    groupings = _groupings(questionnaire, options, probation_over > 1)
    return Force(
        options=options,
        joined=joined,
        left=left,
        probation_over=probation_over,
        outlook=_equal(rng.standard_normal(total), groupings),
        leanings=np.column_stack(
            [_equal(rng.standard_normal(total), groupings) for _ in questionnaire.themes]
        ),
        readiness=rng.uniform(-1, 1, total),
    )


def choice(questionnaire: Questionnaire, question_id: str) -> Choice:
    """The demographic question of that id."""
    question = questionnaire.question_by_id[question_id]
    if not isinstance(question, Choice):
        raise TypeError(f"{question_id} is not a demographic question")
    return question


def _service(
    rng: np.random.Generator, joiners: int, total: int
) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]:
    """As many join as leave before each wave after the first, so that the force keeps its size."""
    joined = np.ones(total, dtype=np.int_)
    left = np.full(total, WAVES + 1, dtype=np.int_)
    for wave in range(2, WAVES + 1):
        serving = np.flatnonzero((left > wave) & (np.arange(total) < PEOPLE + joiners * (wave - 2)))
        left[rng.choice(serving, joiners, replace=False)] = wave
        start = PEOPLE + joiners * (wave - 2)
        joined[start : start + joiners] = wave
    return joined, left


def _departments(questionnaire: Questionnaire, rng: np.random.Generator, total: int) -> Codes:
    """Departments of uneven size inside commands of uneven size; the last of each is small."""
    commands: dict[str, list[str]] = {}
    for value in questionnaire.plan.breakdown_by_id["command"].values:
        if value.level == "department":
            commands.setdefault(str(value.parent), []).append(value.id)
    weights: dict[str, float] = {}
    for command, departments in commands.items():
        size = RESPONSE_COMMAND if command.startswith("response") else rng.uniform(0.6, 1.2)
        shares = np.linspace(1.2, 0.8, len(departments))
        shares[-1] = 0.3
        shares *= size * rng.uniform(0.85, 1.15, len(departments))
        weights.update(zip(departments, shares, strict=True))
    return _draw(rng, np.array(list(weights)), list(weights.values()), total)


def _employment(questionnaire: Questionnaire, rng: np.random.Generator, total: int) -> Codes:
    options = [option for option in choice(questionnaire, "employment").options if option.folds_to]
    named = [EMPLOYMENT.get(option.folds_to or "", 0.0) for option in options]
    others = named.count(0.0)
    weights = np.array([share or (1 - sum(named)) / others for share in named])
    return _draw(rng, np.array([option.code for option in options]), weights, total)


def _sex(questionnaire: Questionnaire, rng: np.random.Generator, employment: Codes) -> Codes:
    """Female or male at the shares of each kind of employment."""
    code = {option.folds_to: option.code for option in choice(questionnaire, "sex").options}
    shares = {kind: FEMALE.get(str(kind), FEMALE_ELSEWHERE) for kind in np.unique(employment)}
    female = rng.random(len(employment)) < np.array([shares[kind] for kind in employment])
    return np.where(female, code["female"], code["male"])


def _ethnicity(
    questionnaire: Questionnaire, rng: np.random.Generator, recent: npt.NDArray[np.bool_]
) -> Codes:
    """One of the detailed options; within a published group the first listed are the largest."""
    question = choice(questionnaire, "ethnicity")
    options = [one for one in question.options if one.folds_to in dict(question.categories)]
    groups = [option.folds_to or "" for option in options]
    codes = np.array([option.code for option in options])
    rank = np.array([groups[:position].count(group) for position, group in enumerate(groups)])
    inside = np.where(np.array(groups) == "white", 0.05, 0.6) ** rank
    drawn = []
    for diversity in (1.0, RECENT_MINORITY):
        share = {group: part * diversity for group, part in MINORITY.items()}
        share["white"] = 1 - sum(share.values())
        whole = {g: inside[np.array(groups) == g].sum() for g in share}
        weights = inside * np.array([share[group] / whole[group] for group in groups])
        drawn.append(_draw(rng, codes, weights, len(recent)))
    established, newer = drawn
    return np.where(recent, newer, established)


def _probation(
    rng: np.random.Generator, joined: npt.NDArray[np.int_], employment: Codes
) -> npt.NDArray[np.int_]:
    """Who joined before the first wave did so at the same pace, so some are in probation still."""
    waves = np.array([PROBATION_WAVES.get(str(kind), 1) for kind in employment])
    earlier = 1 - rng.integers(0, round(1 / TURNOVER), len(joined))
    over: npt.NDArray[np.int_] = np.where(joined == 1, earlier, joined) + waves
    return over


def _groupings(
    questionnaire: Questionnaire, options: Mapping[str, Codes], on_probation: npt.NDArray[np.bool_]
) -> list[npt.NDArray[np.intp]]:
    """Numbers of everybody's group, one array per way of grouping that a table publishes."""
    units = questionnaire.plan.breakdown_by_id["command"].value_by_id
    command = _translate(options[UNIT], {code: str(unit.parent) for code, unit in units.items()})
    folds = {o.code: str(o.folds_to) for o in choice(questionnaire, "ethnicity").options}
    ethnicity = _translate(options["ethnicity"], folds)
    minority = (ethnicity != "white").astype(str)
    ways = [
        (options[UNIT],),
        (ethnicity,),
        (options["employment"],),
        (command, options["sex"]),
        (command, minority),
        (minority, on_probation.astype(str)),
    ]
    rows = [np.array(["/".join(row) for row in zip(*way, strict=True)]) for way in ways]
    return [np.unique(row, return_inverse=True)[1] for row in rows]


def _equal(
    values: npt.NDArray[np.float64], groupings: Sequence[npt.NDArray[np.intp]]
) -> npt.NDArray[np.float64]:
    """Values with the same mean in every group, so that nothing differs but what is planted."""
    for _ in range(EQUALISING_ROUNDS):
        for group in groupings:
            values = values - (np.bincount(group, values) / np.bincount(group))[group]
    equal: npt.NDArray[np.float64] = values / values.std()
    return equal


def _draw(rng: np.random.Generator, codes: Codes, weights: npt.ArrayLike, total: int) -> Codes:
    shares = np.asarray(weights, dtype=np.float64)
    return codes[rng.choice(len(codes), size=total, p=shares / shares.sum())]


def _translate(codes: Codes, by_code: Mapping[str, str]) -> Codes:
    found, positions = np.unique(codes, return_inverse=True)
    return np.array([by_code[str(code)] for code in found])[positions]
