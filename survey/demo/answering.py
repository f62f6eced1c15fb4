"""How the people of the synthetic force answer: correlated within a person, as in real surveys.

An answer is a person's outlook, plus their leaning on the theme, plus noise of that one answer,
plus whatever is planted; thresholds turn it into a point of the response scale. The parts are
chosen so that Cronbach's alpha of a theme is about 0.8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from zlib import crc32

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook, Item
from survey.demo.force import UNIT, Codes, Force, Frame
from survey.demo.truths import Truth
from survey.questionnaire.model import Choice, Questionnaire

RESPONSE_RATE = 0.6
OUTLOOK, LEANING = 0.25, 0.15
"""Shares of an answer's variance that belong to the person and to the person's view of the theme;
the rest is noise. Together they are the correlation of two answers of one theme."""

POSITIVE = (0.55, 0.70)
POSITIVE_SENSITIVE = (0.76, 0.84)
"""Ranges that the force's share of positive answers is drawn from, item by item."""

NEUTRAL_OF_REST = 0.45
"""Share of the answers that are not positive which is neutral, where a scale has such a point."""

SKIPPED = 0.015
NOT_VALID = 0.02
"""Shares of statements left blank, and answered "don't know" or "prefer not to say"."""

WITHHELD = 0.06
"""Share of each demographic answer that is skipped or "prefer not to say"; as high as in real staff
surveys. Were it lower, people of unknown sex would be fewer than ten in most commands, and women or
men would have to be hidden with them."""

SAYING_LESS = {"department": ("response-south", 28, 14), "ethnicity": ("minority", 27, 18)}
"""Question -> (a coarser answer, n, m): of those who could give it, every n-th person of the force
does, beginning with m. These are ten or more in each survey, as one to nine would have a group
hidden for their sake, and under 5 % of the group, so that the response rates of its parts stay."""

Form = dict[str, list[str]]


def respondents(
    force: Force, frame: Frame, seed: int, wave: int, part: float | npt.NDArray[np.float64] = 1.0
) -> npt.NDArray[np.bool_]:
    """Who of the frame answers, shape (n,): about 60 %, by department, never by what they think.

    Args:
        force: everybody.
        frame: who serves at the wave.
        seed: of everything random.
        wave: counted from 1.
        part: of those who would answer, how many do, shape (n,) or the same for all.
    """
    rng = np.random.default_rng([seed, wave])
    names, department = np.unique(frame.options[UNIT], return_inverse=True)
    by_department = rng.uniform(-0.08, 0.08, len(names))[department]
    chance = RESPONSE_RATE + by_department + 0.2 * force.readiness[frame.people]
    return rng.random(frame.n) < chance * part


def silenced(
    questionnaire: Questionnaire, frame: Frame, truths: Sequence[Truth], wave: int
) -> npt.NDArray[np.float64]:
    """Of those who would answer, how many do where a truth says so, shape (n,)."""
    part = np.ones(frame.n)
    for silence in (one for truth in truths for one in truth.silences if wave in one.waves):
        part[frame.picked(questionnaire, silence.where)] *= silence.part
    return part


def forms(
    questionnaire: Questionnaire,
    codebook: Codebook,
    force: Force,
    frame: Frame,
    truths: Sequence[Truth],
    seed: int,
    wave: int,
) -> list[Form]:
    """What the people of `frame` send, field by field, as the page would post it.

    Returns:
        One form per person of the frame: question id -> the code of its one answer; skipped
        questions are absent.
    """
    moved = {item.id: planted(questionnaire, frame, truths, item, wave) for item in codebook.items}
    columns = {
        **said(questionnaire, frame, seed, wave),
        **statements(codebook, force, frame.people, moved, seed, wave),
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [
        {question: [code] for question, code in zip(columns, row, strict=True) if code}
        for row in rows
    ]


def said(questionnaire: Questionnaire, frame: Frame, seed: int, wave: int) -> dict[str, Codes]:
    """What people say of themselves: question id -> option code, shape (n,); "" when skipped."""
    found = {}
    for question in questionnaire.questions:
        if isinstance(question, Choice):
            rng = _generator(question.id, seed, wave)
            codes = _withheld(rng, question, frame.options[question.id])
            found[question.id] = _coarser(question, frame.people, codes)
    return found


def statements(
    codebook: Codebook,
    force: Force,
    people: npt.NDArray[np.intp],
    moved: Mapping[str, npt.NDArray[np.float64]],
    seed: int,
    wave: int,
) -> dict[str, Codes]:
    """How people answer: item id -> category code, shape (n,); "" when skipped.

    Args:
        codebook: the items.
        force: whose people they are.
        people: positions in the force, shape (n,).
        moved: item id -> by how much each person's answer is moved, shape (n,).
        seed: of everything random.
        wave: counted from 1.
    """
    found = {}
    for item in codebook.items:
        rng = _generator(item.id, seed, wave)
        latent = _latent(rng, codebook, force, people, item) + moved[item.id]
        # The force's own figures stay the same from wave to wave but for what is planted.
        found[item.id] = _answers(rng, item, latent, shares(item, seed))
    return found


def _generator(question: str, *seeds: int) -> np.random.Generator:
    """One per question, so that a new question leaves the answers to all others as they were."""
    return np.random.default_rng([*seeds, crc32(question.encode())])


def _latent(
    rng: np.random.Generator,
    codebook: Codebook,
    force: Force,
    people: npt.NDArray[np.intp],
    item: Item,
) -> npt.NDArray[np.float64]:
    themes = [theme.id for theme in codebook.themes]
    n = len(people)
    leaning = rng.standard_normal(n)
    if item.theme is not None:
        leaning = force.leanings[people, themes.index(item.theme)]
    latent: npt.NDArray[np.float64] = np.zeros(n)
    latent += OUTLOOK**0.5 * force.outlook[people] + LEANING**0.5 * leaning
    latent += (1 - OUTLOOK - LEANING) ** 0.5 * rng.standard_normal(n)
    return latent


def planted(
    questionnaire: Questionnaire, frame: Frame, truths: Sequence[Truth], item: Item, wave: int
) -> npt.NDArray[np.float64]:
    """How far each person's answer to `item` is moved by what is planted, shape (n,)."""
    moved = np.zeros(frame.n)
    for truth in truths:
        for shift in truth.shifts:
            if wave in shift.waves and not {item.id, item.theme}.isdisjoint(shift.about):
                moved += shift.size * frame.picked(questionnaire, shift.where)
    return moved


def shares(item: Item, seed: int) -> list[float]:
    """The force's share of each valid category, in the order of the item's scores."""
    rng = _generator(item.id, seed)
    positive = rng.uniform(*(POSITIVE_SENSITIVE if item.sensitive else POSITIVE))
    valid = sorted((c.score or 0.0, c.reading) for c in item.categories if c.valid)
    readings = [reading for _, reading in valid]
    has_neutral = "neutral" in readings
    neutral = (1 - positive) * NEUTRAL_OF_REST * has_neutral
    mass = {"positive": positive, "neutral": neutral, "negative": 1 - positive - neutral}
    found = []
    for position, reading in enumerate(readings):
        same = readings.count(reading)
        # The milder of two points is the more usual answer on both sides.
        place = position - readings.index(reading)
        weight = place + 1 if reading == "negative" else same - place
        found.append(mass[str(reading)] * weight / (same * (same + 1) / 2))
    return found


def _answers(
    rng: np.random.Generator, item: Item, latent: npt.NDArray[np.float64], parts: list[float]
) -> Codes:
    valid = sorted((c.score or 0.0, c.code) for c in item.categories if c.valid)
    codes = np.array([code for _, code in valid])
    below = np.cumsum(parts)[:-1]
    thresholds = [NormalDist().inv_cdf(share) for share in below]
    chosen = codes[np.searchsorted(thresholds, latent)].astype(object)
    others = [category.code for category in item.categories if not category.valid]
    chance = rng.random(len(latent))
    if others:
        chosen = np.where(chance < NOT_VALID, rng.choice(np.array(others), len(latent)), chosen)
    return np.where(chance > 1 - SKIPPED, "", chosen).astype(str)


def _withheld(rng: np.random.Generator, question: Choice, codes: Codes) -> Codes:
    """Some prefer not to say, half of them by skipping the question."""
    chance = rng.random(len(codes))
    unsaid = [option.code for option in question.options if option.folds_to is None]
    withheld = np.where(chance < WITHHELD / 2, "", unsaid[0] if unsaid else "")
    return np.where(chance < WITHHELD, withheld, codes)


def _coarser(question: Choice, people: npt.NDArray[np.intp], codes: Codes) -> Codes:
    """A few name the larger group alone, where the question offers that."""
    code, step, first = SAYING_LESS.get(question.id, ("", 1, 0))
    inside = next((one.holds for one in question.coarser if one.code == code), frozenset())
    could = [option.code for option in question.options if option.folds_to in inside]
    return np.where(np.isin(codes, could) & (people % step == first), code, codes)
