"""With two people a Release waits, a correction too: its wave goes on as if it had not come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave

from survey.close.destroying import destroy
from survey.close.unsealing import unseal
from survey.database import Stores
from survey.errors import ReleaseError, WaveStateError
from survey.manage import headcounts, waves
from survey.results import adding, store

TODAY = date(2026, 10, 20)
WHY = "The headcounts were last year's."


def publish(stores: Stores, name: str) -> None:
    with stores.results() as session:
        store.publish(session, name)
    adding.release_wave(stores, name, "autumn")


def test_it_waits_and_so_does_what_corrects_it(closed_wave: LiveWave, tmp_path: Path) -> None:
    stores = Stores.open(replace(closed_wave.settings, two_people=True))
    out = tmp_path / "out"

    def state() -> str:
        return waves.get(stores, "autumn").state

    def make(**more: str) -> str:
        return unseal(stores, "autumn", closed_wave.keys, out, **more)  # type: ignore[arg-type]

    first = make()
    assert (state(), first in store.in_force(stores)) == ("closed", False)
    assert make() == first  # the same again changes nothing
    for unpublished in (None, "Nobody wanted it."):
        with pytest.raises(WaveStateError, match="publish or discard it"):
            destroy(stores, "autumn", None, TODAY, unpublished)
    headcounts.store(stores, "autumn", {"force": 70})
    with pytest.raises(ReleaseError, match="publish or discard the first"):
        make()
    publish(stores, first)
    assert (state(), first in store.in_force(stores)) == ("released", True)
    second = make(correction=WHY)
    assert second != first
    assert first in store.in_force(stores)
    assert second not in store.in_force(stores)
    assert store.corrections(stores, "autumn") == ()
    with pytest.raises(WaveStateError, match="publish or discard it"):
        destroy(stores, "autumn", None, TODAY)
    publish(stores, second)
    assert second in store.in_force(stores)
    assert first not in store.in_force(stores)
    assert store.corrections(stores, "autumn") == (WHY,)
