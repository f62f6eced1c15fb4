"""Everybody's answers to a wave of the demo, signed and sealed in a process of its own.

Signing takes a fifth of the time that a demo takes, so the answers to a wave are made ready while
the wave before it is opened.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

from survey.collect import submit
from survey.collect.submit import Prepared
from survey.config import Settings
from survey.demo import answering, remarks, reorganised
from survey.demo.force import SEED, Force
from survey.demo.truths import TRUTHS
from survey.manage.waves import Wave
from survey.questionnaire import answers
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Questionnaire


def beside() -> ProcessPoolExecutor:
    """One process, which leaves it to this one to end when somebody interrupts both."""
    return ProcessPoolExecutor(1, initializer=signal.signal, initargs=_LEFT)


_LEFT = (signal.SIGINT, signal.SIG_IGN)


def prepared(
    settings: Settings, wave: Wave, force: Force, number: int, part: float, cards: Sequence[str]
) -> list[Prepared]:
    """What respondents send, with the first of the cards; it is kept nowhere yet.

    Args:
        settings: where the wave's issuing key is.
        wave: a draft.
        force: whose people answer.
        number: the wave's, counted from 1.
        part: share of the respondents who have answered so far, the first ones.
        cards: one for each respondent, or more.
    """
    sent = sendings(wave.questionnaire, force, number)
    sent = sent[: round(len(sent) * part)]
    spent = cards[: len(sent)]
    written = remarks.written(wave.questionnaire.comments, len(spent), SEED, number)
    return submit.prepare_many(
        settings,
        wave,
        zip(spent, sent, strict=True),
        dict(zip(spent, written, strict=True)),
    )


def sendings(questionnaire: Questionnaire, force: Force, wave: int) -> list[Mapping[str, str]]:
    """The answers of everybody who responds, folded as the page folds them."""
    frame = force.frame(wave)
    placed = reorganised.placed(frame, wave)
    sent = answering.forms(
        questionnaire, codebook(questionnaire), force, placed, TRUTHS, SEED, wave
    )
    part = answering.silenced(questionnaire, placed, TRUTHS, wave)
    # Whoever is of a department that was two answers as often as in any other wave.
    responds = answering.respondents(force, frame, SEED, wave, part)
    return [
        answers.fold(questionnaire, form)
        for form, answered in zip(sent, responds, strict=True)
        if answered
    ]
