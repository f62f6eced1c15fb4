"""Sealing: every answer has one size, and opens as nothing but an answer to its wave."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from fixtures_tokens import seal
from fixtures_wave import LiveWave
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.collect import envelope
from survey.questionnaire import loader

SMALL = Path(__file__).parents[3] / "questionnaires" / "small.yaml"
QUESTIONNAIRE = loader.load(SMALL)

answers = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from(codes) for name, codes in QUESTIONNAIRE.stored_codes.items()},
)


SUITES = [envelope.X25519, envelope.P256]


def sizes(packed: list[bytes]) -> set[int]:
    return {len(content) for content in packed}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(answers, min_size=1, max_size=20))
def test_every_answer_has_the_same_size(many: list[dict[str, str]]) -> None:
    packed = [envelope.pack(QUESTIONNAIRE, one) for one in many]
    assert sizes(packed) == {envelope.packed_size(QUESTIONNAIRE)}


def test_answers_that_were_not_padded_are_noticed() -> None:
    unpadded = [
        envelope.pack(QUESTIONNAIRE, one).rstrip() for one in ({}, {"fair_treatment": "agree"})
    ]
    assert len(sizes(unpadded)) == 2


def test_the_longest_answer_fits_and_sizes_come_in_steps() -> None:
    longest = {name: max(codes, key=len) for name, codes in QUESTIONNAIRE.stored_codes.items()}
    size = envelope.packed_size(QUESTIONNAIRE, envelope.P256)
    assert len(envelope.pack(QUESTIONNAIRE, longest, envelope.P256)) == size
    assert size % envelope.STEP == 0
    assert size - len(envelope.pack(QUESTIONNAIRE, longest).rstrip()) < envelope.STEP
    assert envelope.packed_size(QUESTIONNAIRE) == size + 33


@pytest.mark.parametrize(
    "wrong", [{"staff_number": "1"}, {"ethnicity": "indian"}, {"ethnicity": ""}]
)
def test_what_was_not_folded_is_never_sealed(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not folded"):
        envelope.pack(QUESTIONNAIRE, wrong)


ANSWERS = {"ethnicity": "white"}


def opened(live: LiveWave, sealed: bytes, wave: str = "autumn") -> object:
    key = {envelope.X25519: live.keys.unsealing, envelope.P256: live.keys.fallback}[sealed[0]]
    assert key
    suite = envelope.SUITES[sealed[0]]
    return json.loads(suite.decrypt(sealed[1:], key, envelope.info(wave)))


@pytest.mark.parametrize("suite", SUITES)
def test_sealed_answer_opens_with_its_suites_key(opened_once: LiveWave, suite: int) -> None:
    assert opened(opened_once, seal(opened_once, suite, **ANSWERS)) == ANSWERS


def test_sealed_answers_of_both_suites_have_the_announced_size(opened_once: LiveWave) -> None:
    sealed = [seal(opened_once, suite, **ANSWERS) for suite in SUITES]
    assert {len(row) for row in sealed} == {envelope.sealed_size(QUESTIONNAIRE)}
    assert all(envelope.fits(row, QUESTIONNAIRE) for row in sealed)


def test_suites_that_were_not_evened_out_are_noticed(
    opened_once: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope, "packed_size", lambda _questionnaire, _suite: 256)
    assert len({len(seal(opened_once, suite, **ANSWERS)) for suite in SUITES}) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: row[:-1],
        lambda row: row + b"0",
        lambda row: b"",
        lambda row: b"\0" + row[1:],
        lambda row: b"\3" + row[1:],
    ],
)
def test_what_has_not_size_or_suite_does_not_fit(
    opened_once: LiveWave, spoil: Callable[[bytes], bytes]
) -> None:
    assert not envelope.fits(spoil(seal(opened_once, **ANSWERS)), QUESTIONNAIRE)


@pytest.mark.parametrize("suite", SUITES)
def test_sealed_answer_opens_in_no_other_wave(opened_once: LiveWave, suite: int) -> None:
    with pytest.raises(InvalidTag):
        opened(opened_once, seal(opened_once, suite, **ANSWERS), "spring")


def test_the_same_answer_is_sealed_differently_each_time(opened_once: LiveWave) -> None:
    assert seal(opened_once, **ANSWERS) != seal(opened_once, **ANSWERS)


def test_receipt_of_known_bytes_stays_the_same() -> None:
    assert envelope.receipt(b"sealed", "autumn-2026") == RECEIPT


RECEIPT = "FZK4-MHS5-YBDX-XBM5"
