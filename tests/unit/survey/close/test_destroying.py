"""Destroying: after the Release no sealed answer and no key is left, and a signed note says so."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fixtures_wave import LiveWave, as_left, copied, open_live_wave
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey.close import destroying, keys, rewriting, shares
from survey.close.closing import close_wave
from survey.close.destroying import destroy
from survey.close.unsealing import unseal
from survey.collect import issuer, submit
from survey.errors import SettingsError, WaveStateError
from survey.manage import destructions, drafts, waves
from survey.manage.erasing import erase
from survey.manage.tables import ClosingRow, CodeRow, DestructionRow
from survey.results import store

CLOSED, GONE = date(2026, 9, 30), date(2026, 10, 20)
SMALL = Path(__file__).parents[3] / "questionnaires" / "small.yaml"


@pytest.fixture
def key_file(live_wave: LiveWave, tmp_path: Path) -> Path:
    path = tmp_path / "officers" / "release.key"
    path.parent.mkdir()
    path.write_text(keys.as_json(live_wave.keys))
    return path


@pytest.fixture(scope="module")
def released_once(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    live = copied(opened_once, tmp_path_factory.mktemp("released") / "home")
    sendings = [(code, {"ethnicity": "white"}) for code in live.codes]
    submit.submit_many(live.stores, live.wave, sendings)
    close_wave(live.stores, "autumn", CLOSED)
    unseal(live.stores, "autumn", live.keys, live.settings.home.parent / "out")
    return live


@pytest.fixture
def released(released_once: LiveWave, live_wave: LiveWave) -> LiveWave:
    return as_left(released_once, live_wave)


def note(live: LiveWave) -> DestructionRow:
    with live.stores.results() as session:
        return session.get_one(DestructionRow, "autumn")


def files_with(folder: Path, pieces: list[bytes]) -> set[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name for path in files if any(piece in path.read_bytes() for piece in pieces)}


def test_no_sealed_answer_is_left(released: LiveWave, key_file: Path) -> None:
    sealed = list(rewriting.sealed_answers(rewriting.path_of(released.settings, "autumn")))
    assert files_with(released.settings.home, sealed) == {"autumn.closed"}
    destroy(released.stores, "autumn", key_file, GONE)
    assert files_with(released.settings.home, sealed) == set()
    assert not list(released.settings.box_folder.iterdir())
    assert waves.get(released.stores, "autumn").state == "destroyed"


def test_key_and_hashes_of_codes_go_too_and_the_release_stays(
    released: LiveWave, key_file: Path
) -> None:
    destroy(released.stores, "autumn", key_file, GONE)
    assert not key_file.exists()
    with released.stores.issuer() as session:
        assert session.scalar(select(func.count()).select_from(CodeRow)) == 0
    assert store.by_wave(released.stores, "autumn") is not None


def test_note_is_signed_with_the_key_that_is_gone(released: LiveWave, key_file: Path) -> None:
    destroy(released.stores, "autumn", key_file, GONE)
    row = note(released)
    assert row.signature
    released.signer.public_key().verify(row.signature, row.note.encode())
    assert json.loads(row.note)["destroyed"] == "2026-10-20"


def lay_shares_beside(key_file: Path, of: keys.Keys) -> Path:
    locked, _ = shares.lock(of, 3, 2)
    path = key_file.with_name("release.locked")
    path.write_text(json.dumps(vars(locked)))
    return path


def test_locked_keys_beside_the_key_go_with_it(released: LiveWave, key_file: Path) -> None:
    locked = lay_shares_beside(key_file, released.keys)
    destroy(released.stores, "autumn", key_file, GONE)
    assert not locked.exists()
    assert "other copies and shares" in json.loads(note(released).note)["private key"]


def test_locked_keys_of_others_stay(released: LiveWave, key_file: Path) -> None:
    locked = lay_shares_beside(key_file, keys.new())
    destroy(released.stores, "autumn", key_file, GONE)
    assert locked.exists()
    assert not key_file.exists()


def test_destroying_goes_on_where_the_locked_keys_were_overwritten_only(
    released: LiveWave, key_file: Path
) -> None:
    lay_shares_beside(key_file, released.keys).write_bytes(b"\xff" * 900)
    destroy(released.stores, "autumn", key_file, GONE)
    assert not key_file.exists()


def test_without_the_key_the_note_is_unsigned_and_says_so(released: LiveWave) -> None:
    destroy(released.stores, "autumn", None, GONE)
    row = note(released)
    assert row.signature is None
    assert json.loads(row.note)["private key"] == "not on this machine"


def test_wave_without_a_release_is_not_destroyed(live_wave: LiveWave, key_file: Path) -> None:
    with pytest.raises(WaveStateError, match="is open; only a released wave"):
        destroy(live_wave.stores, "autumn", key_file, GONE)
    submit.submit(live_wave.stores, live_wave.wave, live_wave.codes[0], {}, submit.new_attempt())
    close_wave(live_wave.stores, "autumn", CLOSED)
    with pytest.raises(WaveStateError, match="is closed; only a released wave"):
        destroy(live_wave.stores, "autumn", key_file, GONE)
    assert key_file.exists()
    assert list(rewriting.sealed_answers(rewriting.path_of(live_wave.settings, "autumn")))


def test_closed_wave_that_nobody_answered_is_destroyed_with_its_key(
    live_wave: LiveWave, key_file: Path
) -> None:
    close_wave(live_wave.stores, "autumn", CLOSED)
    assert "nobody had answered" in destroy(live_wave.stores, "autumn", key_file, GONE)
    assert waves.get(live_wave.stores, "autumn").state == "destroyed"
    assert not key_file.exists()
    assert not list(live_wave.settings.box_folder.iterdir())
    row = note(live_wave)
    assert row.signature
    live_wave.signer.public_key().verify(row.signature, row.note.encode())
    assert json.loads(row.note)["what"].startswith("a ballot box without any answer")


@pytest.mark.parametrize("told", [0, 1])
def test_count_and_closed_box_must_both_say_that_nobody_answered(
    live_wave: LiveWave, told: int
) -> None:
    if not told:
        code = live_wave.codes[0]
        submit.submit(live_wave.stores, live_wave.wave, code, {}, submit.new_attempt())
    close_wave(live_wave.stores, "autumn", CLOSED)
    with live_wave.stores.results() as session:
        session.get_one(ClosingRow, "autumn").received = told
    with pytest.raises(WaveStateError, match="is closed; only a released wave"):
        destroy(live_wave.stores, "autumn", None, GONE)
    assert rewriting.path_of(live_wave.settings, "autumn").exists()


def make_draft(live: LiveWave, wave_id: str = "winter") -> None:
    waves.create(live.stores, wave_id, "Winter", live.wave.questionnaire, live.keys.public)
    issuer.import_codes(live.stores, wave_id, [bytes([n]) * 32 for n in range(60)])


def test_abandoned_draft_is_destroyed_and_no_longer_keeps_the_key(
    released: LiveWave, key_file: Path
) -> None:
    make_draft(released)
    with pytest.raises(WaveStateError, match="also opens winter"):
        destroy(released.stores, "autumn", key_file, GONE)
    assert "draft winter is destroyed" in destroy(released.stores, "winter", None, GONE)
    assert waves.get(released.stores, "winter").state == "destroyed"
    assert not list(released.settings.home.rglob("winter.*"))
    with released.stores.results() as session:
        kept = json.loads(session.get_one(DestructionRow, "winter").note)
    assert kept["what"].startswith("a draft that never opened")
    with released.stores.issuer() as session:
        hashes = select(func.count()).where(CodeRow.wave == "winter")
        assert session.scalar(hashes) == 0
    destroy(released.stores, "autumn", key_file, GONE)
    assert not key_file.exists()


def test_draft_whose_destroying_was_interrupted_cannot_be_opened_and_is_finished(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    make_draft(live_wave)
    with monkeypatch.context() as planted:
        planted.setattr(destroying, "_erase_answers", power_cut)
        with pytest.raises(KeyboardInterrupt):
            destroy(live_wave.stores, "winter", None, GONE)
    with pytest.raises(WaveStateError, match="has 0 cards"):
        waves.open_wave(live_wave.stores, "winter", GONE)
    destroy(live_wave.stores, "winter", None, GONE)
    assert waves.get(live_wave.stores, "winter").state == "destroyed"


@pytest.mark.parametrize("by_page", [True, False])
def test_codes_that_are_imported_while_a_draft_is_destroyed_leave_nothing(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch, by_page: bool
) -> None:
    make_draft(live_wave)
    keep, halves = destructions.keep, [bytes([number]) * 32 for number in range(60)]

    def keep_and_import(*given: Any) -> None:
        keep(*given)
        assert issuer.import_codes(live_wave.stores, "winter", halves) == 60

    monkeypatch.setattr(destructions, "keep", keep_and_import)
    if by_page:
        drafts.throw_away(live_wave.stores, "winter", GONE)
    else:
        destroy(live_wave.stores, "winter", None, GONE)
    with pytest.raises(WaveStateError):
        issuer.import_codes(live_wave.stores, "winter", halves)
    assert not list(live_wave.settings.home.rglob("winter.*"))
    assert waves.get(live_wave.stores, "winter").state == "destroyed"
    with live_wave.stores.issuer() as session:
        codes = select(func.count()).select_from(CodeRow).where(CodeRow.wave == "winter")
        assert session.scalar(codes) == 0


def test_destroyed_draft_is_nobodys_business(live_wave: LiveWave, client: FlaskClient) -> None:
    make_draft(live_wave)
    destroy(live_wave.stores, "winter", None, GONE)
    for address in ("/survey/winter", "/support/winter", "/receipts/winter"):
        assert client.get(address).status_code == 404
    assert client.post("/issue/winter", json={}).status_code == 404
    assert b"inter" not in client.get("/").data


def test_wrong_key_destroys_nothing(released: LiveWave, tmp_path: Path) -> None:
    keys.make(tmp_path / "other")
    with pytest.raises(SettingsError, match="not the key of wave autumn"):
        destroy(released.stores, "autumn", tmp_path / "other", GONE)
    assert (tmp_path / "other" / "release.key").exists()
    assert rewriting.path_of(released.settings, "autumn").exists()


def test_key_that_still_opens_another_wave_is_not_destroyed(
    released: LiveWave, key_file: Path
) -> None:
    waves.create(
        released.stores,
        "winter",
        "Winter",
        released.wave.questionnaire,
        released.keys.public,
    )
    with pytest.raises(WaveStateError, match="also opens winter"):
        destroy(released.stores, "autumn", key_file, GONE)
    assert key_file.exists()
    destroy(released.stores, "autumn", None, GONE)


def test_another_waves_answers_stay(released: LiveWave, key_file: Path) -> None:
    other = open_live_wave(released.settings.home, SMALL, "winter")
    destroy(released.stores, "autumn", key_file, GONE)
    submit.submit(other.stores, other.wave, other.codes[0], {}, submit.new_attempt())


def test_interrupted_destroying_is_finished_by_running_it_again(
    released: LiveWave, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(path: Path) -> bool:
        erase(path)
        if path == key_file:
            raise KeyboardInterrupt
        return True

    with monkeypatch.context() as planted:
        planted.setattr(destroying, "erase", power_cut)
        with pytest.raises(KeyboardInterrupt):
            destroy(released.stores, "autumn", key_file, GONE)
    assert not key_file.exists()
    destroy(released.stores, "autumn", key_file, GONE)
    assert waves.get(released.stores, "autumn").state == "destroyed"
    assert note(released).signature


def test_erased_file_is_overwritten_in_place(tmp_path: Path) -> None:
    path, other_name = tmp_path / "secret", tmp_path / "other"
    path.write_bytes(b"secret" * 1000)
    other_name.hardlink_to(path)
    assert erase(path)
    assert not path.exists()
    assert len(other_name.read_bytes()) == 6000
    assert b"secret" not in other_name.read_bytes()
    assert not erase(path)
