"""The truths that docs/DEMO.md promises are in the exact answers, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from analysis.codebook import Codebook
from survey.demo.answering import Form, forms, respondents, silenced
from survey.demo.force import SEED, Frame, make_force
from survey.demo.making import QUESTIONNAIRE
from survey.demo.truths import EVERY_WAVE, TRUTHS, Trace, Truth
from survey.questionnaire import loader
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Questionnaire

pytestmark = pytest.mark.slow

Floats = npt.NDArray[np.float64]
TRACES = [trace for truth in TRUTHS for trace in truth.traces]
ACTED_ON = ("command=brackenhill-response", "command=dunsmere-response")


@cache
def culture() -> Questionnaire:
    return loader.load(QUESTIONNAIRE)


@cache
def meaning() -> Codebook:
    return codebook(culture())


@cache
def answered(wave: int, truths: tuple[Truth, ...] = TRUTHS) -> tuple[Frame, list[Form]]:
    force = make_force(culture())
    frame = force.frame(wave)
    sent = forms(culture(), meaning(), force, frame, truths, SEED, wave)
    responds = respondents(force, frame, SEED, wave, silenced(culture(), frame, TRUTHS, wave))
    options = {question: codes[responds] for question, codes in frame.options.items()}
    kept = [form for form, does in zip(sent, responds, strict=True) if does]
    return Frame(frame.people[responds], options), kept


@cache
def shares(wave: int, theme: str, truths: tuple[Truth, ...] = TRUTHS) -> Floats:
    """Each respondent's share of positive answers to a theme, one person at a time."""
    readings: dict[str, Mapping[str, str | None]] = {
        item: {c.code: c.reading for c in meaning().item_by_id[item].categories}
        for item in meaning().theme_by_id[theme].items
    }
    found = []
    for form in answered(wave, truths)[1]:
        given = [readings[item][form[item][0]] for item in readings if item in form]
        valid = [reading for reading in given if reading is not None]
        enough = 2 * len(valid) >= len(readings)
        found.append(valid.count("positive") / len(valid) if enough else np.nan)
    return np.array(found)


def gap(trace: Trace, wave: int, truths: tuple[Truth, ...] = TRUTHS) -> tuple[float, float]:
    """Points that the group lies above the rest, and the standard error of that."""
    frame = answered(wave)[0]
    groups = culture().plan.group_by_id
    inside = frame.picked(culture(), groups[trace.group].where)
    rest = frame.picked(culture(), groups[trace.against].where) & ~inside
    own, others = (shares(wave, trace.theme, truths)[who] for who in (inside, rest))
    own, others = own[~np.isnan(own)], others[~np.isnan(others)]
    error = np.sqrt(own.var(ddof=1) / len(own) + others.var(ddof=1) / len(others))
    return 100 * float(own.mean() - others.mean()), 100 * float(error)


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: f"{trace.group}-{trace.theme}")
def test_planted_gap_is_there_with_its_sign_and_size(trace: Trace) -> None:
    for wave in trace.waves:
        found, error = gap(trace, wave)
        assert found * trace.points > 0
        assert abs(found - trace.points) < 2.6 * error
        # The same people with nothing planted: the difference is free of chance.
        assert abs(found - gap(trace, wave, ())[0] - trace.points) < 5


def test_where_it_was_acted_on_answers_are_a_little_better_than_elsewhere() -> None:
    """By about 5 points in the departments, and by as much less in what holds more people."""
    gone = [(trace, wave) for trace in TRACES for wave in EVERY_WAVE if wave not in trace.waves]
    assert gone
    for trace, wave in gone:
        better = gap(trace, wave)[0] - gap(trace, wave, ())[0]
        least, most = (3.5, 6.5) if trace.group in ACTED_ON else (0.5, 4)
        assert least < better < most, (trace.group, wave, better)


def test_a_truth_that_was_not_planted_is_noticed() -> None:
    found, error = gap(TRACES[0], 1, ())
    assert abs(found) < 2.6 * error
    assert abs(found - TRACES[0].points) > 2.6 * error


def test_nobody_answers_differently_whom_no_truth_is_about() -> None:
    for wave in (2, 3):
        frame, planted = answered(wave)
        _, plain = answered(wave, ())
        for item in meaning().items:
            about = {item.id, item.theme}
            told = np.zeros(frame.n, dtype=bool)
            for shift in (shift for truth in TRUTHS for shift in truth.shifts):
                if wave in shift.waves and not about.isdisjoint(shift.about):
                    told |= frame.picked(culture(), shift.where)
            given = [
                (one.get(item.id), other.get(item.id))
                for one, other, concerned in zip(planted, plain, told, strict=True)
                if not concerned
            ]
            assert all(one == other for one, other in given), item.id


def test_answers_of_a_person_go_together_as_in_real_surveys() -> None:
    for theme in meaning().themes:
        scores = {
            item: {c.code: c.score for c in meaning().item_by_id[item].categories}
            for item in theme.items
        }
        rows = [
            [scores[item][form[item][0]] for item in theme.items]
            for form in answered(1)[1]
            if all(item in form for item in theme.items)
        ]
        whole = np.array([row for row in rows if None not in row], dtype=np.float64)
        k = whole.shape[1]
        alpha = k / (k - 1) * (1 - whole.var(axis=0, ddof=1).sum() / whole.sum(axis=1).var(ddof=1))
        assert 0.75 < alpha < 0.9


def test_about_six_in_ten_answer_and_not_by_what_they_think() -> None:
    force = make_force(culture())
    for wave in EVERY_WAVE:
        frame = force.frame(wave)
        responds = respondents(force, frame, SEED, wave)
        assert 0.55 < responds.mean() < 0.65
        outlook = force.outlook[frame.people]
        assert abs(outlook[responds].mean() - outlook[~responds].mean()) < 0.08


def test_of_dispatch_half_as_many_answer_and_of_all_others_as_many() -> None:
    force = make_force(culture())
    for wave in EVERY_WAVE:
        frame = force.frame(wave)
        would = respondents(force, frame, SEED, wave)
        does = respondents(force, frame, SEED, wave, silenced(culture(), frame, TRUTHS, wave))
        dispatch = frame.picked(culture(), (("command", "dispatch"),))
        assert (does == would)[~dispatch].all()
        assert 0.35 < does[dispatch].sum() / would[dispatch].sum() < 0.65


def test_some_answers_are_skipped_or_withheld() -> None:
    frame, sent = answered(1)
    assert 0.02 < sum("sex" not in form for form in sent) / frame.n < 0.05
    codes = {form["support_affected"][0] for form in sent if "support_affected" in form}
    assert codes > {"1", "2", "3", "4", "5"}


def test_some_say_less_and_enough_of_them_that_nothing_is_hidden_for_it() -> None:
    for wave in EVERY_WAVE:
        frame, sent = answered(wave)
        for question, where in (
            ("department", ("command", "response-south")),
            ("ethnicity", ("ethnicity", "minority")),
        ):
            less = np.array([form.get(question) == [where[1]] for form in sent])
            inside = frame.picked(culture(), (where,))
            assert 10 <= less.sum() < 0.05 * inside.sum()
            assert inside[less].all()


def test_the_seed_alone_decides_the_answers() -> None:
    force = make_force(culture())
    frame = force.frame(1)
    again = forms(culture(), meaning(), force, frame, TRUTHS, SEED, 1)
    assert again == forms(culture(), meaning(), force, frame, TRUTHS, SEED, 1)
    assert again != forms(culture(), meaning(), force, frame, TRUTHS, SEED + 1, 1)
