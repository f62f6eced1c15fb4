"""The tables of docs/DEMO.md, made from what is planted, so that the document stays true."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from survey.demo.making import PASSWORD, SIGN_INS
from survey.demo.truths import EVERY_WAVE, TREATMENTS, TRUTHS, Trace
from survey.questionnaire.model import Questionnaire

_COUNTED = "In HR's counts of the year before the third wave, which are published with that wave:"
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth"}


def as_markdown(questionnaire: Questionnaire) -> str:
    """What is planted, where it shows, and who signs in."""
    truths = [f"{number}. {truth.sentence}" for number, truth in enumerate(TRUTHS, start=1)]
    counted = [f"- {one.sentence}" for one in TREATMENTS]
    lines = [*truths, "", *_traces(questionnaire), "", _COUNTED, "", *counted, "", *_sign_ins()]
    return "\n".join(lines) + "\n"


def _traces(questionnaire: Questionnaire) -> Iterable[str]:
    label = {theme.id: str(theme.label) for theme in questionnaire.themes}
    groups = questionnaire.plan.group_by_id
    yield from _head("group", "against the rest of", "theme", "waves", "gap, about")
    for truth in TRUTHS:
        for trace in truth.traces:
            yield _row(
                groups[trace.group].label,
                groups[trace.against].label,
                label[trace.theme],
                _waves(trace),
                f"{trace.points:+d} points".replace("-", "−"),
            )


def _waves(trace: Trace) -> str:
    if trace.waves == EVERY_WAVE:
        return "every one"
    return " and ".join(ORDINALS[wave] for wave in trace.waves)


def _sign_ins() -> Iterable[str]:
    yield from _head("name", "password", "who")
    for person in SIGN_INS:
        yield _row(f"`{person.name}`", f"`{PASSWORD}`", person.who)


def _head(*names: str) -> Sequence[str]:
    return [_row(*names), "|" + "---|" * len(names)]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
