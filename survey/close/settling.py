"""From two people's codings to the themes of comments: agreement, differences, what is published.

A theme counts for a comment when both gave it. Where they differ the two look at the comment
together and write down what they agree on; what they leave open stays with what both gave.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.disclosure import mentions
from analysis.policy import DisclosurePolicy
from analysis.release.comment_themes import CommentThemes, Count, Question, Theme
from analysis.statistics.agreement import cohens_kappa
from survey.close.coded import Coding, Mistakes
from survey.close.coding import DIFFERENCE_COLUMNS, as_csv, themes_of
from survey.close.comments import Opened
from survey.manage.waves import Wave
from survey.questionnaire import telling

POLICY = ("k_comment", "base_step")
"""The values of the policy that the counts depend on."""


@dataclass(frozen=True)
class Agreement:
    """How far two coders agree on one theme, for the officers' eyes: the counts are exact.

    Attributes:
        both: comments to which both gave it; `one` those to which one of them did.
        kappa: Cohen's kappa; None where nothing could differ.
    """

    question: str
    theme: str
    both: int
    one: int
    kappa: float | None


def agreements(opened: Sequence[Opened], first: Coding, second: Coding) -> Iterator[Agreement]:
    """The agreement on every theme of every question, in the questionnaire's order."""
    for question in opened:
        numbers = [written.number for written in question.comments]
        for theme in themes_of(question.question):
            pairs = [(theme in first[number], theme in second[number]) for number in numbers]
            both, one, other = (pairs.count(pair) for pair in _PAIRS)
            kappa = cohens_kappa(both, one, other, len(pairs) - both - one - other)
            yield Agreement(question.question.id, theme, both, one + other, kappa)


_PAIRS = ((True, True), (True, False), (False, True))


def differing(first: Coding, second: Coding) -> frozenset[str]:
    """The numbers of the comments to which two coders gave other themes."""
    return frozenset(number for number in first if first[number] != second[number])


def differences(opened: Sequence[Opened], first: Coding, second: Coding) -> str:
    """The file in which two coders settle where they differ, in the order of the numbers."""
    rows = [
        (
            *(written.number, one.question.id, telling.marked(written.text), ""),
            *(" ".join(sorted(coding[written.number])) for coding in (first, second)),
        )
        for one in opened
        for written in sorted(one.comments, key=lambda written: written.number)
        if written.number in differing(first, second)
    ]
    return as_csv(DIFFERENCE_COLUMNS, rows)


def agreed(
    first: Coding, second: Coding, settled: Coding, path: Path | None, mistakes: Mistakes
) -> Coding:
    """The themes of each comment that two people agree on.

    Args:
        first: one coder's.
        second: the other's.
        settled: what they wrote down together, of comments on which they differ.
        path: the file of `settled`, for sentences.
        mistakes: gets a sentence for what was settled otherwise than two people can.
    """
    open_to = differing(first, second)
    found = {}
    for number, mine in first.items():
        both, either = mine & second[number], mine | second[number]
        found[number] = settled.get(number, both)
        if number in settled and number not in open_to:
            mistakes.append(f"{path}, {number}, number: both coded this alike; take its row out.")
        elif lost := sorted(both - found[number]):
            mistakes.append(f"{path}, {number}, themes: both gave `{lost[0]}`, so it stays.")
        elif added := sorted(found[number] - either):
            mistakes.append(
                f"{path}, {number}, themes: neither gave `{added[0]}`; if both want it now, write "
                "it into both coders' files."
            )
    return found


def themes(opened: Sequence[Opened], final: Coding, wave: Wave, release: str) -> CommentThemes:
    """The counts as they are published.

    Args:
        opened: the comments.
        final: what `agreed` gave.
        wave: whose policy holds.
        release: hash of the wave's Release.
    """
    questions = tuple(_question(one, final, wave.policy) for one in opened if one.question.themes)
    policy = {name: getattr(wave.policy, name) for name in POLICY}
    return CommentThemes(wave.id, release, policy, questions)


def _question(one: Opened, final: Coding, policy: DisclosurePolicy) -> Question:
    given = [final[written.number] for written in one.comments]
    return Question(
        one.question.id,
        str(one.question.text),
        _count(len(given), one.received, policy),
        tuple(
            Theme(
                theme.id,
                str(theme.label),
                _count(sum(theme.id in those for those in given), len(given), policy),
            )
            for theme in one.question.themes
        ),
    )


def _count(people: int, of: int, policy: DisclosurePolicy) -> Count:
    shown, bound = mentions.people(people, of, policy)
    return Count(shown, bound, "c" if shown is None else "shown")
