"""FEVS 2018: weights, 45 agencies as commands, their parts as departments, minority by tenure."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np
import pytest
from real_surveys import DATA, fevs, needs_data

from analysis import responses
from analysis.publish import Figures, exact
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
def figures(questionnaire: Path) -> Figures:
    asked = load(questionnaire)
    book = codebook(asked)
    microdata = responses.read(ANSWERS, book, layout(asked), "POSTWT")
    assert microdata.weights is not None
    assert np.isclose(microdata.weights.sum(), 255_172.56, atol=0.005)
    return exact(book, asked.plan, microdata)


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
