"""Who is asked what: conditions as written, what they drop, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.microdata import Microdata
from survey.collect import envelope
from survey.errors import QuestionnaireError
from survey.questionnaire import audiences, routing
from survey.questionnaire.answers import comments, fold, microdata
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load, parse

FILE = Path(__file__).parents[3] / "questionnaires" / "routed.yaml"
ROUTED = load(FILE)
BOOK = codebook(ROUTED)
OFFICER = {"employment": ["sergeant"], "alone": ["3"], "rested": ["1"]}
TOLD = {"seen": ["yes"], "told": ["friend", "manager"], "helped": ["3"]}


def routed_with(*changes: tuple[str, str]) -> str:
    text = FILE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_only_what_applies_is_asked() -> None:
    nobodys = {"alone", "rested", "desk", "told", "why", "snow"}
    assert routing.unasked(ROUTED, {}) == nobodys
    assert routing.unasked(ROUTED, {**OFFICER, **TOLD}) == {"desk", "why", "snow"}
    assert "helped" in routing.unasked(ROUTED, {"employment": ["staff"], **TOLD})
    # `none_of` holds of who did not say how they are employed.
    assert "helped" not in routing.unasked(ROUTED, TOLD)
    assert "helped" in routing.unasked(ROUTED, {"heard": ["3"]})
    assert "snow" not in routing.unasked(ROUTED, {"department": ["north-b"]})
    assert "why" not in routing.unasked(ROUTED, {"seen": ["yes"], "told": ["nobody"]})


def test_answers_of_a_skipped_branch_are_dropped_before_they_are_sealed() -> None:
    everything = {**OFFICER, **TOLD, "department": ["south-a"], "snow": ["1"], "heard": ["2"]}
    stored = fold(ROUTED, everything)
    assert stored["helped"] == "3"
    assert "snow" not in stored
    changed = fold(ROUTED, {**everything, "seen": ["no"]})
    assert set(stored) - set(changed) == {"told-manager", "told-friend", "told-nobody"}
    # Who answers otherwise is asked otherwise, also by what stands behind a dropped answer.
    assert "alone" not in fold(ROUTED, {**everything, "employment": ["volunteer"]})
    written = {"why": ["Nobody asked."], "told": ["nobody"]}
    assert comments(ROUTED, {**written, "seen": ["yes"]}) == {"why": "Nobody asked."}
    assert comments(ROUTED, {**written, "seen": ["no"]}) == {"why": ""}


def test_what_is_sealed_has_one_size_whoever_is_asked_what() -> None:
    forms = [{}, OFFICER, {**OFFICER, **TOLD}, {"department": ["north-a"], "snow": ["2"]}]
    folded = [fold(ROUTED, form) for form in forms]
    assert len({tuple(one) for one in folded}) == len(forms)
    packed = [envelope.pack(ROUTED, one) for one in folded]
    assert len({len(one) for one in packed}) == 1
    assert len({len(one.rstrip()) for one in packed}) > 1  # without padding it would tell


def test_rows_that_were_sealed_by_hand_lose_what_was_not_asked() -> None:
    rows = [
        fold(ROUTED, {**OFFICER, **TOLD, "department": ["north-a"], "snow": ["1"]}),
        {"employment": "staff", "alone": "3", "seen": "no", "told-friend": "yes", "snow": "1"},
        {"seen": "yes", "heard": "3", "helped": "3", "department": "south-a"},
    ]
    opened = routing.of_who_was_asked(ROUTED, microdata(BOOK, rows))
    assert opened.items["alone"].tolist() == [2, -1, -1]
    assert opened.items["helped"].tolist() == [2, -1, -1]
    assert opened.items["told-friend"].tolist() == [1, -1, -1]
    assert opened.items["snow"].tolist() == [0, -1, -1]
    assert opened.variables["employment"].tolist() == [0, 1, -1]


def test_rows_keep_what_pages_send() -> None:
    dice = np.random.default_rng(3)
    forms = [
        {one.id: [str(dice.choice(one.codes))] for one in ROUTED.questions if dice.random() < 0.8}
        for _ in range(200)
    ]
    rows = [fold(ROUTED, form) for form in forms]
    plain: Microdata = microdata(BOOK, rows)
    again = routing.of_who_was_asked(ROUTED, plain)
    for columns, others in ((plain.items, again.items), (plain.variables, again.variables)):
        assert all((columns[name] == others[name]).all() for name in columns)


def test_a_sentence_says_for_whom_a_question_is() -> None:
    words = {name: str(routing.words(when)) for name, when in ROUTED.routes.items()}
    assert words["alone"] == "Only if you answered “Officer” to “How do you work here?”"
    assert words["snow"] == "Only if you answered “North” to “Where do you work?”"
    assert words["helped"].startswith("Only if you did not answer “Agree” to “I am heard.”")
    assert "“Volunteer” or “Staff”" in words["helped"]
    assert routing.words(()) is None


def test_the_analysis_knows_who_is_asked() -> None:
    asked = audiences.of(ROUTED)
    assert asked["alone"].among == (("employment", frozenset({"officer"})),)
    assert not asked["alone"].by_answer
    assert asked["helped"].among == (("employment", frozenset({"officer"})),)
    assert asked["helped"].by_answer
    assert BOOK.audience("patrol") == asked["alone"]
    assert BOOK.audience("heard") is None
    # What is asked because of a sensitive answer is no less sensitive.
    assert {one.id for one in BOOK.items if one.sensitive} == {"seen", *TOLD_ITEMS}


TOLD_ITEMS = ("told-manager", "told-friend", "told-nobody")


def test_asking_others_starts_a_new_trend_line_and_asking_everybody_changes_none() -> None:
    others = codebook(parse(routed_with(("employment: officer}", "employment: staff}")), "q"))
    before, after = BOOK.item_by_id, others.item_by_id
    changed = {name for name in before if before[name].fingerprint != after[name].fingerprint}
    assert changed == {"alone", "rested"}
    assert parse(ROUTED.source, "q") == ROUTED


WHEN = "ask_when: {told: [nobody]}"
REFUSED = [
    ("employment: officer", "rank: officer", "names `rank`, which does not exist"),
    ("employment: officer", "seen: [yes]", "names `seen`, which is not asked before it"),
    ("employment: officer", "alone: ['1']", "names `alone`, which is not asked before it"),
    ('{seen: "yes"}', "{told: manager}", "names `told`, which is not asked before it"),
    ("employment: officer", "employment: chief", "it can be officer, staff, volunteer"),
    ("employment: officer", "employment: sergeant", "is folded into `officer`; name that one"),
    ("employment: officer", "employment: prefer-not-to-say", "nobody is asked anything by"),
    ("employment: officer", "employment: {}", "needs either `one_of` or `none_of`"),
    ("employment: officer", "employment: {one_of: [staff], none_of: [officer]}", "needs either"),
    ("employment: officer", "employment: []", "must hold at least 1"),
    ("{employment: officer}", "{}", "must hold at least 1"),
    ("employment: officer", "employment: {any_of: [staff]}", "no field `any_of`"),
    ("minutes: 2", "minutes: 2\ndrivers: {outcome: snow}", "so it can be no outcome"),
    (
        "minutes: 2",
        "minutes: 2\ndrivers: {outcome: heard}",
        "besides that of `heard` that everybody",
    ),
    ("[north]}", "[mars]}", "it can be north, north-a, north-b, south, south-a, west"),
    ("{department: [north]}", "{why: [x]}", "a comment; nobody is asked by it"),
    (WHEN, 'ask_when: {told: [nobody], seen: "no"}', "`why` can never be asked"),
    ("[volunteer, staff]}", "[officer, staff, volunteer]}, alone: '1'", "can never be asked"),
    ("  - {id: rested, ", "  - {id: rested, ask_when: {alone: '3'}, ", "asked of other people"),
    (
        "        text: Where do you work?",
        "        ask_when: {seen: 'no'}\n        text: W",
        "about",
    ),
]


@pytest.mark.parametrize(("good", "bad", "reason"), REFUSED)
def test_a_condition_that_cannot_be_meant_is_refused_at_its_line(
    good: str, bad: str, reason: str
) -> None:
    text = routed_with((good, bad))
    with pytest.raises(QuestionnaireError) as caught:
        parse(text, "q.yaml")
    lines = text.splitlines()
    (line, *_) = [n for n, one in enumerate(lines, 1) if bad.strip().splitlines()[0] in one]
    line += bad.count("drivers")
    found = [one for one in caught.value.problems if reason in one.reason]
    assert found, [str(one) for one in caught.value.problems]
    assert {one.line for one in found} <= {line, line - 1}


def test_two_conditions_that_exclude_each_other_are_found_across_a_page_and_a_question() -> None:
    text = routed_with(("{id: alone, text", "{id: alone, ask_when: {employment: staff}, text"))
    with pytest.raises(QuestionnaireError, match="`alone` can never be asked: no answer to `emplo"):
        parse(text, "q.yaml")


def test_an_answer_that_stands_alone_goes_with_no_other() -> None:
    both = ("ask_when: {told: [nobody]}", "ask_when: {told: {none_of: [friend, manager]}}")
    assert parse(routed_with(both), "q.yaml")
    text = routed_with(
        (
            "    questions:\n      - {id: snow",
            "    questions:\n"
            "      - {id: late, text: L., ask_when: {told: nobody}}\n      - {id: snow",
        ),
        ("ask_when: {department: [north]}", "ask_when: {told: [friend]}"),
    )
    with pytest.raises(QuestionnaireError, match="`late` can never be asked: no answer to `told`"):
        parse(text, "q.yaml")


FOLLOWING = [
    ("{heard: '1'}", "`late` and `helped` follow `heard` in different ways"),
    ("{seen: 'yes', employment: officer}", "`late` and `told` follow `seen` in different ways"),
    ("{seen: {none_of: 'no'}}", "`late` and `told` follow `seen` in different ways"),
    ("{told: nobody}", "`late` follows `told`, which itself follows `seen`"),
    ("{department: {none_of: north}, alone: '1'}", "`late` leaves out answers to `department`"),
]


@pytest.mark.parametrize(("when", "reason"), FOLLOWING)
def test_follow_ups_whose_bases_subtract_are_refused_at_their_line(when: str, reason: str) -> None:
    line = f"      - {{id: late, text: L., ask_when: {when}}}"
    snow = "      - {id: snow, text: We are ready for snow.}\n"
    section = "  - {id: late, title: Late, scale: agree, questions: [\n"
    text = routed_with((snow, f"{snow}{section}{line.replace('- ', '', 1)}\n  ]}}\n"))
    with pytest.raises(QuestionnaireError) as caught:
        parse(text, "q.yaml")
    (found,) = caught.value.problems
    assert reason in found.reason
    assert "id: late, text" in text.splitlines()[(found.line or 0) - 1]
    same = text.replace(when, "{seen: 'yes'}")
    assert parse(same, "q.yaml")


def test_a_unit_is_asked_ten_questions_of_its_own_at_most() -> None:
    line = "      - {id: snow, text: We are ready for snow.}\n"
    more = [line.replace("snow,", f"snow{number},") for number in range(11)]
    assert parse(routed_with((line, "".join(more[:10]))), "q.yaml")
    text = routed_with((line, "".join(more)))
    with pytest.raises(QuestionnaireError) as caught:
        parse(text, "q.yaml")
    (found,) = caught.value.problems
    assert "`snow10` is question number 11 that" in found.reason
    assert found.line == 1 + text.splitlines().index(more[10].rstrip())


def test_the_example_of_the_guide_is_good() -> None:
    guide = (FILE.parents[2] / "docs" / "QUESTIONNAIRES.md").read_text(encoding="utf-8")
    example = guide.partition("### Questions for some")[2].partition("```yaml\n")[2]
    text = f"""
id: guide
version: "1"
title: Guide
minutes: 3
scales: {{include: bank/scales.yaml}}
{example.partition("```")[0]}
breakdowns: {{employment: {{variable: employment}}, probation: {{variable: in_probation}}}}
tables: [[employment], [probation]]
support: [{{label: Somebody, detail: Telephone 123.}}]
"""
    asked = audiences.of(parse(text, "guide"))
    assert asked["complaint_fair"].among == (("employment", frozenset({"officer", "special"})),)
    assert dict(asked["tutor"].among)["employment"] == {"officer"}


def test_a_wrong_question_is_reported_once_and_not_by_who_names_it() -> None:
    text = routed_with(("        type: multiple", "        type: several"))
    with pytest.raises(QuestionnaireError) as caught:
        parse(text, "q.yaml")
    assert len(caught.value.problems) == 1
