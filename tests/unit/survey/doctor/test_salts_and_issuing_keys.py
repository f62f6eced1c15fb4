"""The doctor sees that no card can be used any more before somebody stands there with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave
from plain_forms import set_state

from survey.close.closing import close_wave
from survey.config import BOX
from survey.doctor import commands, waves
from survey.doctor.findings import Finding


def wrong_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0x55
    path.write_bytes(content)


def found(live: LiveWave) -> list[Finding]:
    return list(waves.check(live.settings))


@pytest.mark.parametrize("state", ["draft", "open"])
def test_whole_secrets_are_right(live_wave: LiveWave, state: str) -> None:
    set_state(live_wave, state)
    assert [(one.holds, one.sentence) for one in found(live_wave)] == [(True, "of 1 waves, whole.")]
    everything = commands.everything(live_wave.settings, Path(__file__), ())
    assert any(one.about == "salts and issuing keys" for one in everything)


@pytest.mark.parametrize("state", ["draft", "open"])
@pytest.mark.parametrize("name", ["autumn.salt", "autumn.issuing"])
@pytest.mark.parametrize(
    ("damage", "said"), [(wrong_byte, "is damaged"), (Path.unlink, "is missing")]
)
def test_what_is_damaged_or_missing_is_named(
    live_wave: LiveWave, state: str, name: str, damage: Callable[[Path], object], said: str
) -> None:
    set_state(live_wave, state)
    damage(live_wave.settings.salt_folder / name)
    (one,) = found(live_wave)
    assert one.holds is False
    assert f"{name}, {said}" in one.sentence


def test_a_wave_that_has_closed_needs_neither(live_wave: LiveWave) -> None:
    close_wave(live_wave.stores, "autumn", date(2026, 9, 30))
    assert [one.sentence for one in found(live_wave)] == ["of 0 waves, whole."]


def test_a_host_without_the_issuer_has_none(live_wave: LiveWave) -> None:
    assert list(waves.check(replace(live_wave.settings, surfaces=(BOX,)))) == []
