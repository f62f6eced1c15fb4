"""The demo's three waves at any seed, as far as what they raise: without keys, cards or Releases.

`make simulate` counts here how often what the demo promises holds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from simulated_waves import POLICY, THREE, Flags, asked, one_after_another, positions, who_answers

from analysis.microdata import Microdata
from analysis.publish.shown import control
from analysis.tally import tally
from survey.demo import answering
from survey.demo.force import make_force
from survey.demo.truths import TRUTHS, Truth


def findings(seed: int, truths: Sequence[Truth] = TRUTHS) -> tuple[Flags, ...]:
    """What each of the three waves raises in the demo's force of a seed."""
    questionnaire, book = asked()
    answered = answers(seed, truths)
    return one_after_another(
        [control(tally(book, questionnaire.plan, one), POLICY) for one in answered]
    )


def answers(seed: int, truths: Sequence[Truth]) -> list[Microdata]:
    """The answers of three waves."""
    questionnaire, book = asked()
    force = make_force(questionnaire, seed)
    found = []
    for wave in THREE:
        sample, frame = who_answers(force, seed, wave), force.frame(wave)
        moved = {
            item.id: answering.planted(questionnaire, frame, truths, item, wave)
            for item in book.items
        }
        columns = answering.statements(book, force, frame.people, moved, seed, wave)
        answer = np.isin(frame.people, sample.people)
        items = {item.id: positions(columns[item.id][answer], item.codes) for item in book.items}
        found.append(Microdata(len(sample.people), sample.variables, items))
    return found
