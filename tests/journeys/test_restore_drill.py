"""The restore drill of docs/BACKUPS.md as it stands there: wiped, restored, served the same."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from fixtures_results import CHEAP, PASSWORD, Site
from fixtures_rooms import walked
from fixtures_wave import CARDS, LiveWave, copied
from running_the_program import the_program
from sqlalchemy import text

from survey.app import create_app
from survey.close.closing import close_wave
from survey.close.unsealing import unseal
from survey.collect import submit
from survey.config import Settings
from survey.database import Stores
from survey.manage import audit_log, headcounts, people

MANUAL = Path(__file__).parents[2] / "docs" / "BACKUPS.md"
TOKEN = re.compile(rb'name="csrf_token"[^>]*>|name="csp-nonce"[^>]*>')
PUBLIC = (
    *("/", "/privacy", "/codes/autumn", "/codes/autumn/list.txt", "/receipts/autumn"),
    *("/published/autumn.wave", "/you-said-we-did", "/issue/autumn/closing"),
)
OFFICERS = "/results/releases"


def drill() -> list[list[str]]:
    """The commands of the manual, a list of words each, without `candour`."""
    section = MANUAL.read_text().partition("## The restore drill\n")[2].partition("\n## ")[0]
    block = section.partition("```\n")[2].partition("```")[0]
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    return [words[1:] for words in lines if words and words[0] == "candour"]


@pytest.fixture
def published(opened_once: LiveWave, tmp_path: Path) -> LiveWave:
    """A small force's home: a wave whose Release is out, and people who read it."""
    live = copied(opened_once, tmp_path / "home")
    headcounts.store(live.stores, "autumn", {"force": 120})
    answers = [
        (code, {"ethnicity": "white", "fair_treatment": "agree" if number % 3 else "disagree"})
        for number, code in enumerate(live.codes)
    ]
    submit.submit_many(live.stores, live.wave, answers)
    close_wave(live.stores, "autumn", live.wave.opened)  # type: ignore[arg-type]
    unseal(live.stores, "autumn", live.keys, tmp_path / "out")
    for name, role in (("hr", "hr"), ("officer", "officer")):
        people.add(live.stores, name, role, None, PASSWORD, CHEAP)
    return live


def public(settings: Settings) -> dict[str, bytes]:
    """What everybody reads, by its address."""
    anybody = create_app(settings).test_client()
    pages = {address: anybody.get(address) for address in PUBLIC}
    assert {page.status_code for page in pages.values()} == {200}
    return {address: page.data for address, page in pages.items()}


def seen(settings: Settings) -> dict[str, bytes]:
    """Every page of the small force by its address, without what is another one each time."""
    site = Site(create_app(settings), settings, Stores.open(settings))
    hr, officer = site.client("hr"), site.client("officer")
    found = public(settings) | {OFFICERS: officer.get(OFFICERS).data}
    found |= {f"HR: {name}": page.encode() for name, page in walked(hr, "/results/hr").items()}
    return {address: TOKEN.sub(b"", page) for address, page in found.items()}


@pytest.mark.slow
def test_the_drill_of_the_manual_brings_every_page_back(
    published: LiveWave, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.at(published.settings.home)
    before = seen(settings)
    assert str(CARDS).encode() in before["/receipts/autumn"]
    with the_program(settings, capsys) as run:
        assert run("backup", "--out", str(tmp_path / "candour.backup"))[0] == 0
        noted = audit_log.head(Stores.open(settings)).hash
        shutil.rmtree(settings.home)
        steps = drill()
        assert [words[0] for words in steps] == [
            *("restore", "verify", "wave", "user", "backup", "serve"),
        ]
        for words in steps[:-1]:
            code, said = run(*(_here(word, tmp_path, noted) for word in words))
            assert code == 0, said
    after = seen(Settings.at(settings.home))
    assert after.keys() == before.keys()
    assert [address for address in before if after[address] != before[address]] == []


def _here(word: str, folder: Path, noted: str) -> str:
    return noted if word == "HASH" else word.replace("/srv/backup", str(folder))


@pytest.mark.slow
def test_a_page_that_is_another_one_is_noticed(published: LiveWave) -> None:
    settings = Settings.at(published.settings.home)
    before = public(settings)
    with published.stores.results() as session:
        session.execute(text("UPDATE closing SET redeemed = redeemed - 1"))
    after = public(settings)
    assert {one for one in before if after[one] != before[one]} == {
        "/receipts/autumn",
        "/published/autumn.wave",
        "/issue/autumn/closing",
    }
