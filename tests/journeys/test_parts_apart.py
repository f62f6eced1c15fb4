"""Issuer, ballot box and results as the containers run them: each alone, two with one database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fixtures_hosts import Hosts, draft_on_issuer, issuer_served
from fixtures_wave import OPENED, LiveWave
from ruamel.yaml import YAML

from survey import carrying_out, database
from survey.app import create_app
from survey.close import closing
from survey.close.unsealing import unseal
from survey.collect import copies, submit
from survey.config import Settings
from survey.database import Stores
from survey.manage import closings
from survey.results import store

COMPOSE = Path(__file__).parents[2] / "deploy" / "containers" / "compose.yaml"
CLOSED = date(2026, 9, 30)
SENT = 12


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, Stores]:
    """The stores of each service, set up by its own settings; databases are files of the test."""
    services = YAML(typ="safe").load(COMPOSE)["services"]
    made = {}
    for name in ("issuer", "box", "results"):
        given = dict(services[name]["environment"])
        for key in [key for key in given if key.endswith("_URL_FILE")]:
            (tmp_path / key).write_text(f"sqlite:///{tmp_path / key}.db")
            given[key] = str(tmp_path / key)
        settings = Settings.from_environment({**given, "CANDOUR_HOME": str(tmp_path / name)})
        database.migrate(settings)
        made[name] = Stores.open(settings)
    return made


@pytest.mark.long
def test_a_wave_goes_from_its_draft_to_a_release_that_the_results_alone_have(
    parts: dict[str, Stores], tmp_path: Path
) -> None:
    here = draft_on_issuer(parts["issuer"])
    copies.take(parts["box"], copies.export(parts["issuer"], "autumn"))
    both = (parts["issuer"], parts["box"])
    waves_ = [carrying_out.open_wave(stores, "autumn", OPENED)[0] for stores in both]
    there = replace(here, settings=parts["box"].settings, stores=parts["box"], wave=waves_[1])
    hosts = Hosts(replace(here, wave=waves_[0]), there)
    with issuer_served(hosts) as box:
        for code in box.codes[:SENT]:
            submit.submit(box.stores, box.wave, code, {"ethnicity": "white"}, submit.new_attempt())
    for stores in both:
        carrying_out.close_wave(stores, "autumn", CLOSED)
    closing.take_count(parts["box"], copies.export(parts["issuer"], "autumn"))
    told = closings.told(parts["results"], "autumn")
    assert told is not None
    assert (told.cards, told.redeemed, told.received) == (60, SENT, SENT)
    assert closings.told(parts["issuer"], "autumn") != told, "which has a database of its own"
    unsealed(parts, here, tmp_path)


def unsealed(parts: dict[str, Stores], live: LiveWave, folder: Path) -> None:
    """Opened where the box lies; the process for readers has the Release, and nothing else."""
    name = unseal(parts["box"], "autumn", live.keys, folder / "releases")
    assert set(store.every(parts["results"])) == {name}
    assert set(store.every(parts["issuer"])) == set()
    readers = create_app(parts["results"].settings).test_client()
    assert readers.get("/you-said-we-did").status_code == 200
    assert readers.get("/results/sign-in").status_code == 200
    for address in ("/survey/autumn", "/issue/autumn/closing", "/receipts/autumn"):
        assert readers.get(address).status_code == 404
    assert not list(parts["results"].settings.home.rglob("*.box"))
    assert not list(parts["issuer"].settings.home.rglob("*.closed"))
    assert not list(parts["box"].settings.home.rglob("*.salt"))
