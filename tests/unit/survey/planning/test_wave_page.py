"""The list of waves and the page of one: states, facts, fingerprints and steps."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from fixtures_planning import WAVES, add_draft
from fixtures_results import HR, Site
from flask.testing import FlaskClient
from html_page import parse, words

from survey.collect import fingerprint
from survey.manage import audit_log, log_words, waves
from survey.manage.steps import Step
from survey.planning import wave_page


def moved(site: Site, wave_id: str, state: str, opened: date | None) -> None:
    with site.stores.issuer() as session:
        row = waves.find(session, wave_id)
        row.state, row.opened = state, opened


def test_waves_are_for_their_manager_and_nobody_else_sees_a_link(
    site: Site, client: FlaskClient
) -> None:
    assert site.client().get(WAVES).location == "/results/sign-in"
    assert WAVES in client.get("/results").get_data(as_text=True)
    assert WAVES not in site.client(HR).get("/results/hr").get_data(as_text=True)


def test_a_list_without_waves_says_so(site: Site, client: FlaskClient) -> None:
    assert "No wave is being prepared" in parse(client.get(WAVES).data).text


def test_waves_that_are_over_stand_by_themselves(site: Site, client: FlaskClient) -> None:
    for name, state, opened in (
        ("old", "destroyed", date(2026, 1, 5)),
        ("wrong", "destroyed", None),
        ("now", "open", date(2026, 9, 1)),
        ("next", "draft", None),
    ):
        add_draft(site, name)
        moved(site, name, state, opened)
    page = parse(client.get(WAVES).data)
    lines = [words(one) for one in page.root.iter("p") if one.get("class") == "planned__title"]
    assert lines == ["Next Draft", "Now Open", "Wrong Thrown away", "Old Finished"]
    assert "opened 1 September 2026" in page.text
    assert page.text.count("no cards yet") == 1, "of the draft alone"
    compared = parse(client.get("/results/manage/questionnaires").data)
    chosen = {words(one).partition(":")[0] for one in compared.root.iter("option")}
    assert {"Wrong (thrown away)", "Old (finished)", "Now (open)", "Next (draft)"} <= chosen


def test_the_page_of_a_wave_shows_its_facts_fingerprints_and_steps(
    site: Site, client: FlaskClient
) -> None:
    wave = add_draft(site, "winter-2027")
    page = parse(client.get(f"{WAVES}/winter-2027").data)
    assert (page.h1, words(page.by_id("fingerprint"))) == ("Winter-2027", fingerprint.of(wave))
    assert len(words(page.by_id("officers")).split()) == 16
    for said in ("Draft", "winter-2027", "those that everybody has", "None are loaded"):
        assert said in page.text
    assert words(page.by_id("next")) == "Next: load headcounts"
    assert [one.get("id") for one in page.root.iter("h2") if "step__title" in one.get("class", "")]


def test_a_wave_that_is_not_there_is_not_found(site: Site, client: FlaskClient) -> None:
    for name in ("nobody", "%00", "..", "x" * 80):
        assert client.get(f"{WAVES}/{name}").status_code == 404


def test_a_step_of_another_room_is_one_line_in_the_list(
    site: Site, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_draft(site, "listed")
    cards = next(one for one in wave_page.STEPS if one.__module__.endswith("cards_step"))

    def other(*asked: object) -> Step:
        made = cards(*asked)  # type: ignore[arg-type]
        assert made is not None
        return Step("open", "Opening", "later", made.template, made.page)

    monkeypatch.setattr(wave_page, "STEPS", (other, lambda *_: None))
    page = parse(client.get(f"{WAVES}/listed").data)
    assert words(page.by_id("open")) == "Opening Not yet"


def test_what_a_manager_opens_is_logged_in_words(site: Site, client: FlaskClient) -> None:
    add_draft(site, "logged")
    client.get(f"{WAVES}/logged")
    entry = list(audit_log.entries(site.stores))[-1]
    assert log_words.did(entry) == "Opened a page: the page of wave logged"
    assert log_words.place(WAVES) == "the list of waves"
    assert log_words.place(f"{WAVES}/a/headcounts") == "wave a, headcounts"


def test_style_sheets_of_one_page_name_no_class_twice() -> None:
    # A table of headcounts had the width of a table of another page, and no number on a phone.
    folder = Path(wave_page.__file__).parents[1] / "static" / "source"
    ours, readers = (
        set(re.findall(r"^\.([\w-]+)", (folder / name).read_text(), re.MULTILINE))
        for name in ("planning.css", "results.css")
    )
    assert {"heads", "step"} <= ours
    assert ours & readers == set()
