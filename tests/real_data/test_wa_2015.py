"""WA 2015: a raw file with all its dirt: reversed 7-point scales, don't-knows, blanks, ticks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from real_surveys import DATA, WA_DIRT, needs_data, wa

from analysis import responses
from analysis.errors import DataError
from analysis.moments import moments
from analysis.polarity import Polarity
from analysis.publish import Figures, exact
from analysis.publish.reliability import polarity_warnings
from survey.questionnaire.codebook import codebook
from survey.questionnaire.layout import layout
from survey.questionnaire.loader import load
from survey.tabulate import Asked, made_of

pytestmark = [pytest.mark.real_data, needs_data]
ANSWERS = DATA / "wa_eps2015_raw.csv.gz"

# As the data's README gives them: with don't-knows in the denominator, and without.
PUBLISHED = {
    "A1a": (85.97, 85.97),
    "A2h": (80.04, 80.16),
    "B3c": (73.25, 77.94),
    "C1c": (64.21, 69.16),
}


def figures(path: Path) -> Figures:
    asked = load(path)
    book = codebook(asked)
    return exact(book, asked.plan, responses.read(ANSWERS, book, layout(asked)))


@pytest.mark.parametrize("denominator", ["all", "valid"])
def test_percent_positive_is_the_published_one(denominator: str, tmp_path: Path) -> None:
    found = figures(wa(tmp_path / "wa.yaml", denominator=denominator))
    for item, (with_dont_know, without) in PUBLISHED.items():
        figure = found.at("force", item)
        assert figure is not None
        expected = with_dont_know if denominator == "all" else without
        assert abs(100 * figure.positive - expected) <= 0.01


def test_base_of_a_question_with_several_answers_is_who_ticked_any(tmp_path: Path) -> None:
    found = figures(wa(tmp_path / "wa.yaml"))
    reasons = [f"C6ai_any-C6a{n}" for n in ("i", "ii", "v", "xi")]
    bases = {figure.people for one in reasons if (figure := found.at("force", one))}
    assert len(bases) == 1
    (base,) = bases
    ticked = found.at("force", "C6ai_any-C6ai")
    assert ticked is not None
    assert round(ticked.positive * base) == 600


def test_each_dirty_text_is_an_error_that_names_file_row_column_and_value(tmp_path: Path) -> None:
    asked = load(wa(tmp_path / "wa.yaml", dirt=[]))
    with pytest.raises(DataError) as caught:
        responses.read(ANSWERS, codebook(asked), layout(asked))
    sentences = str(caught.value).splitlines()
    assert len(sentences) == len(WA_DIRT)
    for dirt in WA_DIRT:
        assert any(f"column D1: {dirt!r} is not an answer" in one for one in sentences)
    assert all(one.startswith(f"{ANSWERS}, row ") for one in sentences)


def test_a_text_that_is_listed_as_missing_is_no_answer(tmp_path: Path) -> None:
    asked = load(wa(tmp_path / "wa.yaml"))
    gender = responses.read(ANSWERS, codebook(asked), layout(asked)).variables["D1"]
    assert [(gender == position).sum() for position in (0, 1, -1)] == [3_203, 8_089, 107 + 6]


def test_statements_that_are_read_the_wrong_way_round_are_noticed(tmp_path: Path) -> None:
    path = wa(tmp_path / "wa.yaml")
    asked = load(path)
    book = codebook(asked)
    together = moments(book, responses.read(ANSWERS, book, layout(asked)))
    # Whether one was bullied, then how likely one is to leave.
    with pytest.raises(DataError, match=r"Item C6 .*have you been subjected to repeated bullying"):
        polarity_warnings(book, together, {})
    with pytest.raises(DataError, match=r"Item A4 .*likely that you will leave"):
        polarity_warnings(book, together, {"C6": "kept"})
    assert len(polarity_warnings(book, together, {"C6": "kept", "A4": "kept"})) == 2


@pytest.mark.slow
def test_tabulate_publishes_it(tmp_path: Path) -> None:
    path = wa(tmp_path / "wa.yaml")
    # Both are read here with "yes" and "soon" as the good answers: the file's key has them first.
    polarity: Polarity = {"A4": "kept", "C6": "kept"}
    asked = Asked(path, ANSWERS, None, None, "wa2015", date(2015, 6, 30), polarity=polarity)
    release = made_of(asked).release
    assert release.estimate_by_key["force", "A1a"].positive == 86
    assert release.estimate_by_key["force", "B3c"].positive == 78
