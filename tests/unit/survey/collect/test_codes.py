"""Access codes: what a person types is caught when wrong, and only its public half leaves."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.collect import codes
from survey.errors import MistypedCode

RAW = bytes(range(10))
CODE = "000G-40R4-0M30-E209-76AN"
raw_bytes = st.binary(min_size=10, max_size=10)


def symbols(code: str) -> list[str]:
    return list(code.replace("-", ""))


def is_caught(typed: list[str]) -> bool:
    try:
        codes.parse("".join(typed))
    except MistypedCode:
        return True
    return False


@given(raw_bytes)
def test_code_reads_back_as_its_bytes(raw: bytes) -> None:
    assert codes.parse(codes.write(raw)) == raw


def test_code_of_known_bytes_stays_the_same() -> None:
    assert codes.write(RAW) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " - "),
        CODE.replace("0", "O"),
        CODE.replace("0", "o"),
        " " + CODE.replace("-", "\t") + "\n",
        CODE.replace("-", "–"),
    ],
)
def test_code_may_be_typed_carelessly(typed: str) -> None:
    assert codes.parse(typed) == RAW


def test_letters_that_look_like_one_are_read_as_one() -> None:
    raw = next(raw for raw in (bytes([n] * 10) for n in range(256)) if "1" in codes.write(raw))
    for letter in "ILil":
        assert codes.parse(codes.write(raw).replace("1", letter)) == raw


@pytest.mark.parametrize(
    "typed", ["", "1234", CODE + "0", CODE[:-1], CODE.replace("G", "U"), "é" * 20]
)
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(MistypedCode):
        codes.parse(typed)


def test_every_single_wrong_symbol_is_caught() -> None:
    typed = symbols(CODE)
    for place, wrong in product(range(20), codes.ALPHABET):
        if wrong != typed[place]:
            assert is_caught([*typed[:place], wrong, *typed[place + 1 :]])


@given(raw_bytes)
def test_every_swap_of_two_symbols_is_caught(raw: bytes) -> None:
    right = symbols(codes.write(raw))
    for one, other in combinations(range(20), 2):
        typed = right.copy()
        typed[one], typed[other] = right[other], right[one]
        assert typed == right or is_caught(typed)


def inverse(value: int) -> int:
    return next(other for other in range(1, 32) if codes.multiply(value, other) == 1)


def is_independent(columns: list[list[int]]) -> bool:
    """Gauss over GF(32): whether no sum of the columns, times anything, is zero."""
    rows = [list(row) for row in zip(*columns, strict=True)]
    for step in range(len(columns)):
        pivot = next((r for r in range(step, len(rows)) if rows[r][step]), None)
        if pivot is None:
            return False
        rows[step], rows[pivot] = rows[pivot], rows[step]
        scale = inverse(rows[step][step])
        for row in rows[step + 1 :]:
            factor = codes.multiply(row[step], scale)
            row[:] = [a ^ codes.multiply(factor, b) for a, b in zip(row, rows[step], strict=True)]
    return True


def catches_any_four(matrix: tuple[tuple[int, ...], ...]) -> bool:
    """Any four wrong symbols are caught when any four columns are independent."""
    columns = [list(column) for column in zip(*matrix, strict=True)]
    return all(is_independent(list(four)) for four in combinations(columns, 4))


def test_any_four_wrong_symbols_are_caught() -> None:
    assert catches_any_four(codes.CHECK_MATRIX)


def test_a_check_matrix_that_misses_a_swap_is_noticed() -> None:
    planted = tuple((row[1], *row[1:]) for row in codes.CHECK_MATRIX)
    assert not catches_any_four(planted)


def test_codes_are_different_and_in_no_order() -> None:
    made = codes.make(500)
    assert len(set(made)) == 500
    assert made != sorted(made)


def test_public_half_of_known_bytes_stays_the_same() -> None:
    assert codes.public_half(RAW, "autumn-2026").hex() == PUBLIC_HALF


def test_public_half_is_another_in_another_wave() -> None:
    assert codes.public_half(RAW, "spring-2027") != codes.public_half(RAW, "autumn-2026")


PUBLIC_HALF = "c663a8ae1d04a6204b10bc682248fcbe11cd8ec2b06479a4bfa5b03baa29e2d4"
