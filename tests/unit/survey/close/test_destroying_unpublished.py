"""A closed wave that gets no Release is destroyed with a reason, which everybody can read."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import html_page
import pytest
from fixtures_wave import LiveWave, as_left, copied
from flask.testing import FlaskClient

from analysis.release import folder
from survey.close import keys, rewriting
from survey.close.closing import close_wave
from survey.close.destroying import destroy
from survey.close.unsealing import unseal
from survey.collect import submit
from survey.database import Stores
from survey.errors import ReleaseError, SettingsError, WaveStateError
from survey.manage import destructions, waves
from survey.manage.tables import DestructionRow
from survey.results import adding, store

CLOSED, GONE = date(2026, 9, 30), date(2026, 10, 20)
REASON = "the officers' key was lost"


@pytest.fixture(scope="module")
def all_white_once(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    live = copied(opened_once, tmp_path_factory.mktemp("closed") / "home")
    sendings = [(code, {"ethnicity": "white"}) for code in live.codes]
    submit.submit_many(live.stores, live.wave, sendings)
    close_wave(live.stores, "autumn", CLOSED)
    return live


@pytest.fixture
def closed_wave(all_white_once: LiveWave, live_wave: LiveWave) -> LiveWave:
    return as_left(all_white_once, live_wave)


@pytest.fixture
def key_file(live_wave: LiveWave, tmp_path: Path) -> Path:
    path = tmp_path / "officers" / "release.key"
    path.parent.mkdir()
    path.write_text(keys.as_json(live_wave.keys))
    return path


def state(stores: Stores) -> str:
    return waves.get(stores, "autumn").state


def test_refusal_without_a_reason_names_the_option(closed_wave: LiveWave) -> None:
    with pytest.raises(WaveStateError, match='--unpublished "REASON"'):
        destroy(closed_wave.stores, "autumn", None, GONE)
    assert rewriting.path_of(closed_wave.settings, "autumn").exists()


def test_answers_go_and_the_signed_note_says_why(closed_wave: LiveWave, key_file: Path) -> None:
    said = destroy(closed_wave.stores, "autumn", key_file, GONE, f"  {REASON}\n")
    assert "nothing was published" in said
    assert state(closed_wave.stores) == "destroyed"
    assert not list(closed_wave.settings.box_folder.iterdir())
    assert not key_file.exists()
    with closed_wave.stores.results() as session:
        row = session.get_one(DestructionRow, "autumn")
    note = json.loads(row.note)
    assert (note["published"], note["reason"]) == (destructions.NOTHING_PUBLISHED, REASON)
    assert note["what"] == "sealed answers, hashes of codes, private key"
    assert row.signature
    closed_wave.signer.public_key().verify(row.signature, row.note.encode())
    assert destructions.told(closed_wave.stores, "autumn") == destructions.Destruction(
        "autumn", GONE, note["what"], note["private key"], REASON
    )


def test_without_the_lost_key_the_note_is_unsigned(closed_wave: LiveWave) -> None:
    destroy(closed_wave.stores, "autumn", None, GONE, REASON)
    with closed_wave.stores.results() as session:
        assert session.get_one(DestructionRow, "autumn").signature is None


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\u202eb"])
def test_reason_is_one_that_can_be_read(closed_wave: LiveWave, reason: str) -> None:
    with pytest.raises(SettingsError, match="1 to 500 characters"):
        destroy(closed_wave.stores, "autumn", None, GONE, reason)
    assert state(closed_wave.stores) == "closed"


def test_reason_is_for_closed_waves_without_a_release(live_wave: LiveWave, tmp_path: Path) -> None:
    with pytest.raises(WaveStateError, match="is open; --unpublished is for a closed wave"):
        destroy(live_wave.stores, "autumn", None, GONE, REASON)
    sendings = [(code, {"ethnicity": "white"}) for code in live_wave.codes]
    submit.submit_many(live_wave.stores, live_wave.wave, sendings)
    close_wave(live_wave.stores, "autumn", CLOSED)
    unseal(live_wave.stores, "autumn", live_wave.keys, tmp_path / "out")
    with live_wave.stores.issuer() as session:  # as if unsealing was killed at its last step
        waves.find(session, "autumn").state = "closed"
    with pytest.raises(WaveStateError, match="has a Release, so --unpublished would not be true"):
        destroy(live_wave.stores, "autumn", None, GONE, REASON)
    assert rewriting.path_of(live_wave.settings, "autumn").exists()


def test_release_of_a_destroyed_wave_is_refused(closed_wave: LiveWave, tmp_path: Path) -> None:
    """It was made offline, and the force decided otherwise."""
    from survey.close.carrying import carry
    from survey.close.unsealing import unseal_file

    carry(closed_wave.stores, "autumn", tmp_path / "autumn.wave")
    packed = unseal_file(tmp_path / "autumn.wave", closed_wave.keys, (), tmp_path / "out")
    destroy(closed_wave.stores, "autumn", None, GONE, REASON)
    with pytest.raises(ReleaseError, match="is destroyed; it takes no Release any more"):
        adding.add(closed_wave.stores, packed.read_bytes())
    assert folder.unpack(packed.read_bytes(), None)
    assert store.by_wave(closed_wave.stores, "autumn") is None


def receipts_page(client: FlaskClient) -> str:
    response = client.get("/receipts/autumn")
    assert response.status_code == 200
    return html_page.words(html_page.parse(response.data).root)


def test_everybody_reads_what_was_destroyed_when_and_why(
    closed_wave: LiveWave, client: FlaskClient
) -> None:
    before = receipts_page(client)
    assert "Destroyed on" not in before
    destroy(closed_wave.stores, "autumn", None, GONE, "<b>lost</b> key")
    after = receipts_page(client)
    assert "Destroyed on 20 October 2026: sealed answers, hashes of codes." in after
    assert "Nothing was published of this survey. The reason given: <b>lost</b> key" in after
    assert "60 answers were in the box at the end" in after, "and the receipts stay"
    home = html_page.words(html_page.parse(client.get("/").data).root)
    assert "Receipts: Autumn survey" in home


def test_released_wave_that_is_destroyed_has_no_reason_to_give(
    closed_wave: LiveWave, client: FlaskClient, tmp_path: Path
) -> None:
    unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    destroy(closed_wave.stores, "autumn", None, GONE)
    said = receipts_page(client)
    assert "Destroyed on 20 October 2026" in said
    assert "Nothing was published" not in said
