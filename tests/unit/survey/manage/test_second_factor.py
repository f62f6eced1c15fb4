"""Codes of an app: the numbers of RFC 6238, and a key that only its server opens for its person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from survey.manage import second_factor
from survey.manage.second_factor import CHOOSING_SECONDS, SECONDS

KEY = b"12345678901234567890"
NOW = datetime(2026, 9, 1, 12, 0, 10, tzinfo=UTC)

OF_THE_RFC = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
"""Appendix B, SHA-1, in 8 digits: a code of 6 is the end of one of 8."""


@pytest.mark.parametrize(("seconds", "eight"), OF_THE_RFC.items())
def test_codes_are_those_of_the_rfc(seconds: int, eight: str) -> None:
    assert second_factor.code_at(KEY, seconds) == eight[2:]
    assert second_factor.code_at(KEY[::-1], seconds) != eight[2:]


def test_a_code_is_taken_in_its_step_and_the_next_and_in_no_other() -> None:
    seconds = int(NOW.timestamp())
    code = second_factor.code_at(KEY, seconds)
    steps = [second_factor.step_of(KEY, code, NOW + timedelta(seconds=n * SECONDS)) for n in (0, 1)]
    assert steps == [seconds // SECONDS] * 2
    for later in (-SECONDS, 2 * SECONDS):
        assert second_factor.step_of(KEY, code, NOW + timedelta(seconds=later)) is None
    assert second_factor.step_of(KEY, f"{code[:3]} {code[3:]}", NOW) == steps[0]
    for wrong in ("", "000000", code[:5], code + "0", "１２３４５６", "\x00"):
        assert second_factor.step_of(KEY, wrong, NOW) is None


def test_a_sealed_key_opens_for_its_server_and_its_person_alone() -> None:
    key = second_factor.new_key()
    sealed = second_factor.seal("secret", "kim", key)
    assert second_factor.unseal("secret", "kim", sealed) == key
    assert second_factor.unseal("another secret", "kim", sealed) is None
    assert second_factor.unseal("secret", "max", sealed) is None
    for rubbish in (sealed[:-2], sealed[1:], "", "ü", "\x00"):
        assert second_factor.unseal("secret", "kim", rubbish) is None


def test_a_key_that_was_shown_can_be_taken_for_a_quarter_of_an_hour() -> None:
    shown = second_factor.seal("secret", "kim", KEY, NOW)
    for seconds, found in ((0, KEY), (CHOOSING_SECONDS, KEY), (CHOOSING_SECONDS + 1, None)):
        at = NOW + timedelta(seconds=seconds)
        assert second_factor.unseal("secret", "kim", shown, at) == found


def test_an_app_is_told_who_it_is_for_and_how_codes_are_made() -> None:
    told = second_factor.address(KEY, "kim@force.example")
    assert told.startswith("otpauth://totp/Candour:kim%40force.example?")
    assert {"digits=6", "period=30", "algorithm=SHA1"} <= set(told.partition("?")[2].split("&"))
    typed = second_factor.spelled(KEY)
    assert typed == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    assert f"secret={typed.replace(' ', '')}" in told


def test_keys_are_random_and_as_long_as_the_hash() -> None:
    made = {second_factor.new_key() for _ in range(50)}
    assert len(made) == 50
    assert {len(one) for one in made} == {20}
