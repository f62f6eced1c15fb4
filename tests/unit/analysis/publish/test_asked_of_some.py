"""What only some are asked is published where everybody is asked, and says whom it was asked of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analysis.attack.audit import audit
from analysis.attack.follow_ups import attack_follow_ups
from analysis.codebook import Codebook
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.figures import exact
from analysis.publish.follow_ups import closed_to
from analysis.release import known
from analysis.release.model import Release
from survey.errors import QuestionnaireError
from survey.questionnaire import follow_ups, routing
from survey.questionnaire.answers import microdata
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load, parse
from survey.questionnaire.model import Questionnaire

FILE = Path(__file__).parents[3] / "questionnaires" / "routed.yaml"
ROUTED = load(FILE)
BOOK = codebook(ROUTED)
PEOPLE = [
    ("officer", "north-a", 150),
    ("staff", "north-a", 100),
    ("volunteer", "north-a", 4),
    ("officer", "south-a", 120),
    ("staff", "south-a", 80),
    ("volunteer", "south-a", 40),
    *(
        (kind, unit, 60)
        for kind in ("officer", "staff", "volunteer")
        for unit in ("west-a", "east-a")
    ),
]


EVERYBODY = sum(people for _, _, people in PEOPLE)
NEITHER = 4
"""Who answered “Neither” in the planted case."""


def answers(questionnaire: Questionnaire = ROUTED, heard: Sequence[str] = ()) -> Microdata:
    """Answers of everybody; `heard` are those of the first to one question."""
    book = codebook(questionnaire)
    dice = np.random.default_rng(5)
    rows = []
    for employment, department, people in PEOPLE:
        for _ in range(people):
            row = {
                one.id: one.codes[dice.choice([0, 1, 2], p=[0.25, 0.25, 0.5])]
                for one in book.items
                if len(one.codes) > 3
            }
            if len(rows) < len(heard):
                row["heard"] = heard[len(rows)]
            row |= {"seen": str(dice.choice(["no", "yes"])), "told-friend": "yes"}
            row |= {"told-manager": "no", "told-nobody": "no"}
            rows.append(row | {"employment": employment, "department": department})
    return routing.of_who_was_asked(questionnaire, microdata(book, rows))


def released(book: Codebook, given: Microdata | None = None) -> Release:
    return publish(
        *(book, ROUTED.plan, given or answers()),
        wave=WaveFacts("autumn", "Autumn survey", date(2026, 11, 1)),
        policy=DisclosurePolicy(),
        headcounts={FORCE: 1200},
    )


@pytest.fixture(scope="module")
def release() -> Release:
    return released(BOOK)


def shown_in(release: Release, measure: str) -> set[str]:
    return {
        row.group for row in release.estimates if row.measure == measure and row.status == "shown"
    }


def test_it_is_shown_where_everybody_is_asked_and_nowhere_else(release: Release) -> None:
    assert shown_in(release, "alone") >= {"employment=officer", "command=west&employment=officer"}
    assert shown_in(release, "desk") >= {"employment=staff"}
    for measure in ("patrol", "alone", "desk"):
        assert all("employment=" in group for group in shown_in(release, measure))
    assert shown_in(release, "heard") >= {FORCE, "command=north", "employment=officer"}
    # What an answer decides is shown of the widest such group alone.
    assert shown_in(release, "told-friend") == {FORCE}
    assert shown_in(release, "helped") == {"employment=officer"}
    assert shown_in(release, "snow") >= {"command=north"}
    assert not shown_in(release, "snow") & {FORCE, "command=south"}


def test_its_base_is_those_asked_who_answered_and_it_says_so(release: Release) -> None:
    row = release.measure_by_id["helped"]
    assert row.asked_of.startswith("those who did not answer “Agree”")
    assert release.measure_by_id["heard"].asked_of == ""
    seen = answers()
    asked = int((seen.items["helped"] >= 0).sum())
    base = release.estimate_by_key["employment=officer", "helped"].base
    assert base is not None
    assert base % 10 == 0  # rounded down, however large
    assert 100 < base <= asked < base + 10
    assert row.asked_of.endswith("(how many is rounded down)")
    assert known.of_item(release, "employment=officer", "helped") == (base, base + 9)
    # Who did not answer may not have been asked: nothing is said of all people of a group.
    ranges = {one: release.estimate_by_key[FORCE, one].most for one in ("heard", "told-friend")}
    assert ranges["heard"] is not None
    assert ranges["told-friend"] is None
    assert [one.status for one in release.reliability if one.measure == "patrol"] == ["c"]


def test_bases_of_two_branches_would_tell_how_few_are_in_neither() -> None:
    """The planted fault: items published wherever they have answers, as if all had been asked."""
    everywhere = tuple(replace(item, audience=None) for item in BOOK.items)
    release = released(replace(BOOK, items=everywhere))
    north = release.group_by_id["command=north"].base
    bases = [release.estimate_by_key["command=north", one].base for one in ("alone", "desk")]
    assert north is not None
    assert None not in bases
    assert 0 < north - sum(one for one in bases if one is not None) < DisclosurePolicy().k


PLANTED = """
      - {id: of_one, text: You disagreed. Why?, ask_when: {heard: "1"}}
      - {id: of_two, text: Could it be better?, ask_when: {heard: ["1", "2"]}}
      - {id: there, text: Is it so in the north?, ask_when: {heard: "1", department: north}}
"""


def test_two_follow_ups_subtract_to_four_people_unless_they_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The planted fault: bases of who said “1”, and of who said “1” or “2”."""
    text = FILE.read_text(encoding="utf-8")
    snow = "      - {id: snow, text: We are ready for snow.}\n"
    late = f"  - id: late\n    title: Late\n    scale: agree\n    questions:{PLANTED}"
    planted = text.replace(snow, snow + late)
    with pytest.raises(QuestionnaireError) as caught:
        parse(planted, "q.yaml")
    assert {one.reason.partition(" follow")[0] for one in caught.value.problems} == {
        *("`of_one` and `helped`", "`of_two` and `helped`", "`there` and `helped`"),
    }
    # Were it asked, the auditor would see it by what is published alone, and withhold it.
    monkeypatch.setattr(follow_ups, "refused", lambda *_: ())
    questionnaire = parse(planted, "q.yaml")
    given = ["2"] * NEITHER + ["1"] * 300 + ["3"] * (EVERYBODY - NEITHER - 300)
    heard = np.random.default_rng(1).permutation(given).tolist()
    both = codebook(questionnaire), answers(questionnaire, heard)
    release = released(*both)
    assert shown_in(release, "of_one") == {FORCE}
    assert not shown_in(release, "of_two") | shown_in(release, "there")
    monkeypatch.setattr("analysis.attack.audit.attack_follow_ups", lambda _: ())
    release = released(*both)
    assert shown_in(release, "of_one") == shown_in(release, "of_two") == {FORCE}
    assert shown_in(release, "there") == {"command=north"}
    found = {one.measure: one.words for one in attack_follow_ups(release)}
    assert set(found) == {"helped", "of_two", "there"}
    assert "of_one and of_two follow one question in different ways" in found["of_two"]
    rows = [
        replace(one, base=(one.base or 0) + 3) if one.measure == "of_one" and one.base else one
        for one in release.estimates
    ]
    by_person = replace(release, estimates=tuple(rows))
    assert any("its base is" in one.words for one in attack_follow_ups(by_person))
    everywhere = [
        replace(release.estimate_by_key[FORCE, "told-friend"], group=one.group)
        if (one.group, one.measure) == ("command=north", "told-friend")
        else one
        for one in release.estimates
    ]
    spread = replace(release, estimates=tuple(everywhere))
    assert any("stands in force, command=north" in one.words for one in attack_follow_ups(spread))


def test_it_is_hidden_where_nearly_everybody_or_next_to_nobody_was_asked(release: Release) -> None:
    assert not [one for one in audit(release, ROUTED.plan) if one.kind == "follow-up"]
    for agreed, where in ((4, set()), (386, set()), (200, {"employment=officer"})):
        codes = ["1"] * (390 - agreed) + ["3"] * agreed
        officers = iter(codes)
        heard = [
            next(officers) if kind == "officer" else "1"
            for kind, _, people in PEOPLE
            for _ in range(people)
        ]
        figures = exact(BOOK, ROUTED.plan, answers(ROUTED, heard))
        closed = closed_to(figures, ROUTED.plan, DisclosurePolicy())["helped"]
        groups = zip(ROUTED.plan.groups, closed.tolist(), strict=True)
        assert {group.id for group, hidden in groups if not hidden} == where
