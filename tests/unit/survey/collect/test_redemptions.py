"""Records of redemptions: whole for the auditor, noise to everybody else, and never changed."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from fixtures_tokens import any_blinded, half, key_of, redeem
from fixtures_wave import LiveWave
from sqlalchemy import delete, select

from survey.close import keys as release_keys
from survey.close import redemptions as records
from survey.close.closing import close_wave
from survey.close.redemptions import Opened
from survey.collect import issuer, redemptions, salts, submit, tokens
from survey.collect.envelope import SUITES, X25519
from survey.collect.redemptions import SEALED_BYTES, UNUSED, Redemption
from survey.errors import CodeError, DataError, SettingsError, WaveStateError
from survey.manage import waves
from survey.manage.tables import CodeRow

CLOSED = date(2026, 9, 30)


def stored(live: LiveWave) -> dict[bytes, bytes]:
    """Hash of a code -> its sealed record."""
    with live.stores.issuer() as session:
        return {row.hash: row.record for row in session.scalars(select(CodeRow))}


def hash_of(live: LiveWave, number: int) -> bytes:
    salt = salts.read(live.settings, "autumn")
    assert salt
    return issuer._digest(salt, half(live, number))


def opened(live: LiveWave, sealed: bytes) -> bytes:
    info = redemptions.info("autumn")
    return SUITES[X25519].decrypt(sealed, live.keys.unsealing, info)


def closed(live: LiveWave) -> Opened:
    close_wave(live.stores, "autumn", CLOSED)
    return records.open_records(live.stores, "autumn", live.keys)


def test_every_code_has_a_record_of_one_size_from_its_import_on(live_wave: LiveWave) -> None:
    before = stored(live_wave)
    assert {len(record) for record in before.values()} == {SEALED_BYTES}
    assert len(set(before.values())) == len(before) == 60
    assert {opened(live_wave, record) for record in before.values()} == {UNUSED}


def test_redeeming_keeps_half_blinded_token_and_proof_for_the_auditor(live_wave: LiveWave) -> None:
    before, blinded = stored(live_wave), any_blinded()
    redeem(live_wave, 4, blinded)
    after = stored(live_wave)
    mine = hash_of(live_wave, 4)
    assert {h for h in after if after[h] != before[h]} == {mine}
    found = redemptions.parse(opened(live_wave, after[mine]))
    assert (found.half, found.blinded) == (half(live_wave, 4), blinded)
    assert tokens.proves(found.half, found.proof, tokens.to_redeem("autumn", blinded))


def test_redeeming_again_changes_no_record(live_wave: LiveWave) -> None:
    blinded = any_blinded()
    redeem(live_wave, 0, blinded)
    kept = stored(live_wave)
    redeem(live_wave, 0, blinded)
    with pytest.raises(CodeError):
        redeem(live_wave)
    assert stored(live_wave) == kept


def test_what_is_no_redemption_has_the_size_of_one() -> None:
    for parts in ((b"", b"", b""), (bytes(32), b"\xff" * 385, bytes(64)), (b"", b"", bytes(4000))):
        assert len(Redemption(*parts).record) == redemptions.RECORD_BYTES


def test_a_record_opens_with_the_officers_key_and_in_its_own_wave_alone(
    live_wave: LiveWave,
) -> None:
    record = next(iter(stored(live_wave).values()))
    key, info = live_wave.keys.unsealing, redemptions.info
    SUITES[X25519].decrypt(record, key, info("autumn"))
    for key_, info_ in (
        (release_keys.new().unsealing, info("autumn")),
        (key, info("winter")),
        (key, b"candour/1/autumn"),
    ):
        with pytest.raises(InvalidTag):
            SUITES[X25519].decrypt(record, key_, info_)


def told_apart(live: LiveWave) -> int:
    """How many unused records are no points of X25519: their highest bit is set."""
    return sum(record[31] >> 7 for record in stored(live).values())


def test_unused_records_are_sealings_and_not_mere_noise(live_wave: LiveWave) -> None:
    for number in range(20):
        redeem(live_wave, number)
    assert told_apart(live_wave) == 0


def test_records_filled_with_mere_noise_are_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live_wave.stores.issuer() as session:
        session.execute(delete(CodeRow))
        waves.find(session, "autumn").state = "draft"
    monkeypatch.setattr(redemptions, "seal", lambda *_: secrets.token_bytes(SEALED_BYTES))
    issuer.import_codes(live_wave.stores, "autumn", [half(live_wave, n) for n in range(60)])
    assert told_apart(live_wave) > 0


def places(live: LiveWave) -> dict[bytes, tuple[int, int]]:
    """Where a code's hash and its record lie in the issuer's file."""
    content = (live.settings.home / "issuer.db").read_bytes()
    return {h: (content.find(h), content.find(record)) for h, record in stored(live).items()}


def test_redeeming_moves_no_row_in_the_file(live_wave: LiveWave) -> None:
    before = places(live_wave)
    for number in (17, 3, 59, 31):
        redeem(live_wave, number)
    assert places(live_wave) == before


def test_a_record_of_another_size_would_move_its_row(live_wave: LiveWave) -> None:
    before = places(live_wave)
    with closing(sqlite3.connect(live_wave.settings.home / "issuer.db")) as database, database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute(
            "UPDATE code SET record = zeroblob(900) WHERE hash = ?", (hash_of(live_wave, 17),)
        )
    assert places(live_wave) != before


def test_redemptions_are_opened_after_closing_whatever_way_they_came(live_wave: LiveWave) -> None:
    for number in range(3):
        redeem(live_wave, number)
    submit.submit(live_wave.stores, live_wave.wave, live_wave.codes[3], {}, submit.new_attempt())
    rest = [(code, {}) for code in live_wave.codes[4:9]]
    submit.submit_many(live_wave.stores, live_wave.wave, rest)
    found = closed(live_wave)
    assert (len(found.redeemed), found.codes, found.spoilt) == (9, 60, 0)
    assert {one.half for one in found.redeemed} == {half(live_wave, n) for n in range(9)}
    for one in found.redeemed:
        assert tokens.proves(one.half, one.proof, tokens.to_redeem("autumn", one.blinded))


def spoil(live: LiveWave, content: bytes, count: int) -> None:
    with live.stores.issuer() as session:
        for row in list(session.scalars(select(CodeRow)))[:count]:
            row.record = content


def test_records_that_do_not_open_are_counted(live_wave: LiveWave) -> None:
    submit.submit_many(live_wave.stores, live_wave.wave, [(code, {}) for code in live_wave.codes])
    spoil(live_wave, secrets.token_bytes(SEALED_BYTES), 2)
    found = closed(live_wave)
    assert (len(found.redeemed), found.codes, found.spoilt) == (58, 60, 2)


def test_points_that_seal_nothing_are_counted_too(live_wave: LiveWave) -> None:
    spoil(live_wave, bytes(SEALED_BYTES), 1)
    assert closed(live_wave).spoilt == 1


@pytest.mark.parametrize("state", ["draft", "open", "closing", "destroyed"])
def test_redemptions_of_another_state_stay_sealed(live_wave: LiveWave, state: str) -> None:
    with live_wave.stores.issuer() as session:
        waves.find(session, "autumn").state = state
    with pytest.raises(WaveStateError, match=f"is {state}; redemptions are opened after"):
        records.open_records(live_wave.stores, "autumn", live_wave.keys)


def test_keys_of_others_and_missing_records_are_one_sentence(live_wave: LiveWave) -> None:
    closed(live_wave)
    with pytest.raises(SettingsError, match="not the key of wave autumn"):
        records.open_records(live_wave.stores, "autumn", release_keys.new())
    with live_wave.stores.issuer() as session:
        session.execute(delete(CodeRow))
    with pytest.raises(WaveStateError, match="kept no records"):
        records.open_records(live_wave.stores, "autumn", live_wave.keys)


# The auditor's file


def redeemed(live: LiveWave, numbers: range) -> list[Redemption]:
    found = []
    for number in numbers:
        blinded = any_blinded()
        proof = key_of(live, number).sign(tokens.to_redeem("autumn", blinded))
        found.append(Redemption(half(live, number), blinded, proof))
    return found


def test_the_auditors_file_is_sorted_by_the_public_list_and_reads_back(
    live_wave: LiveWave, tmp_path: Path
) -> None:
    found = redeemed(live_wave, range(20))
    text = redemptions.as_text("autumn", found)
    assert redemptions.as_text("autumn", found[::-1]) == text
    (tmp_path / "proofs.txt").write_text(text)
    read = redemptions.read(tmp_path / "proofs.txt", "autumn")
    assert set(read) == set(found)
    assert [one.listed for one in read] == sorted(one.listed for one in found)


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (lambda text: text.replace("autumn", "winter"), ":1"),
        (lambda text: "", ":1"),
        (lambda text: text[:-3], ":4"),
        (lambda text: text.replace("\n", "\nzz", 1), ":2"),
        (lambda text: text + "1 2 3 4\n", ":5"),
        (lambda text: text + "\n", ":5"),
        (lambda text: text + "é\n", ":5"),
    ],
)
def test_a_damaged_file_is_one_sentence_that_names_the_line(
    live_wave: LiveWave, tmp_path: Path, damage: Callable[[str], str], place: str
) -> None:
    path = tmp_path / "proofs.txt"
    path.write_text(damage(redemptions.as_text("autumn", redeemed(live_wave, range(3)))))
    with pytest.raises(DataError, match=f"proofs.txt{place}: "):
        redemptions.read(path, "autumn")
