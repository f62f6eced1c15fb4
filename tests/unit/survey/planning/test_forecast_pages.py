"""Forecasts in the browser: in a process of their own, one at a time, stopped and interrupted."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from dataclasses import replace

import pytest
from fixtures_acts import token_of
from fixtures_planning import WAVES, add_draft
from fixtures_results import Site
from flask.testing import FlaskClient
from html_page import parse, words

from survey import cli
from survey.manage import audit_log, headcounts, programs, waves
from survey.planning import forecast_file, forecast_pages
from survey.planning.forecast_file import KeptForecast, Stopped, TableLine

ADDRESS = f"{WAVES}/autumn/forecast"
HEADCOUNTS = {
    **{"command=north-a": 30, "command=north-b": 200, "command=south-a": 170},
    **{"ethnicity=white": 355, "ethnicity=asian": 30, "ethnicity=black": 15},
}
TYPED = {"rate": "60", "withheld": "5", "coarser": "1"}
BEGUN = KeptForecast("running", 60, 5, 200, 35, forecast_file.mark_of(HEADCOUNTS))
DRAFT = "tiny.yaml"


@pytest.fixture(scope="module")
def token(client: FlaskClient) -> str:
    return token_of(client, WAVES)


@pytest.fixture(autouse=True)
def counted(site: Site) -> None:
    headcounts.store(site.stores, "autumn", HEADCOUNTS)
    forecast_file.remove(site.settings, "autumn")


def candour(site: Site, patch: pytest.MonkeyPatch, *arguments: object) -> int:
    patch.setenv("CANDOUR_HOME", str(site.settings.home))
    patch.setattr("os.nice", lambda _: None)  # it would stay with the tests
    patch.setattr("sys.argv", ["candour", "forecast", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_forecasts_are_made_from_our_page_alone(client: FlaskClient) -> None:
    for address in (ADDRESS, f"{ADDRESS}/stop"):
        assert client.post(address, data=TYPED).status_code == 400
    assert client.get(f"{WAVES}/nobody/forecast").status_code == 404


def test_the_command_keeps_what_the_page_shows_in_the_same_words(
    site: Site,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = ("--wave", "autumn", "--rate", 60, "--draws", 2)
    assert candour(site, monkeypatch, *given) == 0
    said = capsys.readouterr().out
    page = parse(client.get(ADDRESS).data)
    kept = forecast_file.kept(site.settings, "autumn")
    assert kept is not None
    assert (kept.state, kept.done) == ("done", 2)
    for sentence in kept.sentences:
        assert sentence in said
        assert sentence in page.text
    plan = waves.get(site.stores, "autumn").questionnaire.plan
    assert [one.id for one in kept.groups] == list(plan.group_by_id)
    assert "will probably be shown" in parse(client.get(f"{WAVES}/autumn").data).text
    headcounts.store(site.stores, "autumn", {**HEADCOUNTS, "force": 400})
    assert "Other headcounts were loaded since" in parse(client.get(ADDRESS).data).text


def test_tables_are_told_in_words_and_the_form_for_another_is_folded(
    site: Site, client: FlaskClient, token: str
) -> None:
    line = TableLine("ethnicity-command", 8, 6.0, 12.0, 3.0)
    done = replace(BEGUN, state="done", tables=(line, replace(line, id="of-before")))
    forecast_file.keep(site.settings, "autumn", done)
    page = parse(client.get(ADDRESS).data)
    rows = [words(one.find("th")) for one in page.root.iter("tr")]
    assert "Ethnic group and command ethnicity-command" in rows
    assert "of-before of-before" in rows
    assert page.root.find(".//details//input[@id='rate']") is not None
    assert page.root.find(".//details[@open]") is None
    wrong = {"csrf_token": token, **TYPED, "rate": "all"}
    again = parse(client.post(ADDRESS, data=wrong).data)
    assert again.root.find(".//details[@open]//input[@id='rate']") is not None


def test_headcounts_that_contradict_each_other_are_told_in_the_page(
    site: Site, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    headcounts.store(site.stores, "autumn", {**HEADCOUNTS, "force": 399})
    assert candour(site, monkeypatch, "--wave", "autumn", "--rate", 60) == 2
    page = parse(client.get(ADDRESS).data)
    assert "force has 399 people, and its parts" in words(page.by_id("failed"))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (("--questionnaire", "x.yaml"), "leave out --questionnaire"),
        (("--policy", "k=15"), "leave out --questionnaire"),
        (("--rate-of", "command=north=4"), "leave out --questionnaire"),
    ],
)
def test_a_wave_and_files_are_not_mixed(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changed: tuple[str, str],
    sentence: str,
) -> None:
    assert candour(site, monkeypatch, "--wave", "autumn", "--rate", 60, *changed) == 2
    assert sentence in capsys.readouterr().err
    assert candour(site, monkeypatch, "--rate", 60) == 2
    assert "Give --questionnaire and --headcount, or --wave" in capsys.readouterr().err


def test_one_that_runs_is_shown_with_how_far_it_is_and_no_other_begins(
    site: Site,
    client: FlaskClient,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    add_draft(site, "other", "tiny.yaml")
    headcounts.store(site.stores, "other", HEADCOUNTS)
    with forecast_file.running(site.settings, "autumn"):
        forecast_file.keep(site.settings, "autumn", BEGUN)
        page = parse(client.get(ADDRESS).data)
        assert "35 of 200 waves are drawn" in page.text
        assert "Running: 35 of 200" in parse(client.get(f"{WAVES}/autumn").data).text
        assert parse(client.get(f"{WAVES}/other/forecast").data).by_id("busy") is not None
        reply = client.post(f"{WAVES}/other/forecast", data={"csrf_token": token, **TYPED})
        assert (reply.status_code, forecast_file.BUSY in parse(reply.data).text) == (409, True)
        monkeypatch.setattr(forecast_file, "_WAITS", 0)
        assert candour(site, monkeypatch, "--wave", "other", "--rate", 60) == 2
        assert "one runs at a time" in capsys.readouterr().err
        assert forecast_file.kept(site.settings, "other") is None


def test_one_whose_process_is_gone_is_told_from_one_that_runs(
    site: Site, client: FlaskClient
) -> None:
    forecast_file.keep(site.settings, "autumn", BEGUN)
    page = parse(client.get(ADDRESS).data)
    assert "interrupted after 35 of 200 waves" in words(page.by_id("interrupted"))
    assert page.by_id("rate") is not None
    with forecast_file.running(site.settings, "another"):
        kept = forecast_file.kept(site.settings, "autumn")
        assert kept is not None
        assert kept.state == "interrupted"  # what runs is another wave's


def test_it_stops_after_the_draw_that_it_is_at(site: Site, client: FlaskClient, token: str) -> None:
    with forecast_file.running(site.settings, "autumn"):
        draws = iter(forecast_file.counted(site.settings, "autumn", BEGUN))
        assert (next(draws), next(draws)) == (0, 1)
        reply = client.post(f"{ADDRESS}/stop", data={"csrf_token": token})
        assert reply.location == ADDRESS
        assert "It was asked to stop" in parse(client.get(ADDRESS).data).text
        with pytest.raises(Stopped):
            next(draws)
    entry = [one for one in audit_log.entries(site.stores) if one.kind == "wave"][-1]
    assert entry.what == "stopped the forecast of autumn"
    forecast_file.keep(site.settings, "autumn", replace(BEGUN, state="stopped"))
    assert "was stopped" in words(parse(client.get(ADDRESS).data).by_id("stopped"))


def test_the_command_ends_when_it_is_stopped(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(forecast_file, "is_stopping", lambda *_: True)
    assert candour(site, monkeypatch, "--wave", "autumn", "--rate", 60) == 2
    assert "The forecast was stopped" in capsys.readouterr().err
    kept = forecast_file.kept(site.settings, "autumn")
    assert kept is not None
    assert kept.state == "stopped"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"rate": ""}, "Enter how many percent will answer, 1 to 100"),
        ({"rate": "many"}, "Enter how many percent will answer"),
        ({"rate": "0"}, "Enter how many percent will answer"),
        ({"rate": "101"}, "Enter how many percent will answer"),
        ({"rate": "60 --out x"}, "Enter how many percent will answer"),
        ({"withheld": "100"}, "Enter how many percent leave a question out, 0 to 99"),
        ({"coarser": "-1"}, "Enter how many percent give a coarser answer, 0 to 99"),
    ],
)
def test_a_bad_guess_is_one_sentence_and_starts_nothing(
    client: FlaskClient,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, str],
    sentence: str,
) -> None:
    monkeypatch.setattr(forecast_pages, "_run", lambda *_: pytest.fail("it was started"))
    reply = client.post(ADDRESS, data={"csrf_token": token, **TYPED, **changed})
    assert (reply.status_code, sentence in parse(reply.data).text) == (400, True)


def test_without_headcounts_and_after_opening_there_is_none(
    site: Site, client: FlaskClient, token: str
) -> None:
    headcounts.store(site.stores, "autumn", {})
    assert "load them first" in parse(client.get(ADDRESS).data).text
    reply = client.post(ADDRESS, data={"csrf_token": token, **TYPED})
    assert reply.status_code == 400
    add_draft(site, "open", "tiny.yaml")
    with site.stores.issuer() as session:
        waves.find(session, "open").state = "open"
    address = f"{WAVES}/open/forecast"
    assert "None was made before" in parse(client.get(address).data).text
    reply = client.post(address, data={"csrf_token": token, **TYPED})
    assert b"while a wave is a draft" in reply.data


def test_a_command_that_does_not_begin_is_one_sentence(
    client: FlaskClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "PROGRAM", (sys.executable, "-S", "-c", "pass"))
    reply = client.post(ADDRESS, data={"csrf_token": token, **TYPED, "rate": "60 %"})
    assert reply.status_code == 409
    assert "could not be started" in parse(reply.data).text


def test_a_file_that_is_damaged_is_none(site: Site, client: FlaskClient) -> None:
    for content in ("", "[]", '{"state": "done"}', '{"groups": 1}'):
        forecast_file.path_of(site.settings, "autumn").write_text(content)
        assert forecast_file.kept(site.settings, "autumn") is None
    assert client.get(ADDRESS).status_code == 200


def test_a_draft_is_thrown_away_when_its_forecast_has_stopped(
    site: Site, client: FlaskClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_draft(site, "doomed", "tiny.yaml")
    begun, go_on = threading.Event(), threading.Event()

    def forecast() -> None:
        with forecast_file.running(site.settings, "doomed"), suppress(Stopped):
            for _ in forecast_file.counted(site.settings, "doomed", BEGUN):
                begun.set()
                go_on.wait()

    other = threading.Thread(target=forecast, daemon=True)
    other.start()
    assert begun.wait(5)
    away = {"csrf_token": token}
    monkeypatch.setattr(forecast_file, "_ENDS_IN", 0.0)
    refused = client.post(f"{WAVES}/doomed/throw-away", data=away)
    assert (refused.status_code, waves.get(site.stores, "doomed").state) == (409, "draft")
    assert "still being stopped" in parse(refused.data).text
    monkeypatch.setattr(forecast_file, "_ENDS_IN", 5.0)
    threading.Timer(0.1, go_on.set).start()
    assert client.post(f"{WAVES}/doomed/throw-away", data=away).status_code == 302
    other.join(5)
    assert waves.get(site.stores, "doomed").state == "destroyed"
    assert list((site.settings.home / "forecasts").glob("doomed*")) == []
