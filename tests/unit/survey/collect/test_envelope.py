"""Sealing: every answer has one size, and opens as nothing but an answer to its wave."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from fixtures_tokens import seal
from fixtures_wave import LiveWave
from hypothesis import HealthCheck, find, given, settings
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


FIELDS = QUESTIONNAIRE.stored_codes
CODES = sorted({code for offered in FIELDS.values() for code in offered})
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.text(max_size=3), inside),
    max_leaves=3,
)
sent = st.dictionaries(
    st.sampled_from(sorted(FIELDS)) | st.text(max_size=3), st.sampled_from(CODES) | anything
)


def is_plainly_allowed(given: dict[str, Any]) -> bool:
    return all(code in FIELDS.get(field, ()) for field, code in given.items())


@given(answers | sent)
def test_what_is_allowed_is_what_every_field_offers(given: dict[str, Any]) -> None:
    assert envelope.is_allowed(QUESTIONNAIRE, given) == is_plainly_allowed(given)


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({}, True),
        ({"ethnicity": "white"}, True),
        ({"ethnicity": ["white"]}, False),
        ({"ethnicity": {"white": "white"}}, False),
        ({"ethnicity": None}, False),
        ({"ethnicity": "agree"}, False),
        ({"ethnicity": "white", "else": "white"}, False),
    ],
)
def test_an_answer_is_allowed_by_its_own_field_alone(given: dict[str, Any], allowed: bool) -> None:
    assert envelope.is_allowed(QUESTIONNAIRE, given) is is_plainly_allowed(given) is allowed


def test_codes_of_other_fields_that_were_allowed_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every = frozenset(product(FIELDS, CODES))
    monkeypatch.setattr(envelope, "_allowed", lambda _questionnaire: every)

    def differs(given: dict[str, Any]) -> bool:
        return envelope.is_allowed(QUESTIONNAIRE, given) != is_plainly_allowed(given)

    assert envelope.is_allowed(QUESTIONNAIRE, find(sent, differs))


packed = st.builds(envelope.pack, st.just(QUESTIONNAIRE), answers)
near_json = st.builds(
    lambda value, after, encoding: (json.dumps(value) + after).encode(encoding),
    sent | anything,
    st.sampled_from(["", " ", "  \n", " x", "}", "{}", " \0"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-32", "ascii"]),
)
TRICKY = (
    *(b"", b"{}", b'{"a"', b'{"a": NaN} ', b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}  '),
    *(b'{"a": 1, "a": 2}   ', b'{"a": 1}  \t', b'{"a": 1} \xc2\xa0', b'{"' + b"\0" * 4),
)


def read(reader: Callable[[bytes], Any], content: bytes) -> str:
    try:
        return repr(reader(content))
    except ValueError:
        return "no JSON"


@given(packed | near_json | st.binary() | st.sampled_from(TRICKY))
def test_what_is_unpacked_is_what_json_reads(content: bytes) -> None:
    assert read(envelope.unpack, content) == read(json.loads, content)


@pytest.mark.parametrize("content", TRICKY)
def test_what_is_no_packed_answer_is_read_as_json_too(content: bytes) -> None:
    assert read(envelope.unpack, content) == read(json.loads, content)


def test_a_reader_that_leaves_out_what_follows_is_noticed() -> None:
    def careless(content: bytes) -> Any:
        return json.JSONDecoder().raw_decode(content.decode())[0]

    content = b'{"a": "b"} and more'
    assert read(careless, content) != read(json.loads, content) == "no JSON"


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
