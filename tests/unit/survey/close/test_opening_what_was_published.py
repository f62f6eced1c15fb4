"""A box that was stuffed is never opened: dilution would take the smallest group's protection."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_published import CLOSED, answer
from fixtures_tokens import seal
from fixtures_wave import LiveWave

from survey.close.carrying import carry
from survey.close.closing import close_wave
from survey.close.unsealing import unseal, unseal_file
from survey.collect import box, tokens
from survey.errors import WaveStateError
from survey.manage import issuing_keys, wave_file, waves
from survey.results import store

NOT_OPENED = r"Wave autumn is not opened: .* do not hold \({}\).*--unpublished REASON"


def stuff(live: LiveWave, token: bytes) -> None:
    box.put(box.path_of(live.settings, "autumn"), token, seal(live), {})


def expect_unopened(live: LiveWave, failing: str, folder: Path) -> None:
    close_wave(live.stores, "autumn", CLOSED)
    with pytest.raises(WaveStateError, match=NOT_OPENED.format(failing)):
        unseal(live.stores, "autumn", live.keys, folder / "here")
    path = folder / "autumn.wave"
    carry(live.stores, "autumn", path)
    with pytest.raises(WaveStateError, match=NOT_OPENED.format(failing)):
        unseal_file(path, live.keys, (), folder / "there")
    assert not (folder / "here").exists()
    assert not (folder / "there").exists()
    assert store.by_wave(live.stores, "autumn") is None
    assert waves.get(live.stores, "autumn").state == "closed"


def test_rows_with_made_up_tokens_are_never_opened(live_wave: LiveWave, tmp_path: Path) -> None:
    answer(live_wave)
    for _ in range(12):
        stuff(live_wave, secrets.token_bytes(tokens.TOKEN_BYTES))
    expect_unopened(live_wave, "counts, tokens", tmp_path)


def test_more_answers_than_used_codes_are_never_opened(live_wave: LiveWave, tmp_path: Path) -> None:
    """The issuer's own tokens are signed; the counts tell."""
    answer(live_wave)
    key = issuing_keys.read(live_wave.settings, "autumn")
    assert key
    stuff(live_wave, tokens.sign_openly("autumn", key, Ed25519PrivateKey.generate()))
    expect_unopened(live_wave, "counts", tmp_path)


@pytest.mark.parametrize(
    ("lie", "failing"), [({"tokens": ()}, "tokens"), ({"cards": 39}, "counts")]
)
def test_carried_file_that_does_not_add_up_is_never_opened(
    live_wave: LiveWave, tmp_path: Path, lie: dict[str, object], failing: str
) -> None:
    answer(live_wave)
    close_wave(live_wave.stores, "autumn", CLOSED)
    carry(live_wave.stores, "autumn", tmp_path / "autumn.wave")
    path = tmp_path / "autumn.wave"
    file = wave_file.read(path)
    assert file.closing
    told = replace(file.closing, **lie)  # type: ignore[arg-type]
    path.write_bytes(wave_file.pack(replace(file, closing=told)))
    with pytest.raises(WaveStateError, match=NOT_OPENED.format(f".*{failing}.*")):
        unseal_file(path, live_wave.keys, (), tmp_path / "out")
    assert not (tmp_path / "out").exists()
