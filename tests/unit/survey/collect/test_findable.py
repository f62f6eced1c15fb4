"""How findable somebody is: the page looks it up as a slow reading of the plan does."""

from __future__ import annotations

import json
from collections.abc import Mapping

import html_page
import numpy as np
import pytest
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from in_node import in_node

from analysis import bands
from analysis.bands import EDGES
from analysis.plan import Group, TablePlan
from analysis.policy import DisclosurePolicy
from survey import banding, resources
from survey.collect import findable
from survey.errors import WaveStateError
from survey.manage import bands as kept
from survey.manage import headcounts, waves
from survey.manage.tables import BandRow
from survey.questionnaire import loader

SCRIPT = """return given.picked.map((one) => {
  const groups = own.groupsOf(one, given.data);
  return { groups, least: own.smallest(groups) };
});"""
CULTURE = loader.load(resources.QUESTIONNAIRES / "culture.yaml").plan
SMALL = {
    **{"command=response": 400, "command=north": 90, "command=north-a": 40, "command=north-b": 50},
    **{"ethnicity=asian": 30, "ethnicity=white": 60},
    **{"probationer=yes": 15, "probationer=no": 75},
}


def holding(plan: TablePlan, picked: Mapping[str, str]) -> list[Group]:
    """Every declared group, but the force, whose every value holds what was picked."""
    return [
        group
        for group in plan.groups
        if group.where
        and all(
            picked.get(plan.breakdown_by_id[breakdown].variable)
            in plan.breakdown_by_id[breakdown].value_by_id[value].categories
            for breakdown, value in group.where
        )
    ]


def anybody(plan: TablePlan, dice: np.random.Generator) -> dict[str, str]:
    """What somebody may tell: each thing or not."""
    return {
        one.variable: str(dice.choice(sorted(set().union(*(v.categories for v in one.values)))))
        for one in plan.breakdowns
        if dice.random() < 0.7
    }


def edge(group: Group) -> int:
    """A band that is no larger than that of any group around it, as those of headcounts are."""
    levels = CULTURE.breakdown_by_id
    depth = sum(levels[one].levels.index(level) + 1 for one, level in CULTURE.level_of(group))
    return EDGES[max(0, len(EDGES) - 1 - depth)]


def test_the_page_finds_the_groups_that_the_plan_declares() -> None:
    dice = np.random.default_rng(3)
    edges = {group.id: edge(group) for group in CULTURE.groups if dice.random() < 0.6}
    people = [anybody(CULTURE, dice) for _ in range(60)]
    data = findable.data_of(CULTURE, edges)
    told = in_node(SCRIPT, {"picked": people, "data": data}, "findable.mjs")
    for picked, found in zip(people, told, strict=True):
        inside = holding(CULTURE, picked)
        labels = {group.label for group in inside}
        assert {one["label"] for one in found["groups"]} <= labels
        # Nothing that may be reported is left unsaid: each declared group holds a named one.
        assert bool(found["groups"]) == bool(inside)
        sizes = [edges[group.id] for group in inside if group.id in edges]
        least = found["least"]
        assert (least and least["band"]) == (bands.words(min(sizes)) if sizes else None)
        for one in found["groups"]:
            same = [group for group in inside if group.label == one["label"]]
            words = {bands.words(edges[group.id]) for group in same if group.id in edges}
            assert {one["band"]} <= (words or {None})


def test_a_group_that_is_not_told_is_counted_with_the_smallest_told_one_around_it() -> None:
    edges = {"command=response-north": 200, "sex=female": 500}
    data = findable.data_of(CULTURE, edges)
    department = next(
        value
        for value in CULTURE.breakdown_by_id["command"].values
        if value.parent == "response-north"
    )
    picked = [{"department": department.id, "sex": "female"}, {"sex": "male"}, {}]
    both, alone, nobody = in_node(SCRIPT, {"picked": picked, "data": data}, "findable.mjs")
    by_label = {one["label"]: one for one in both["groups"]}
    assert by_label[department.label]["band"] is None
    assert by_label[department.label]["within"]["band"] == "200 to 499"
    # Units were counted, though not this one; that nobody counted units by sex makes them not few.
    assert [one["counted"] for one in by_label.values()] == [True, False]
    told = {one.label: one.counted for one in findable.tables_of(CULTURE, edges)}
    assert (told["Command"], told["Ethnic group"], told["Command and Sex"]) == (True, True, False)
    assert not any(one.counted for one in findable.tables_of(CULTURE, {}))
    (sex,) = alone["groups"]
    assert (sex["band"], sex["within"], sex["counted"], alone["least"]) == (None, None, True, None)
    assert nobody == {"groups": [], "least": None}


def test_what_says_less_is_offered_the_nearest_first_and_saying_nothing_last() -> None:
    data = findable.data_of(CULTURE, {})
    picked = [
        {"department": "people-and-learning", "ethnicity": "asian", "sex": "female"},
        {"department": "operations", "ethnicity": "minority"},
        {"ethnicity": "white"},
    ]
    script = "return given.picked.map((one) => own.lessThan(one, given.data));"
    told = in_node(script, {"picked": picked, "data": data}, "findable.mjs")
    assert [[(one["question"], one["value"]) for one in person] for person in told] == [
        [
            ("department", "contact-and-support"),
            ("department", "specialist"),
            ("department", None),
            ("ethnicity", "minority"),
            ("ethnicity", None),
            ("sex", None),
        ],
        [("department", "specialist"), ("department", None), ("ethnicity", None)],
        [("ethnicity", None)],
    ]


@pytest.fixture
def banded(live_wave: LiveWave) -> LiveWave:
    """The wave as if its headcounts had been loaded before it opened."""
    with live_wave.stores.issuer() as session:
        waves.find(session, "autumn").state = "draft"
    headcounts.store(live_wave.stores, "autumn", SMALL)
    assert "groups have" in banding.make(live_wave.stores, "autumn")
    with live_wave.stores.issuer() as session:
        waves.find(session, "autumn").state = "open"
    return live_wave


def test_the_document_and_a_page_carry_bands_and_no_headcount(
    banded: LiveWave, client: FlaskClient
) -> None:
    for address in ("/survey/autumn", "/colleagues/autumn"):
        page = html_page.parse(client.get(address).data)
        box = page.root.find(".//*[@id='findable']")
        everything = page.text if box is None else box.get("data-groups", "")
        assert "20 to 49" in everything
        assert "400" not in everything
    listed = html_page.parse(client.get("/colleagues/autumn").data).text
    assert "White 50 to 99" in listed
    assert "Yes too few to say" in listed
    assert "not told" not in listed.replace("“Not told”", "")
    assert "a group of fewer than 20," in listed


def test_the_page_says_the_number_below_which_this_wave_tells_no_size(
    banded: LiveWave, client: FlaskClient
) -> None:
    with banded.stores.issuer() as session:
        policy = json.dumps(DisclosurePolicy(k=15).as_dict())
        waves.find(session, "autumn").policy = policy
    listed = html_page.parse(client.get("/colleagues/autumn").data).text
    assert "a group of fewer than 30," in listed


def test_bands_are_fixed_when_a_wave_opens(banded: LiveWave) -> None:
    headcounts.store(banded.stores, "autumn", {**SMALL, "ethnicity=white": 700})
    with pytest.raises(WaveStateError, match="only a draft can be opened"):
        banding.make(banded.stores, "autumn")
    assert kept.of_wave(banded.stores, "autumn")["ethnicity=white"] == 50


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "No headcounts are loaded"),
        ({"ethnicity=white": 9}, "The headcounts say nothing of"),
        ({**SMALL, "command=north": 20}, "contradict each other"),
    ],
)
def test_headcounts_that_cannot_be_banded_keep_nobody_from_answering(
    live_wave: LiveWave, client: FlaskClient, given: dict[str, int], sentence: str
) -> None:
    with live_wave.stores.issuer() as session:
        waves.find(session, "autumn").state = "draft"
        session.add(BandRow("autumn", "force", 500))
    headcounts.store(live_wave.stores, "autumn", given)
    assert sentence in banding.make(live_wave.stores, "autumn")
    assert kept.of_wave(live_wave.stores, "autumn") == {}
    assert waves.open_wave(live_wave.stores, "autumn", live_wave.wave.opened).state == "open"
    assert client.get("/survey/autumn").status_code == 200
