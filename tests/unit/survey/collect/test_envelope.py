"""Sealing: every answer has one size, and opens as nothing but an answer to its wave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.collect import envelope
from survey.questionnaire import loader
from survey.questionnaire.model import Questionnaire

SMALL = Path(__file__).parents[3] / "questionnaires" / "small.yaml"
QUESTIONNAIRE = loader.load(SMALL)

answers = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from(codes) for name, codes in QUESTIONNAIRE.stored_codes.items()},
)


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
    size = envelope.packed_size(QUESTIONNAIRE)
    assert len(envelope.pack(QUESTIONNAIRE, longest)) == size
    assert size % envelope.STEP == 0
    assert size - len(envelope.pack(QUESTIONNAIRE, longest).rstrip()) < envelope.STEP


@pytest.mark.parametrize(
    "wrong", [{"staff_number": "1"}, {"ethnicity": "indian"}, {"ethnicity": ""}]
)
def test_what_was_not_folded_is_never_sealed(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not folded"):
        envelope.pack(QUESTIONNAIRE, wrong)


def seal(questionnaire: Questionnaire, key: X25519PrivateKey, wave: str) -> bytes:
    content = envelope.pack(questionnaire, {"ethnicity": "white"})
    return envelope.seal(content, key.public_key().public_bytes_raw(), wave)


def test_sealed_answer_opens_with_the_key_and_has_the_announced_size() -> None:
    key = X25519PrivateKey.generate()
    sealed = seal(QUESTIONNAIRE, key, "autumn")
    assert len(sealed) == envelope.sealed_size(QUESTIONNAIRE)
    opened = envelope.SUITE.decrypt(sealed, key, envelope.info("autumn"))
    assert json.loads(opened) == {"ethnicity": "white"}


def test_sealed_answer_opens_in_no_other_wave() -> None:
    key = X25519PrivateKey.generate()
    with pytest.raises(InvalidTag):
        envelope.SUITE.decrypt(seal(QUESTIONNAIRE, key, "autumn"), key, envelope.info("spring"))


def test_the_same_answer_is_sealed_differently_each_time() -> None:
    key = X25519PrivateKey.generate()
    assert seal(QUESTIONNAIRE, key, "autumn") != seal(QUESTIONNAIRE, key, "autumn")


def test_receipt_of_known_bytes_stays_the_same() -> None:
    assert envelope.receipt(b"sealed", "autumn-2026") == RECEIPT


RECEIPT = "FZK4-MHS5-YBDX-XBM5"
