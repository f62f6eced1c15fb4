"""A wave whose Release is out, and its backup, made once for the tests of a file."""

from __future__ import annotations

import pytest
from fixtures_backup import CLOSED, backup_of
from fixtures_wave import LiveWave, copied

from survey.close import destroying
from survey.close.closing import close_wave
from survey.close.unsealing import unseal
from survey.collect import submit


@pytest.fixture(scope="module")
def released_once(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    """A wave whose Release is out and whose answers are gone, and a draft."""
    live = copied(opened_once, tmp_path_factory.mktemp("backed") / "home")
    sendings = [(code, {"ethnicity": "white"}) for code in live.codes]
    submit.submit_many(live.stores, live.wave, sendings)
    close_wave(live.stores, "autumn", CLOSED)
    unseal(live.stores, "autumn", live.keys, live.settings.home.parent / "out")
    destroying.destroy(live.stores, "autumn", None, CLOSED)
    return live


@pytest.fixture(scope="module")
def packed_once(released_once: LiveWave) -> bytes:
    return backup_of(released_once)
