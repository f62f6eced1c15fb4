"""The demo's truths over three waves, each published with the sums of the ones before in hand.

The answers are the demo's own; they go through `publish` alone, without cards and ballot box.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from planted import TRACES, follows

from analysis.earlier_tallies import EarlierTallies, kept
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish_tally
from analysis.release.model import Release
from analysis.release.rows import ConcernRow
from analysis.tally import tally
from survey.demo.answering import forms, respondents
from survey.demo.force import SEED, make_force
from survey.demo.making import QUESTIONNAIRE
from survey.demo.truths import TRUTHS
from survey.questionnaire import answers, loader
from survey.questionnaire.codebook import codebook

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("planted-over-waves")]

SURE = ("confirmed", "serious")
DEPARTMENTS = ("command=brackenhill-response", "command=dunsmere-response")


@cache
def waves() -> tuple[Release, ...]:
    questionnaire = loader.load(QUESTIONNAIRE)
    book, force = codebook(questionnaire), make_force(questionnaire)
    releases: list[Release] = []
    tallies: list[EarlierTallies] = []
    for wave in (1, 2, 3):
        frame = force.frame(wave)
        sent = forms(questionnaire, book, force, frame, TRUTHS, SEED, wave)
        responds = respondents(force, frame, SEED, wave)
        folded = [
            answers.fold(questionnaire, form)
            for form, does in zip(sent, responds, strict=True)
            if does
        ]
        counted = tally(book, questionnaire.plan, answers.microdata(book, folded))
        release = publish_tally(
            counted,
            wave=WaveFacts(f"wave-{wave}", f"Wave {wave}", date(2025 + wave // 2, 1 + wave, 1)),
            policy=DisclosurePolicy(),
            headcounts=frame.headcounts(questionnaire),
            previous=releases,
            previous_tallies=tallies,
        )
        releases.append(release)
        tallies.append(kept(counted, release))
    return tuple(releases)


def raised(wave: int) -> dict[tuple[str, str], ConcernRow]:
    return {(row.group, row.measure): row for row in waves()[wave - 1].concerns}


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: f"{trace.group}-{trace.theme}")
def test_every_planted_truth_is_confirmed_by_the_second_wave(trace) -> None:  # type: ignore[no-untyped-def]
    row = raised(2)[trace.group, trace.theme]
    assert row.state in SURE
    assert row.kind == ("concern" if trace.points < 0 else "strength")
    assert row.before == "wave-1"


def test_the_northern_departments_are_not_raised_in_the_third() -> None:
    states = {one: raised(3)[one, "discrimination"].state for one in DEPARTMENTS}
    # By chance Dunsmere still lies a few points below the rest, so it is not said to be cleared.
    assert states == {DEPARTMENTS[0]: "cleared", DEPARTMENTS[1]: "watched"}


def test_nothing_else_is_ever_confirmed() -> None:
    plan = loader.load(QUESTIONNAIRE).plan
    chance = [
        (wave, *key, row.state)
        for wave in (2, 3)
        for key, row in raised(wave).items()
        if row.state in SURE
        and not any(key[1] == one.theme and follows(plan, key[0], one) for one in TRACES)
    ]
    assert chance == []


def test_something_is_emerging_only_where_no_wave_is_before() -> None:
    assert {row.state for row in raised(1).values()} == {"emerging"}
