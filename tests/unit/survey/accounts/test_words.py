"""Words of the force, from what is stored here and can be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_release import NORTH
from fixtures_results import make_site
from fixtures_wave import LiveWave

from survey.accounts import words
from survey.config import RESULTS
from survey.database import Stores
from survey.errors import ReleaseError
from survey.results import store


def test_units_of_releases_and_of_waves_are_known(live_wave: LiveWave, tmp_path: Path) -> None:
    site = make_site(tmp_path / "another", waves=("spring",))
    assert {NORTH, "Response North"} <= set(words.of_force(site.stores))
    assert "north" in words.of_force(live_wave.stores)
    alone = Stores.open(replace(live_wave.settings, surfaces=(RESULTS,)))
    assert words.of_force(alone) == ()


def test_a_release_that_cannot_be_read_keeps_nobody_from_an_account(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tampered(_stores: Stores) -> None:
        raise ReleaseError("It was changed.")

    monkeypatch.setattr(store, "all_releases", tampered)
    assert "north" in words.of_force(live_wave.stores)
