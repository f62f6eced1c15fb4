"""FEVS 2018: weights, 45 agencies as commands, their parts as departments, minority by tenure."""

from __future__ import annotations

import csv
import gzip
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from real_surveys import DATA, FEVS_INDICES, fevs, needs_data

from analysis import responses
from analysis.microdata import Microdata
from analysis.publish import Figures, exact
from analysis.publish.compared import exact_differences
from analysis.release import folder
from survey import cli
from survey.questionnaire.codebook import codebook
from survey.questionnaire.layout import layout
from survey.questionnaire.loader import load

pytestmark = [pytest.mark.real_data, pytest.mark.slow, needs_data]
ANSWERS = DATA / "fevs2018_extract.csv.gz"

# As the data's README gives them: weighted percent positive by group, item.
PUBLISHED = {
    ("force", "Q69"): 68.89,
    ("command=CM", "Q69"): 73.12,
    ("command=HS", "Q69"): 61.15,
    ("command=NN", "Q69"): 83.39,
    ("minority=A&tenure=A", "Q37"): 56.76,
    ("minority=B&tenure=A", "Q37"): 62.37,
}
BASES = {"minority=A&tenure=A": 14_913, "minority=B&tenure=A": 28_352, "force": 101_881}


@pytest.fixture(scope="module")
def questionnaire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fevs(tmp_path_factory.mktemp("fevs") / "fevs.yaml")


@pytest.fixture(scope="module")
def microdata(questionnaire: Path) -> Microdata:
    asked = load(questionnaire)
    found = responses.read(ANSWERS, codebook(asked), layout(asked), "POSTWT")
    assert found.weights is not None
    assert np.isclose(found.weights.sum(), 255_172.56, atol=0.005)
    return found


@pytest.fixture(scope="module")
def figures(questionnaire: Path, microdata: Microdata) -> Figures:
    asked = load(questionnaire)
    return exact(codebook(asked), asked.plan, microdata)


@pytest.mark.parametrize(("group", "item"), PUBLISHED)
def test_weighted_percent_positive_is_the_published_one(
    figures: Figures, group: str, item: str
) -> None:
    figure = figures.at(group, item)
    assert figure is not None
    assert abs(100 * figure.positive - PUBLISHED[group, item]) <= 0.01


@pytest.mark.parametrize("group", BASES)
def test_bases_are_people_and_not_weights(figures: Figures, group: str) -> None:
    figure = figures.at(group, "Q37")
    assert figure is not None
    assert figure.people == BASES[group]


@pytest.fixture(scope="module")
def raw() -> dict[str, np.ndarray]:
    """Some columns as they stand in the file, read without any code of ours."""
    with gzip.open(ANSWERS, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {name: np.array([row[name] for row in rows]) for name in ("DMINORITY", "DFEDTEN")}
    items = [f"Q{number}" for _, numbers in FEVS_INDICES.values() for number in numbers]
    numbers = {
        name: np.array([row[name] for row in rows], dtype=float)
        for name in (*items, "Q37", "POSTWT")
    }
    return {**found, **numbers}


def weighted_percent(raw: dict[str, np.ndarray], item: str, who: np.ndarray | None = None) -> float:
    inside = np.ones(len(raw["POSTWT"]), dtype=bool) if who is None else who
    weight = raw["POSTWT"] * inside
    return float(100 * (weight * (raw[item] >= 4)).sum() / weight.sum())


@pytest.mark.parametrize("index", FEVS_INDICES)
def test_an_index_is_the_mean_of_its_items_weighted_percents(
    figures: Figures, raw: dict[str, np.ndarray], index: str
) -> None:
    found = figures.at("force", index)
    assert found is not None
    expected = np.mean([weighted_percent(raw, f"Q{one}") for one in FEVS_INDICES[index][1]])
    assert 100 * found.positive == pytest.approx(expected, abs=1e-4)


# OPM's figures for the whole government in 2018, in whole percents, as published that October.
@pytest.mark.parametrize(
    ("parts", "published"),
    [(("leaders", "supervisors", "intrinsic"), 68), (("global",), 64)],
)
def test_indices_lie_as_near_to_the_published_ones_as_filled_in_answers_can(
    figures: Figures, parts: tuple[str, ...], published: int
) -> None:
    """Missing answers are medians in this file, which lifts its indices by 0 to 1.6 points."""
    found = [figures.at("force", part) for part in parts]
    index = np.mean([100 * one.positive for one in found if one is not None])
    assert published - 0.5 <= index <= published + 0.5 + 1.6


def test_mean_over_people_and_mean_of_items_agree_where_everybody_answered_everything(
    figures: Figures,
) -> None:
    """No answer is missing in this file, so both indices are one figure."""
    of_items = figures.at("force", "global")
    sums = figures.sums.themes["global"]
    assert of_items is not None
    assert sums.weight is not None
    assert sums.weighted_total is not None
    over_people = sums.weighted_total[0, 1] * 2.0**-20 / sums.weight[0, 0]
    assert of_items.positive == pytest.approx(over_people, abs=1e-6)


def test_effective_number_and_standard_error_are_those_of_the_weights(
    figures: Figures, raw: dict[str, np.ndarray]
) -> None:
    found = figures.at("force", "Q69")
    assert found is not None
    weight, positive = raw["POSTWT"], raw["Q69"] >= 4
    kish = weight.sum() ** 2 / (weight**2).sum()
    assert found.effective == pytest.approx(kish, rel=1e-5)
    design_effect = found.people / found.effective
    assert design_effect == pytest.approx(1.33, abs=0.005)
    # Taylor's linearisation, as survey packages do it: Kish's is its rule of thumb.
    share = (weight * positive).sum() / weight.sum()
    error = np.sqrt((weight**2 * (positive - share) ** 2).sum()) / weight.sum()
    assert np.sqrt(share * (1 - share) / found.effective) == pytest.approx(error, rel=0.05)


def test_gap_of_a_subgroup_is_that_to_everybody_else(
    questionnaire: Path, microdata: Microdata, raw: dict[str, np.ndarray]
) -> None:
    asked = load(questionnaire)
    book = codebook(asked)
    alone = replace(book, items=(book.item_by_id["Q37"],), themes=())
    answers = replace(microdata, items={"Q37": microdata.items["Q37"]})
    found = exact_differences(exact(alone, asked.plan, answers), asked.plan)
    gap = found["minority=A&tenure=A", "Q37"]
    inside = (raw["DMINORITY"] == "A") & (raw["DFEDTEN"] == "A")
    expected = weighted_percent(raw, "Q37", inside) - weighted_percent(raw, "Q37", ~inside)
    assert 100 * gap.gap == pytest.approx(expected, abs=0.01)
    assert gap.lower < gap.gap < gap.upper < 0


def test_agencies_are_commands_and_their_parts_departments(questionnaire: Path) -> None:
    asked = load(questionnaire)
    command = asked.plan.breakdown_by_id["command"]
    levels = [value.level for value in command.values]
    assert levels.count("command") == 45
    # Two of the declared parts have nobody in the extract: they look like any small group.
    assert levels.count("department") == 236


def test_tabulate_publishes_it_and_no_random_id_reaches_an_output(
    questionnaire: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--questionnaire", questionnaire, "--responses", ANSWERS, "--weight", "POSTWT"]
    arguments += ["--out", tmp_path / "out"]
    monkeypatch.setattr("sys.argv", ["candour", "tabulate", *map(str, arguments)])
    cli.main()
    (made,) = (tmp_path / "out").iterdir()
    release = folder.read(made, None)
    assert release.manifest.weight == "POSTWT"
    government = release.estimate_by_key["force", "Q69"]
    assert (government.base, government.positive) == (101_881, 69)
    assert release.group_by_id["command=AMZZ"].status == "c"  # nobody is there
    with gzip.open(ANSWERS, "rt") as file:
        ids = {line.partition(",")[0] for line in file}
    assert len(ids) == 101_882
    outputs = [path.read_text(errors="replace") for path in made.iterdir()]
    outputs += [*map(str, made.parent.rglob("*")), *capsys.readouterr()]
    words = {word for text in outputs for word in re.findall(r"\w+", text)}
    assert len(words) > 1000
    assert not ids & words
