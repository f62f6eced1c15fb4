"""See what your board will see: the real page, invented figures, and nobody is noticed."""

from __future__ import annotations

import html_page
import pytest
from fixtures_rooms import walked
from fixtures_wave import LiveWave
from flask import Flask
from flask.testing import FlaskClient
from html_page import words

from analysis.release import folder
from survey.results import invented, scope

PAGE = "/example/board"


def test_the_invented_release_is_of_this_version_and_hides_what_a_real_one_would() -> None:
    release = invented.release()
    assert folder.signer_of(invented.FILE.read_bytes())
    assert (release.manifest.wave, release.manifest.closed) == (invented.WAVE, invented.CLOSED)
    assert release.certificates is not None, "it went through the auditor"
    seen = scope.of_command(release, invented.COMMAND)
    assert seen is not None
    statuses = {row.status for row in release.groups if row.group in seen.groups}
    assert statuses == {"shown", "c"}
    assert any(concern.group in seen.groups for concern in release.concerns)


def test_the_page_is_a_boards_and_says_that_it_is_invented(client: FlaskClient) -> None:
    response = client.get(PAGE)
    page = html_page.parse(response.data)
    assert page.h1 == "Invented: Custody and Justice North: results for the board"
    assert page.title.startswith("Invented")
    assert "Every figure on this page is invented" in page.text
    assert "Leave this page quickly" in page.text
    for heading in ("How are we?", "What is of concern?", "What is better?"):
        assert heading in page.text
    links = {link.get("href", "") for link in page.root.iter("a")}
    assert not [link for link in links if link.startswith("/results")]
    assert PAGE in client.get("/").text
    assert PAGE in client.get("/survey/autumn").text


def test_its_rooms_can_be_walked_and_lead_to_no_real_page(client: FlaskClient) -> None:
    pages = {name: html_page.parse(text) for name, text in walked(client, PAGE).items()}
    assert {"themes", "departments", "groups", "findings", "watched", "response"} <= set(pages)
    for page in pages.values():
        assert page.h1.startswith("Invented: ")
        assert "Every figure on this page is invented" in page.text
        assert "Leave this page quickly" in page.text
        hrefs = [one.get("href", "") for one in page.root.iter("a")]
        assert not [one for one in hrefs if one.startswith("/results")]
    page = pages["departments"]
    department = next(row for row in page.root.iter("tr") if "Aldermoor custody" in words(row))
    assert "number not shown. Instead: Custody and Justice North" in words(department)
    hidden = [row for row in pages["themes"].root.iter("tr") if "[c]" in words(row)]
    assert any("White ethnic groups" in words(row) for row in hidden)
    assert client.get(f"{PAGE}/cellar").status_code == 404


def test_nobody_is_noticed_who_looks(
    client: FlaskClient, app: Flask, live_wave: LiveWave, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get(PAGE)
    assert not [name for name in ("Set-Cookie", "ETag") if name in response.headers]
    assert response.headers["Cache-Control"] == "no-store"
    assert caplog.records == []
    assert "results" not in live_wave.settings.surfaces, "it needs no database of results"
