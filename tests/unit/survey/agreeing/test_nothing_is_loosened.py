"""After a wave opened nothing of its promise changes; who tries is refused, and it is logged."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fixtures_acts import token_of
from fixtures_results import CHEAP, PASSWORD, sign_in
from fixtures_wave import QUESTIONNAIRES, LiveWave
from running_the_program import the_program

from analysis.policy import DisclosurePolicy
from survey import banding
from survey.app import create_app
from survey.close import keys
from survey.collect import codes, fingerprint, halves
from survey.config import SURFACES
from survey.database import Stores
from survey.errors import CandourError
from survey.manage import audit_log, bands, drafts, headcounts, people, waves
from survey.questionnaire import loader

TODAY = date(2026, 9, 2)
PAGES = "/results/manage/waves"


@pytest.fixture
def live(live_wave: LiveWave) -> LiveWave:
    """An open wave on a host that has all parts."""
    settings = replace(live_wave.settings, surfaces=SURFACES)
    return replace(live_wave, settings=settings, stores=Stores.open(settings))


def barred(stores: Stores) -> list[tuple[str, str]]:
    found = audit_log.entries(stores)
    return [(one.who, one.what) for one in found if one.kind == "barred"]


@pytest.fixture
def command(
    live: LiveWave, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str]]]:
    with the_program(live.settings, capsys) as run:
        yield run


def halves_file(folder: Path) -> str:
    made = [codes.public_half(codes.parse(one), "autumn") for one in codes.make(2)]
    file = folder / "public-halves.txt"
    file.write_text("".join(halves.as_text("autumn", made)))
    return str(file)


def test_every_command_that_would_change_an_open_wave_is_refused_and_logged(
    live: LiveWave, command: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    before = waves.get(live.stores, "autumn")
    public = tmp_path / "public.json"
    public.write_text(keys.new().public.as_json())
    new = ("wave", "new", "autumn", "--public", str(public), "--title", "Autumn")
    tries = {
        "questionnaire": (*new, "--questionnaire", str(QUESTIONNAIRES / "tiny.yaml")),
        "policy": (
            *(*new, "--questionnaire", str(QUESTIONNAIRES / "small.yaml")),
            *("--policy", "k=12"),
        ),
        "cards": ("codes", "import", "autumn", halves_file(tmp_path)),
    }
    for number, (name, arguments) in enumerate(tries.items(), 1):
        code, sentence = command(*arguments)
        assert (code, sentence.count("\n")) == (2, 1), (name, sentence)
        assert len(barred(live.stores)) == number, name
    assert {who for who, _ in barred(live.stores)} == {""}
    assert all(what.startswith("to change wave autumn: ") for _, what in barred(live.stores))
    assert waves.get(live.stores, "autumn") == before
    assert audit_log.check(audit_log.entries(live.stores)).problem is None


def test_every_page_that_would_change_it_refuses_and_logs_who_tried(live: LiveWave) -> None:
    people.add(live.stores, "kim", "manager", None, PASSWORD, CHEAP)
    app = create_app(live.settings)
    app.testing = False
    client = app.test_client()
    sign_in(client, "kim", PASSWORD)
    token = token_of(client, f"{PAGES}/autumn/throw-away")
    before = waves.get(live.stores, "autumn")
    sent = {"csrf_token": token, "printed": fingerprint.of(before), "digest": "0" * 64}
    file = {"file": (io.BytesIO(b"x\n"), "public-halves.txt")}
    assert client.post(f"{PAGES}/autumn/cards", data={**sent, **file}).status_code in {400, 409}
    assert [who for who, _ in barred(live.stores)] == ["kim"]
    reply = client.post(f"{PAGES}/autumn/throw-away", data={"csrf_token": token, "sure": "y"})
    assert reply.status_code != 302
    assert [who for who, _ in barred(live.stores)] == ["kim", "kim"]
    assert waves.get(live.stores, "autumn") == before


def test_what_the_page_tells_of_headcounts_stays_and_a_later_load_is_logged(
    live: LiveWave,
) -> None:
    told = bands.of_wave(live.stores, "autumn")
    headcounts.store(live.stores, "autumn", {"force": 900})
    with pytest.raises(CandourError, match="only a draft can be opened"):
        banding.make(live.stores, "autumn")
    assert bands.of_wave(live.stores, "autumn") == told
    newest = audit_log.page(live.stores, 1)[0]
    assert newest.what == "loaded headcounts of autumn, which is open"


def test_nothing_takes_an_open_wave_for_a_draft(live: LiveWave) -> None:
    with live.stores.issuer() as session, pytest.raises(CandourError, match="only a draft can be"):
        waves.hold_draft(session, "autumn")
    with pytest.raises(CandourError, match="no draft any more"):
        drafts.throw_away(live.stores, "autumn", TODAY)
    asked = loader.load(QUESTIONNAIRES / "small.yaml")
    with pytest.raises(CandourError, match="are fixed"):
        waves.create(live.stores, "autumn", "A", asked, keys.new().public, DisclosurePolicy(k=12))
    assert waves.get(live.stores, "autumn").state == "open"


def test_the_command_opens_and_closes_what_two_people_agreed_on_and_nothing_else(
    live: LiveWave, command: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANDOUR_TWO_PEOPLE", "yes")
    assert command("wave", "agreed") == (0, "")
    code, sentence = command("wave", "close", "autumn")
    assert (code, "Two people have to agree to close wave autumn" in sentence) == (2, True)
    assert waves.get(live.stores, "autumn").state == "open"
    monkeypatch.setenv("CANDOUR_TWO_PEOPLE", "no")
    assert command("wave", "close", "autumn")[0] == 0
    newest = audit_log.page(live.stores, 1)[0]
    assert newest.what == "was told to close wave autumn, by a command and without two people"
