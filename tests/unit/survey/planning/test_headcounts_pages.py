"""Headcounts in the browser: CSV or XLSX, all mistakes at once, totals first, then loaded."""

from __future__ import annotations

import io

import pytest
from fixtures_acts import token_of
from fixtures_planning import MANAGER, WAVES, add_draft, workbook_of
from fixtures_results import Site
from flask.testing import FlaskClient
from html_page import parse, words
from werkzeug.test import TestResponse

from survey.manage import audit_log, headcounts, waves

ADDRESS = f"{WAVES}/autumn/headcounts"
CSV = "group,headcount\nforce,120\ncommand=north,80\n"
DRAFT = "tiny.yaml"


@pytest.fixture(scope="module")
def token(client: FlaskClient) -> str:
    return token_of(client, ADDRESS)


def send(
    client: FlaskClient, token: str, content: str | bytes, name: str = "h.csv"
) -> TestResponse:
    raw = content if isinstance(content, bytes) else content.encode()
    data = {"csrf_token": token, "do": "check", "file": (io.BytesIO(raw), name)}
    return client.post(ADDRESS, data=data)


def test_they_are_loaded_from_our_page_alone_which_says_who_sees_them(
    site: Site, client: FlaskClient
) -> None:
    assert client.post(ADDRESS, data={"do": "load", "counts": CSV}).status_code == 400
    assert client.get(f"{WAVES}/nobody/headcounts").status_code == 404
    assert headcounts.of_wave(site.stores, "autumn") is None
    assert "small groups' too: wave managers" in parse(client.get(ADDRESS).data).text


def test_totals_are_shown_before_anything_is_loaded(
    site: Site, client: FlaskClient, token: str
) -> None:
    csv = "group,headcount\nforce,130\ncommand=north,70\ncommand=north-a,30\ncommand=north-b,50\n"
    page = parse(send(client, token, csv).data)
    assert page.h1 == "Load these headcounts?"
    assert "The force has 130 people" in page.text
    assert "its parts have 10 more" in page.text
    assert headcounts.of_wave(site.stores, "autumn") is None
    sent = {
        one.get("name", ""): one.get("value", "")
        for one in page.root.iter("input")
        if one.get("type") == "hidden"
    }
    reply = client.post(ADDRESS, data={**sent, "do": "load"})
    assert reply.location == f"{WAVES}/autumn#headcounts"
    kept = {"force": 130, "command=north": 70, "command=north-a": 30, "command=north-b": 50}
    assert headcounts.of_wave(site.stores, "autumn") == kept
    entry = list(audit_log.entries(site.stores))[-1]
    assert (entry.kind, entry.what) == ("wave", "loaded headcounts of 4 groups for autumn")
    assert "Loaded for 4 of" in parse(client.get(f"{WAVES}/autumn").data).text
    again = parse(send(client, token, "group,headcount\nforce,131\nethnicity=white,9\n").data)
    assert "1 groups have another number, 1 had none before, and 3 had one" in again.text


def test_a_workbook_says_the_same_as_text(client: FlaskClient, token: str) -> None:
    content = workbook_of(People=[["group", "headcount"], ["force", 120], ["command=north", 80]])
    for sent in (content, CSV, "\N{BYTE ORDER MARK}" + CSV.replace("\n", "\r\n")):
        page = parse(send(client, token, sent, "any.name").data)
        fields = [one for one in page.root.iter("input") if one.get("name") == "counts"]
        assert fields[0].get("value") == CSV


def test_every_mistake_is_told_at_once_with_file_and_row(client: FlaskClient, token: str) -> None:
    wrong = "group,headcount\nforce,many\ncommand=moon,3\nforce,4\ncommand=north,5,6\n"
    reply = send(client, token, wrong, "mine.csv")
    page = parse(reply.data)
    assert reply.status_code == 400
    told = [words(one) for one in page.root.iter("li") if one.get("class") == "mistakes__one"]
    assert [one.split(":")[0] for one in told] == [f"mine.csv, row {row}" for row in (2, 3, 4, 5)]
    assert "there are 4 mistakes" in page.text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "the file is empty"),
        ("group,headcount\n", "there is no row below the first"),
        ("unit,people\nforce,3\n", "the columns are unit,people; they must be group,headcount"),
        (b"group,headcount\nforce,\xff\n", "this is not UTF-8 text"),
        ('group,headcount\n"force,3\n', "this is not a CSV file"),
        ("group,headcount\nforce,-3\n", "row 2: the headcount of 'force' is '-3'"),
        (b"PK\x03\x04rest", "the workbook is damaged"),
    ],
)
def test_each_bad_file_is_one_sentence_beside_the_field(
    client: FlaskClient, token: str, content: str | bytes, sentence: str
) -> None:
    reply = send(client, token, content)
    assert reply.status_code == 400
    assert sentence in words(parse(reply.data).by_id("file-error"))


def test_no_file_and_a_form_that_was_changed_load_nothing(
    site: Site, client: FlaskClient, token: str
) -> None:
    before = headcounts.of_wave(site.stores, "autumn")
    nothing = client.post(ADDRESS, data={"csrf_token": token, "do": "check"})
    assert "Choose a file, CSV or XLSX" in parse(nothing.data).text
    data = {"csrf_token": token, "do": "load", "counts": "group,headcount\nforce,x\n"}
    assert "The form, row 2: the headcount" in parse(client.post(ADDRESS, data=data).data).text
    assert headcounts.of_wave(site.stores, "autumn") == before


def test_the_file_to_fill_in_names_every_group(site: Site, client: FlaskClient) -> None:
    lines = client.get(f"{ADDRESS}/groups.csv").get_data(as_text=True).splitlines()
    plan = waves.get(site.stores, "autumn").questionnaire.plan
    assert lines == ["group,headcount", *(f"{group.id}," for group in plan.groups)]


def test_headcounts_of_a_destroyed_wave_stay_as_they_are(
    site: Site, client: FlaskClient, token: str
) -> None:
    add_draft(site, "gone", "tiny.yaml")
    with site.stores.issuer() as session:
        waves.find(session, "gone").state = "destroyed"
    address = f"{WAVES}/gone/headcounts"
    assert "headcounts cannot change now" in parse(client.get(address).data).text
    data = {"csrf_token": token, "do": "load", "counts": CSV}
    reply = client.post(address, data=data)
    assert reply.status_code == 400
    assert headcounts.of_wave(site.stores, "gone") is None


def test_the_log_names_who_loaded_headcounts_of_a_wave_that_is_no_draft(
    site: Site, client: FlaskClient, token: str
) -> None:
    add_draft(site, "opened", "tiny.yaml")
    with site.stores.issuer() as session:
        waves.find(session, "opened").state = "open"
    before = audit_log.head(site.stores).number
    data = {"csrf_token": token, "do": "load", "counts": CSV}
    assert client.post(f"{WAVES}/opened/headcounts", data=data).status_code == 302
    entries = [one for one in audit_log.entries(site.stores) if one.number > before]
    said = [(one.who, one.what) for one in entries if "which is open" in one.what]
    assert said == [(MANAGER, "loaded headcounts of opened, which is open")]
