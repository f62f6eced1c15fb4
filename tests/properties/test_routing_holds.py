"""Routing over many questionnaires: what is taken can be asked, and what is refused never could."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_node import in_node
from ruamel.yaml import YAML

from survey.collect import page_keys
from survey.errors import QuestionnaireError
from survey.questionnaire import follow_ups, routing
from survey.questionnaire.loader import load, parse
from survey.questionnaire.model import Questionnaire

SMALL = load(Path(__file__).parents[1] / "questionnaires" / "small.yaml")
SOURCE: dict[str, Any] = YAML(typ="safe", pure=True).load(SMALL.source)
MARKS = ["a", "b"]
"""Options of the questions, of which `alone` goes with no other."""


def question(name: str) -> dict[str, Any]:
    options = [{"code": code, "label": f"{name} {code}"} for code in MARKS]
    alone = {"code": "alone", "label": f"{name} alone", "exclusive": "true"}
    return {"id": name, "type": "multiple", "text": name, "options": [*options, alone]}


Whens = list[dict[str, tuple[str, list[str]]]]
"""Of each page and question: earlier question -> (one or none of, its codes)."""


@pytest.fixture(scope="module", autouse=True)
def any_follow_up() -> Iterator[None]:
    """Conditions are looked at alone here: which follow-ups may be published is another matter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow_ups, "refused", lambda *_: ())
        yield


ANSWERED = st.tuples(
    st.sampled_from(["one_of", "none_of"]),
    st.lists(st.sampled_from([*MARKS, "alone"]), min_size=1, max_size=2, unique=True),
)
BEFORE = [[], [], ["q0"], ["q0", "q1"], ["q0", "q1"], ["q0", "q1", "q2"]]
"""What stands before each page and question."""

whens = st.tuples(
    *(
        st.dictionaries(st.sampled_from(names), ANSWERED, max_size=2) if names else st.just({})
        for names in BEFORE
    )
).map(list)


def written(whens: Whens) -> str:
    """A questionnaire of four questions on two pages, with conditions at each of them."""
    names = ["p0", "q0", "q1", "p1", "q2", "q3"]
    parts: dict[str, dict[str, Any]] = {name: question(name) for name in names}
    parts["p0"] = {"id": "p0", "title": "p0", "questions": [parts["q0"], parts["q1"]]}
    parts["p1"] = {"id": "p1", "title": "p1", "questions": [parts["q2"], parts["q3"]]}
    for name, when in zip(names, whens, strict=True):
        if when:
            parts[name]["ask_when"] = {one: {how: codes} for one, (how, codes) in when.items()}
    sections = [parts["p0"], parts["p1"], SOURCE["sections"][0], *SOURCE["sections"][1:]]
    return json.dumps({**SOURCE, "sections": sections}, indent=1)


ANSWERS = [(), ("a",), ("b",), ("a", "b"), ("alone",)]
FORMS = [
    dict(zip(["q0", "q1", "q2", "q3"], given, strict=True)) for given in product(ANSWERS, repeat=4)
]


def slow_unasked(form: dict[str, tuple[str, ...]], whens: Whens) -> set[str]:
    """The same by the words of the manual, question by question."""
    p0, q0, q1, p1, q2, q3 = whens
    found: set[str] = set()
    for name, when in (("q0", [p0, q0]), ("q1", [p0, q1]), ("q2", [p1, q2]), ("q3", [p1, q3])):
        for one in when:
            for earlier, (how, codes) in one.items():
                said = () if earlier in found else form[earlier]
                gave = any(code in said for code in codes)
                if gave != (how == "one_of"):
                    found.add(name)
    return found


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(whens)
def test_every_question_is_asked_of_somebody_and_nothing_else_is_refused(
    whens: Whens,
) -> None:
    questionnaire: Questionnaire | None = None
    try:
        questionnaire = parse(written(whens), "q.yaml")
    except QuestionnaireError as error:
        reasons = {one.reason for one in error.problems}
        assert all("can never be asked" in one for one in reasons), reasons
    reached = {"q0", "q1", "q2", "q3"} - set.intersection(
        *(slow_unasked(form, whens) for form in FORMS)
    )
    assert (questionnaire is not None) == (reached == {"q0", "q1", "q2", "q3"})
    if questionnaire is not None:
        for form in FORMS[::7]:
            unasked = routing.unasked(questionnaire, form)
            assert unasked == slow_unasked(form, whens)
            kept = routing.kept(questionnaire, form)
            assert not set(kept) & unasked
            # What was dropped decides nothing, so leaving it out changes nothing.
            assert routing.unasked(questionnaire, kept) == unasked


def test_the_page_asks_whom_the_server_asks() -> None:
    """Shared vectors: some sets of conditions, each with every way to answer."""
    ways = [
        [{}, {}, {"q0": ("one_of", ["a"])}, {}, {"q1": ("none_of", ["b"])}, {}],
        [{}, {}, {}, {"q0": ("none_of", ["alone"])}, {}, {"q2": ("one_of", ["a", "alone"])}],
        [{}, {}, {"q0": ("none_of", ["a", "b"])}, {"q1": ("one_of", ["b"])}, {}, {}],
    ]
    asked = [parse(written(whens), "q.yaml") for whens in ways]
    given = [{"routes": page_keys.routes(one), "forms": FORMS} for one in asked]
    script = """
      return given.map(({ routes, forms }) =>
        forms.map((form) => [...own.unasked((id) => form[id] ?? [], routes)]));
    """
    found = in_node(script, given, "routing.mjs")
    for questionnaire, page in zip(asked, found, strict=True):
        expected = [routing.unasked(questionnaire, form) for form in FORMS]
        questions = [{name for name in one if "." not in name} for one in page]
        assert questions == expected
        assert len(set(expected)) > 2
