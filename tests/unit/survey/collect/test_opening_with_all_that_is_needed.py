"""A draft opens only with a whole salt, issuing key and ballot box: none can be made anew later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave
from plain_forms import set_state

from survey import carrying_out
from survey.collect import ready
from survey.errors import WaveStateError
from survey.manage import issuing_keys, waves

TODAY = date(2026, 9, 1)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x55
    path.write_bytes(content)


def flip_middle_page(path: Path) -> None:
    """Where the box says how its rows lie."""
    content = bytearray(path.read_bytes())
    content[65_536:65_544] = b"\xff" * 8
    path.write_bytes(content)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.fixture
def draft(live_wave: LiveWave) -> LiveWave:
    """The same wave as a draft with its cards."""
    set_state(live_wave, "draft")
    return live_wave


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("salts/autumn.salt", Path.unlink, "autumn.salt is missing or damaged"),
        ("salts/autumn.salt", flip, "autumn.salt is missing or damaged"),
        ("salts/autumn.issuing", Path.unlink, "autumn.issuing is missing or damaged"),
        ("salts/autumn.issuing", flip, "autumn.issuing is missing or damaged"),
        ("salts/autumn.issuing", emptied, "autumn.issuing is missing or damaged"),
        ("boxes/autumn.box", Path.unlink, "The ballot box autumn.box is missing, damaged"),
        ("boxes/autumn.box", flip_middle_page, "The ballot box autumn.box is missing, damaged"),
        ("boxes/autumn.box", emptied, "The ballot box autumn.box is missing, damaged"),
    ],
)
def test_a_draft_that_lacks_something_is_not_opened(
    draft: LiveWave,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    damage: Callable[[Path], object],
    said: str,
) -> None:
    damage(draft.settings.home / name)
    with pytest.raises(WaveStateError, match=said):
        carrying_out.open_wave(draft.stores, "autumn", TODAY)
    assert waves.get(draft.stores, "autumn").state == "draft"
    monkeypatch.setattr(ready, "expect_whole", lambda *_: None)  # the control: only this refuses
    assert carrying_out.open_wave(draft.stores, "autumn", TODAY)[0].state == "open"


def test_another_waves_issuing_key_is_not_taken_for_its_own(draft: LiveWave) -> None:
    path = issuing_keys.path_of(draft.settings, "autumn")
    path.write_bytes(issuing_keys._made())
    with pytest.raises(WaveStateError, match=r"autumn\.issuing is missing or damaged"):
        carrying_out.open_wave(draft.stores, "autumn", TODAY)


def test_a_whole_draft_is_opened(draft: LiveWave) -> None:
    assert carrying_out.open_wave(draft.stores, "autumn", TODAY)[0].state == "open"
