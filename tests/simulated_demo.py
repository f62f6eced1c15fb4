"""The demo's three waves at any seed, as far as what they raise: without keys, cards or Releases.

`make simulate` counts here how often what the demo promises holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from planted import TRACES, follows
from simulated_waves import POLICY, THREE, Flags, asked, one_after_another, positions, who_answers

from analysis.microdata import Microdata
from analysis.publish.shown import control
from analysis.tally import tally
from survey.demo import answering
from survey.demo.force import make_force
from survey.demo.truths import TRUTHS, Truth

SURE = ("confirmed", "serious")
ACTED_ON = ("command=brackenhill-response", "command=dunsmere-response")
PROMISES = (
    "all that is planted is found in the first wave",
    "all of it is confirmed by the second",
    "both northern departments are cleared in the third",
    "nothing else is ever confirmed",
)


def promises(seed: int, truths: Sequence[Truth] = TRUTHS) -> Counter[str]:
    """Which of `PROMISES` the force of a seed keeps; all of them together; and chance findings."""
    plan = asked()[0].plan
    waves = findings(seed, truths)
    first, second, third = waves
    traces = [(trace.group, trace.theme) for trace in TRACES]
    others = [
        flag.state
        for wave in waves
        for (group, theme), flag in wave.items()
        if not any(theme == one.theme and follows(plan, group, one) for one in TRACES)
    ]
    kept = (
        all(key in first for key in traces),
        all(key in second and second[key].state in SURE for key in traces),
        all(
            (one, "discrimination") in third and third[one, "discrimination"].state == "cleared"
            for one in ACTED_ON
        ),
        not any(state in SURE for state in others),
    )
    found = Counter(dict(zip(PROMISES, map(int, kept), strict=True)))
    return found + Counter(forces=1, all=int(all(kept)), chance=len(others))


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
