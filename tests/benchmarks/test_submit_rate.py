"""How many answers a second one process takes on SQLite, every one flushed to disk."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from fixtures_wave import OPENED

from survey import database, resources
from survey.close import keys
from survey.collect import codes, issuer, submit
from survey.config import Settings
from survey.database import Stores
from survey.manage import waves
from survey.questionnaire import loader

SENT = 200
FLOOR = 50


@pytest.mark.long
def test_fifty_answers_a_second_are_taken(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path / "home")
    database.migrate(settings)
    stores = Stores.open(settings)
    public = keys.make(tmp_path / "officers")
    questionnaire = loader.load(resources.QUESTIONNAIRES / "culture.yaml")
    waves.create(stores, "rate", "Rate", questionnaire, public)
    cards = codes.make(6000)
    issuer.import_codes(stores, "rate", [codes.public_half(codes.parse(c), "rate") for c in cards])
    wave = waves.open_wave(stores, "rate", OPENED)
    begun = time.perf_counter()
    for code in cards[:SENT]:
        submit.submit(stores, wave, code, {}, submit.new_attempt())
    rate = SENT / (time.perf_counter() - begun)
    print(f"{rate:.0f} answers a second")
    assert rate > FLOOR
