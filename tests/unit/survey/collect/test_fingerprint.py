"""The fingerprint covers every key that a page uses, and is copied without mistakes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from fixtures_wave import LiveWave

from survey.collect import fingerprint
from survey.config import Settings
from survey.errors import SettingsError
from survey.manage import issuing_keys


def test_fingerprint_of_known_keys_stays_the_same(
    opened_once: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing_keys, "modulus", lambda _: b"\2" * 384)
    wave = dataclasses.replace(opened_once.wave, public_key=b"\0" * 32, fallback_key=b"\1" * 65)
    assert fingerprint.of(wave) == "P6H2-BZ3Y-12W1-ZFDS"


def test_every_key_and_the_wave_change_it(opened_once: LiveWave, tmp_path: Path) -> None:
    wave = opened_once.wave
    changed = [
        dataclasses.replace(wave, id="winter"),
        dataclasses.replace(wave, public_key=bytes(32)),
        dataclasses.replace(wave, fallback_key=bytes(65)),
        dataclasses.replace(wave, token_key=issuing_keys.make(Settings.at(tmp_path), "another")),
    ]
    assert len({fingerprint.of(one) for one in [wave, *changed]}) == 5


def test_copied_fingerprint_is_read_in_any_case() -> None:
    assert fingerprint.parse(" tcsw-pf9j-jhtq-qhvb\n") == "TCSW-PF9J-JHTQ-QHVB"


@pytest.mark.parametrize(
    "wrong", ["", "TCSW-PF9J-JHTQ", "TCSWPF9JJHTQQHVB", "TCSW-PF9J-JHTQ-QHVU", "#CODE"]
)
def test_what_is_no_fingerprint_is_one_sentence(wrong: str) -> None:
    with pytest.raises(SettingsError, match="candour wave status"):
        fingerprint.parse(wrong)
