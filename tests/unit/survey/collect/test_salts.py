"""A wave's salt says itself that it is whole: with a wrong byte every code would seem used."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from fixtures_tokens import check, half, key_of, redeem, used
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from plain_forms import checked, set_state
from sqlalchemy import update

from survey.close.closing import close_wave
from survey.collect import base64url, issuer, ready, salts, submit, tokens
from survey.errors import CodeError, SaltError, UncheckedSaltError, WaveStateError
from survey.manage import waves
from survey.manage.tables import CodeRow

Damage = Callable[[Path], object]


def flip(path: Path, place: int = 5) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0x55
    path.write_bytes(content)


def of_another_wave(path: Path) -> None:
    salt = secrets.token_bytes(salts.SALT_BYTES)
    path.write_bytes(salt + salts._check(salt, "winter"))


def of_an_earlier_version(path: Path) -> None:
    """The salt alone, as it was kept before there was a check."""
    path.write_bytes(path.read_bytes()[: salts.SALT_BYTES])


DAMAGES: list[Damage] = [
    flip,
    lambda path: flip(path, -1),
    Path.unlink,
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(path.read_bytes()[:16]),
    lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    of_another_wave,
]


@pytest.fixture
def salt_file(live_wave: LiveWave) -> Path:
    return salts.path_of(live_wave.settings, "autumn")


@contextmanager
def damaged(path: Path, damage: Damage) -> Iterator[None]:
    """The file is damaged for a while, and then put back."""
    whole = path.read_bytes()
    damage(path)
    try:
        yield
    finally:
        path.write_bytes(whole)


def test_every_single_wrong_byte_is_found(live_wave: LiveWave, salt_file: Path) -> None:
    salt = salts.read(live_wave.settings, "autumn")
    assert len(salt_file.read_bytes()) == 64
    for place in range(64):
        with (
            damaged(salt_file, lambda path, at=place: flip(path, at)),  # type: ignore[misc]
            pytest.raises(SaltError, match=r"autumn\.salt, is damaged"),
        ):
            salts.read(live_wave.settings, "autumn")
    assert salts.read(live_wave.settings, "autumn") == salt
    of_an_earlier_version(salt_file)
    flip(salt_file)  # the control: it is the check that finds it
    assert salts.read(live_wave.settings, "autumn") not in {None, salt}


def test_a_check_that_was_cut_short_costs_nobody_the_salt(
    live_wave: LiveWave, salt_file: Path
) -> None:
    salt, whole = salts.read(live_wave.settings, "autumn"), salt_file.read_bytes()
    for length in range(65):
        salt_file.write_bytes(whole[:length])
        if length >= salts.SALT_BYTES:
            assert salts.read(live_wave.settings, "autumn") == salt
        else:
            with pytest.raises(SaltError):
                salts.read(live_wave.settings, "autumn")


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_code_is_called_unknown_or_spent_with_another_salt(
    live_wave: LiveWave, salt_file: Path, damage: Damage
) -> None:
    asked: list[Callable[[], object]] = [
        lambda: check(live_wave, 3),
        lambda: redeem(live_wave, 3),
        lambda: submit.check_code(live_wave.stores, live_wave.wave, live_wave.codes[3]),
        lambda: submit.submit(
            live_wave.stores, live_wave.wave, live_wave.codes[3], {}, submit.new_attempt()
        ),
        lambda: issuer.number_used(live_wave.stores, "autumn"),
    ]
    with damaged(salt_file, damage):
        for ask in asked:
            with pytest.raises(SaltError, match=r"autumn\.salt, is (damaged|missing)"):
                ask()
    assert used(live_wave) == 0
    redeem(live_wave, 3)
    assert used(live_wave) == 1


def test_what_a_salt_without_a_check_said_of_every_card(
    live_wave: LiveWave, salt_file: Path
) -> None:
    of_an_earlier_version(salt_file)
    redeem(live_wave, 3)
    assert issuer.number_used(live_wave.stores, "autumn") == 1
    flip(salt_file)
    with pytest.raises(CodeError):
        redeem(live_wave, 4)
    with live_wave.stores.issuer() as session:
        salt = salts.read(live_wave.settings, "autumn") or b""
        assert issuer.count_used(session, salt, "autumn") == len(live_wave.codes)
    with pytest.raises(UncheckedSaltError):  # so many cannot be believed of such a file
        issuer.number_used(live_wave.stores, "autumn")


def test_every_card_may_have_been_used(live_wave: LiveWave) -> None:
    submit.submit_many(live_wave.stores, live_wave.wave, [(code, {}) for code in live_wave.codes])
    assert issuer.number_used(live_wave.stores, "autumn") == len(live_wave.codes)


def test_a_whole_salt_without_a_check_is_not_called_damaged(
    live_wave: LiveWave, salt_file: Path
) -> None:
    """When every card was used nobody can tell, and that is what is said; one that has a check
    and is damaged is called so."""
    submit.submit_many(live_wave.stores, live_wave.wave, [(code, {}) for code in live_wave.codes])
    with damaged(salt_file, flip), pytest.raises(SaltError, match="is damaged or another wave's"):
        issuer.number_used(live_wave.stores, "autumn")
    of_an_earlier_version(salt_file)
    with pytest.raises(UncheckedSaltError) as refused:
        close_wave(live_wave.stores, "autumn", date(2026, 9, 30))
    said = str(refused.value)
    assert "does not say itself whether it is whole" in said
    assert "no card can be used" not in said
    assert "candour wave close autumn --uncounted" in said
    told = close_wave(live_wave.stores, "autumn", date(2026, 9, 30), uncounted=True)
    assert len(told.receipts) == len(live_wave.codes)
    assert told.redeemed is None


def test_whoever_answers_is_told_to_try_again_and_nothing_of_the_server(
    live_wave: LiveWave, client: FlaskClient, salt_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    form = checked(client, live_wave.codes[0])
    key, content = key_of(live_wave, 1), tokens.to_check("autumn")
    sent = {
        "half": base64url.write(half(live_wave, 1)),
        "proof": base64url.write(key.sign(content)),
    }
    with damaged(salt_file, flip), caplog.at_level(logging.ERROR, "candour"):
        page = client.post("/survey/autumn/send", data=form)
        asked = client.post("/issue/autumn/check", json=sent)
    assert (page.status_code, asked.status_code) == (503, 500)
    assert "sending twice counts once" in page.text
    for said in (page.text, asked.text):
        assert "salt" not in said.lower()
        assert "cannot be used" not in said, "the card is good"
    assert [one.getMessage() for one in caplog.records] == [
        "SaltError",
        "/issue/<wave_id>/check: SaltError",
    ]
    assert client.post("/survey/autumn/send", data=form).status_code == 200
    assert client.post("/issue/autumn/check", json=sent).json == {"usable": True}


def test_after_the_closing_a_salt_is_not_missed(live_wave: LiveWave) -> None:
    close_wave(live_wave.stores, "autumn", live_wave.wave.opened)  # type: ignore[arg-type]
    for ask in (check, redeem):
        with pytest.raises(WaveStateError, match="no answers now"):
            ask(live_wave, 3)


@pytest.fixture
def draft(live_wave: LiveWave) -> LiveWave:
    """The same wave as a draft with its cards."""
    set_state(live_wave, "draft")
    return live_wave


@pytest.mark.parametrize("damage", DAMAGES)
def test_spare_codes_are_not_imported_with_another_salt(
    draft: LiveWave, salt_file: Path, damage: Damage
) -> None:
    spare = [secrets.token_bytes(32)]
    with damaged(salt_file, damage):
        before = salt_file.read_bytes() if salt_file.exists() else None
        with pytest.raises(SaltError):
            issuer.import_codes(draft.stores, "autumn", spare)
        assert (salt_file.read_bytes() if salt_file.exists() else None) == before, "none is made"
    assert issuer.import_codes(draft.stores, "autumn", spare) == len(draft.codes) + 1
    assert ready.has_salt(draft.stores, waves.get(draft.stores, "autumn"))


def test_a_whole_salt_that_is_not_the_codes_own_takes_no_spare_codes_and_opens_nothing(
    draft: LiveWave, salt_file: Path
) -> None:
    salt_file.unlink()
    salts.make(draft.settings, "autumn")  # as an import did when the file was missing
    with pytest.raises(SaltError):
        issuer.import_codes(draft.stores, "autumn", [secrets.token_bytes(32)])
    assert not ready.has_salt(draft.stores, draft.wave)


def test_one_code_of_another_salt_keeps_a_draft_from_opening(draft: LiveWave) -> None:
    with draft.stores.issuer() as session:
        last = max(session.query(CodeRow.hash).all())[0]
        session.execute(update(CodeRow).where(CodeRow.hash == last).values(mark=bytes(32)))
    with pytest.raises(WaveStateError, match=r"autumn\.salt is missing or damaged"):
        ready.expect_whole(draft.stores, draft.wave)
