"""What a password may be: no rule about kinds of letters, and nothing that is tried first."""

from __future__ import annotations

import pytest

from survey.errors import SettingsError
from survey.manage import passwords

WORDS = ("kim.example", "response-north", "Response North", "Northshire")


def refusal(password: str) -> str:
    """What is said of a password; nothing where it may be."""
    try:
        passwords.expect(password, WORDS)
    except SettingsError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "password",
    [
        "a quiet night shift",
        "correct-horse-battery",
        "kettle ladder moth",
        "ДлинныйПарольИзСлов",
        "x7#qK2!vLp9z",
        "839204756118",
        "w" + "ordless harbour in march " * 40,
    ],
)
def test_long_ones_of_any_kind_are_taken(password: str) -> None:
    assert refusal(password) == ""


@pytest.mark.parametrize("password", ["short", "eleven char", ""])
def test_short_ones_are_refused(password: str) -> None:
    assert "12 characters or more" in refusal(password)


def test_no_password_is_longer_than_a_form_takes() -> None:
    assert "1,024 characters at most" in refusal("quiet night " * 100)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2026!",
        "Liverpool2026!!",
        "iloveyou-forever!",
        "manchesterunited",
        "international",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "123456789012",
        "qwertyuiop12",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
        "tripletriple",
        "summer.summer.summer.",
    ],
)
def test_what_is_tried_first_is_refused_however_it_is_written(password: str) -> None:
    assert "tried first" in refusal(password)


@pytest.mark.parametrize(
    "password",
    ["candour-hr-n0rthsh1re", "Kim Example zebra", "response north 7 zebra", "RESPONSENORTH!xq!7z"],
)
def test_words_that_everybody_here_knows_do_not_count(password: str) -> None:
    assert "until 12 are left" in refusal(password)
    assert refusal(f"{password} kettle ladder") == ""


def test_without_words_of_the_force_the_same_would_be_taken() -> None:
    passwords.expect("Kim Example zebra")


def test_the_list_is_of_tens_of_thousands_and_says_where_it_is_from() -> None:
    assert len(passwords._common()) > 50_000
    assert not [one for one in passwords._common() if one.startswith("#")]


def test_without_the_list_they_would_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_common", frozenset)
    assert refusal("P@ssw0rd2026!") == ""


def test_first_passwords_are_random_and_may_be_passwords() -> None:
    made = {passwords.first() for _ in range(200)}
    assert len(made) == 200
    assert all(len(one) == 23 and refusal(one) == "" for one in made)
