"""Waves go from draft to destroyed, never back, and keep what they were made with."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from analysis.policy import DisclosurePolicy
from survey import database
from survey.collect import issuer
from survey.config import Settings
from survey.database import Stores
from survey.errors import QuestionnaireError, SettingsError, WaveStateError
from survey.manage import issuing_keys, waves
from survey.manage.tables import WaveRow
from survey.manage.waves import Wave

pytestmark = pytest.mark.both_databases

TODAY = date(2026, 9, 2)


def create(live: LiveWave, wave_id: str, **changes: object) -> Wave:
    given = {
        "title": "Another",
        "questionnaire": live.wave.questionnaire,
        "keys": live.keys.public,
        **changes,
    }
    return waves.create(live.stores, wave_id, **given)  # type: ignore[arg-type]


def test_wave_keeps_what_it_was_made_with(live_wave: LiveWave) -> None:
    policy = DisclosurePolicy(k=15)
    made = create(live_wave, "winter", policy=policy)
    kept = waves.get(live_wave.stores, "winter")
    assert kept == made
    assert kept.policy == policy
    assert kept.questionnaire.fingerprint == live_wave.wave.questionnaire.fingerprint
    assert (kept.state, kept.cards, kept.opened, kept.closed) == ("draft", 0, None, None)


@pytest.mark.parametrize(
    ("column", "old", "new"),
    [
        ("questionnaire", "title:", "title;"),
        ("questionnaire", "\nsections", "\n\tsections"),
        ("policy", '"k": 10', '"k": 1,'),
        ("policy", '"k":', '"q":'),
        ("policy", '"k": 10', '"k": -9'),
    ],
)
def test_a_wrong_byte_in_what_is_stored_is_named_in_a_sentence(
    live_wave: LiveWave, client: FlaskClient, column: str, old: str, new: str
) -> None:
    with live_wave.stores.issuer() as session:
        row = waves.find(session, "autumn")
        assert old in getattr(row, column)
        setattr(row, column, getattr(row, column).replace(old, new, 1))
    with pytest.raises(SettingsError, match=r"What is stored of wave autumn .* is damaged") as told:
        waves.get(live_wave.stores, "autumn")
    assert "\n" not in str(told.value)
    page = client.get("/survey/autumn")
    assert page.status_code == 503
    assert "stored of wave" not in page.text


def test_questionnaire_of_a_wave_is_parsed_once(live_wave: LiveWave) -> None:
    one, other = (waves.get(live_wave.stores, "autumn") for _ in range(2))
    assert one.questionnaire is other.questionnaire


@pytest.mark.parametrize("wave_id", ["", "Autumn", "a b", "../etc", "a--b", "-a", "a" * 65, "a.b"])
def test_id_that_cannot_be_an_address_or_a_file_is_refused(
    live_wave: LiveWave, wave_id: str
) -> None:
    with pytest.raises(WaveStateError, match="cannot be a wave's id"):
        create(live_wave, wave_id)


def test_second_wave_of_the_same_id_is_refused(live_wave: LiveWave) -> None:
    with pytest.raises(WaveStateError, match="already"):
        create(live_wave, "autumn")


def test_key_of_another_length_is_refused(live_wave: LiveWave) -> None:
    for name in ("public_key", "fallback_key", "verifier"):
        keys = dataclasses.replace(live_wave.keys.public, **{name: b"short"})
        with pytest.raises(WaveStateError, match=r"public\.json"):
            create(live_wave, "winter", keys=keys)
    assert not issuing_keys.path_of(live_wave.settings, "winter").exists()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("public_key", bytes(32)),
        ("public_key", (1).to_bytes(32, "little")),
        ("fallback_key", bytes(65)),
        ("fallback_key", b"\x04" + bytes(63) + b"\x01"),
        ("fallback_key", b"\x02" + bytes(64)),
    ],
    ids=["x25519-zero", "x25519-one", "p256-zero", "p256-off-curve", "p256-compressed"],
)
def test_key_to_which_nothing_can_be_sealed_is_refused(
    live_wave: LiveWave, name: str, key: bytes
) -> None:
    keys = dataclasses.replace(live_wave.keys.public, **{name: key})
    with pytest.raises(WaveStateError, match=r"cannot be sealed to .*public\.json"):
        create(live_wave, "winter", keys=keys)
    assert not issuing_keys.path_of(live_wave.settings, "winter").exists()


@pytest.mark.parametrize("title", ["", "  ", "a" * 201])
def test_title_that_is_none_is_refused(live_wave: LiveWave, title: str) -> None:
    with pytest.raises(WaveStateError, match="title"):
        create(live_wave, "winter", title=title)


def test_questionnaire_that_cannot_be_read_back_is_never_stored(live_wave: LiveWave) -> None:
    broken = dataclasses.replace(live_wave.wave.questionnaire, source="title: [")
    with pytest.raises(QuestionnaireError):
        create(live_wave, "winter", questionnaire=broken)
    assert [wave.id for wave in waves.all_waves(live_wave.stores)] == ["autumn"]


def test_unknown_wave_is_one_sentence(live_wave: LiveWave) -> None:
    with pytest.raises(WaveStateError, match="no wave winter"):
        waves.get(live_wave.stores, "winter")


def test_only_open_waves_take_answers(live_wave: LiveWave) -> None:
    create(live_wave, "winter")
    assert [wave.id for wave in waves.open_waves(live_wave.stores)] == ["autumn"]
    assert [wave.id for wave in waves.all_waves(live_wave.stores)] == ["autumn", "winter"]


def test_wave_is_opened_once(live_wave: LiveWave) -> None:
    with pytest.raises(WaveStateError, match="is open; only a draft"):
        waves.open_wave(live_wave.stores, "autumn", TODAY)


def test_wave_of_fewer_than_fifty_cards_is_not_opened(live_wave: LiveWave) -> None:
    create(live_wave, "winter")
    issuer.import_codes(live_wave.stores, "winter", [bytes([n]) * 32 for n in range(49)])
    with pytest.raises(WaveStateError, match="has 49 cards"):
        waves.open_wave(live_wave.stores, "winter", TODAY)
    issuer.import_codes(live_wave.stores, "winter", [bytes([n]) * 32 for n in range(50)])
    opened = waves.open_wave(live_wave.stores, "winter", TODAY)
    assert (opened.state, opened.opened, opened.cards) == ("open", TODAY, 50)


def test_one_of_two_processes_moves_a_wave(live_wave: LiveWave) -> None:
    with live_wave.stores.issuer() as session:
        assert waves.move(session, "autumn", "open", "closing")
    with live_wave.stores.issuer() as session:
        assert not waves.move(session, "autumn", "open", "closing")


def test_the_table_itself_refuses_a_state_that_is_none(live_wave: LiveWave) -> None:
    with pytest.raises(IntegrityError), live_wave.stores.issuer() as session:
        session.get_one(WaveRow, "autumn").state = "reopened"


def test_demo_is_marked_and_nothing_else_is(live_wave: LiveWave) -> None:
    assert not waves.is_demo(live_wave.stores)
    waves.mark_demo(live_wave.stores)
    waves.mark_demo(live_wave.stores)
    assert waves.is_demo(live_wave.stores)


def test_database_that_is_not_set_up_says_what_to_run(tmp_path: Path) -> None:
    stores = Stores.open(Settings.at(tmp_path))
    with pytest.raises(SettingsError, match="candour migrate"):
        waves.open_waves(stores)
    database.migrate(stores.settings)
    assert waves.open_waves(stores) == ()
