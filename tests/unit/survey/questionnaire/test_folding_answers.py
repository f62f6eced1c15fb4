"""What a page sends is folded before it is sealed; what was opened becomes arrays."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.errors import DataError
from survey import resources
from survey.collect import envelope
from survey.questionnaire.answers import AnswersRefused, fold, microdata
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load, parse
from survey.questionnaire.model import PREFER_NOT_TO_SAY

TINY = load(Path(__file__).parents[3] / "questionnaires" / "tiny.yaml")


def test_demographics_are_folded_to_their_published_category() -> None:
    stored = fold(TINY, {"ethnicity": ["roma"], "unit": ["north-b"], "fair": ["3"]})
    assert stored == {"fair": "3", "unit": "north-b", "ethnicity": "white"}


def test_no_option_that_was_folded_reaches_the_stored_row() -> None:
    for option in ("irish", "roma"):
        assert option not in fold(TINY, {"ethnicity": [option]}).values()


def test_a_skipped_or_withheld_demographic_is_absent_and_a_withheld_statement_is_kept() -> None:
    form = {
        "ethnicity": [PREFER_NOT_TO_SAY],
        "unit": [""],
        "fair": [PREFER_NOT_TO_SAY],
        "ignored": [],
    }
    assert fold(TINY, form) == {"fair": PREFER_NOT_TO_SAY}


def test_a_multiple_answer_becomes_one_answer_per_option() -> None:
    assert fold(TINY, {"reasons": ["people", "work"]}) == {
        "reasons-work": "yes",
        "reasons-people": "yes",
        "reasons-none": "no",
    }
    assert set(fold(TINY, {"reasons": [PREFER_NOT_TO_SAY]}).values()) == {PREFER_NOT_TO_SAY}
    assert fold(TINY, {"reasons": []}) == {}


@pytest.mark.parametrize(
    "form",
    [
        {"nobody-asked": ["1"]},
        {"fair": ["7"]},
        {"fair": ["1", "2"]},
        {"ethnicity": ["martian"]},
        {"ethnicity": ["white"]},  # a category is not an option that the page offers
        {"reasons": ["none", "work"]},
        {"reasons": [PREFER_NOT_TO_SAY, "work"]},
        {"reasons-work": ["yes"]},
        {"unit": ["north"]},
    ],
)
def test_what_the_page_does_not_offer_is_refused(form: dict[str, list[str]]) -> None:
    with pytest.raises(AnswersRefused):
        fold(TINY, form)


def test_a_refusal_names_the_question_but_never_what_was_sent() -> None:
    with pytest.raises(AnswersRefused) as caught:
        fold(TINY, {"fair": ["<script>"]})
    assert caught.value.field == "fair"
    assert "script" not in str(caught.value)


def test_stored_rows_become_positions_in_the_codebook() -> None:
    book = codebook(TINY)
    rows = [
        fold(TINY, {"fair": ["3"], "ethnicity": ["asian"]}),
        {},
        {"fair": "dk", "unit": "south-a"},
    ]
    data = microdata(book, rows)
    assert data.items["fair"].tolist() == [2, -1, 3]
    assert data.variables["ethnicity"].tolist() == [1, -1, -1]
    assert data.variables["unit"].tolist() == [-1, -1, 2]
    data.check(book)


def test_opened_rows_that_do_not_fit_are_refused() -> None:
    for row in ({"fair": "9"}, {"rank": "1"}):
        with pytest.raises(DataError):
            microdata(codebook(TINY), [row])


def test_polarity_is_applied_once_in_the_codebook() -> None:
    book = codebook(TINY)
    by_code = {c.code: (c.reading, c.score) for c in book.item_by_id["ignored"].categories}
    assert by_code["1"] == ("positive", 100.0)
    assert by_code["3"] == ("negative", 0.0)
    assert by_code["dk"] == (None, None)
    assert book.item_by_id["fair"].categories[0].reading == "negative"


def test_item_fingerprints_change_with_wording_and_polarity_but_not_with_a_translation() -> None:
    source = TINY.source
    item = codebook(TINY).item_by_id["fair"].fingerprint
    reworded = parse(source.replace("I am treated fairly.", "I am treated well."), "q")
    retranslated = parse(source.replace("fy nhrin yn deg", "fy nhrin yn dda"), "q")
    assert codebook(reworded).item_by_id["fair"].fingerprint != item
    assert codebook(retranslated).item_by_id["fair"].fingerprint == item
    straight = parse(source.replace("reversed: 'true'", "reversed: 'false'"), "q")
    assert straight != TINY
    before, after = (codebook(q).item_by_id["ignored"].fingerprint for q in (TINY, straight))
    assert before != after


def test_only_what_the_table_plan_publishes_is_in_the_codebook_of_variables() -> None:
    book = codebook(TINY)
    used = {breakdown.variable for breakdown in TINY.plan.breakdowns}
    assert set(book.variable_by_id) == used
    assert book.variable_by_id["ethnicity"].codes == ("white", "asian", "black")


def test_stored_codes_bound_every_folded_answer() -> None:
    form = {q.id: [q.codes[0]] for q in TINY.questions}
    for field, code in fold(TINY, form).items():
        assert code in TINY.stored_codes[field]


def test_every_folded_row_fits_the_one_size_of_its_envelope() -> None:
    longest = {
        question.id: [max(question.codes, key=len)] if question.kind != "multiple" else ["work"]
        for question in TINY.questions
    }
    sizes = {len(envelope.pack(TINY, fold(TINY, form))) for form in (longest, {})}
    assert sizes == {envelope.packed_size(TINY)}


def test_a_declared_outcome_comes_with_the_codebook() -> None:
    culture = load(resources.QUESTIONNAIRES / "culture.yaml")
    assert codebook(culture).outcome == culture.outcome == "retention"
