"""Cards in the browser: made elsewhere, and only the right public halves come in."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from fixtures_acts import token_of
from fixtures_planning import WAVES, add_draft
from fixtures_results import Site
from flask.testing import FlaskClient
from html_page import parse, words
from werkzeug.test import TestResponse

from survey.collect import cards, code_list, codes, fingerprint, halves
from survey.collect.cards import Survey
from survey.manage import audit_log, headcounts, waves
from survey.planning import cards_pages

ADDRESS = f"{WAVES}/autumn/cards"
CODES = codes.make(60)
HALVES = [codes.public_half(codes.parse(code), "autumn") for code in CODES]
FILE = "".join(halves.as_text("autumn", HALVES))
DIGEST = code_list.of(HALVES).digest
DRAFT = "small.yaml"


@pytest.fixture(scope="module")
def token(client: FlaskClient) -> str:
    return token_of(client, ADDRESS)


@pytest.fixture(scope="module")
def printed(site: Site) -> str:
    return fingerprint.of(waves.get(site.stores, "autumn"))


def send(
    client: FlaskClient, token: str, printed: str, content: str = FILE, digest: str = DIGEST
) -> TestResponse:
    sent = {"file": (io.BytesIO(content.encode()), "public-halves.txt")} if content else {}
    data = {"csrf_token": token, "printed": printed, "digest": digest, **sent}
    return client.post(ADDRESS, data=data)


def test_cards_are_given_from_our_page_alone(client: FlaskClient, printed: str) -> None:
    assert client.post(ADDRESS, data={"printed": printed, "digest": DIGEST}).status_code == 400
    assert client.get(f"{WAVES}/nobody/cards").status_code == 404


def test_the_line_to_run_has_the_waves_id_and_fingerprint(
    site: Site, client: FlaskClient, printed: str
) -> None:
    headcounts.store(site.stores, "autumn", {"force": 5_500})
    page = parse(client.get(ADDRESS).data)
    assert page.by_id("count").get("value") == "5776"
    shown = client.get(f"{ADDRESS}?count=6,000&address=https://survey.example.org/")
    assert words(parse(shown.data).by_id("line")) == (
        f"candour codes make autumn --count 6000 --fingerprint {printed} "
        "--address https://survey.example.org --out cards"
    )
    headcounts.store(site.stores, "autumn", {})


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("count=many", "Enter a number of cards, 50 to 200,000"),
        ("count=49", "Enter a number of cards"),
        ("count=200001", "Enter a number of cards"),
        ("count=60&address=example.org", "Enter the site alone"),
        ("count=60&address=https://a.org/;rm", "Enter the site alone"),
    ],
)
def test_what_cannot_be_run_is_not_shown_as_a_line(
    client: FlaskClient, query: str, sentence: str
) -> None:
    reply = client.get(f"{ADDRESS}?{query}")
    page = parse(reply.data)
    assert (reply.status_code, sentence in page.text) == (400, True)
    assert b"candour codes make autumn" not in reply.data


OTHER = "".join(halves.as_text("winter", HALVES))
WRONG = FILE.replace(FILE.splitlines()[2], "xyz") + "more\n"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"content": ""}, "file", "Choose public-halves.txt"),
        ({"content": "hello"}, "file", "this does not name the wave of its codes"),
        ({"content": OTHER}, "file", "were made for wave winter and work in no other"),
        ({"content": WRONG}, "file", "Nothing was taken in: 2 lines are wrong"),
        ({"content": FILE.splitlines()[0]}, "file", "there is no public half in it"),
        ({"printed": "x"}, "printed", "Enter the 16 letters and digits"),
        ({"printed": "ABCD-EFGH-JKMN-PQRS"}, "printed", "bear another fingerprint"),
        ({"digest": DIGEST[:15]}, "digest", "Enter the first 16 characters"),
        ({"digest": "0" * 16}, "digest", "not the one that the officers' machine wrote"),
    ],
)
def test_what_does_not_fit_is_one_sentence_and_nothing_is_taken_in(
    site: Site,
    client: FlaskClient,
    token: str,
    printed: str,
    changed: dict[str, str],
    field: str,
    sentence: str,
) -> None:
    reply = send(client, token, **{"printed": printed, **changed})
    page = parse(reply.data)
    assert reply.status_code == 400
    assert sentence in words(page.by_id(f"{field}-error"))
    assert waves.get(site.stores, "autumn").cards == 0
    told = [words(one) for one in page.root.iter("li") if one.get("class") == "mistakes__one"]
    assert len(told) == (2 if changed.get("content") == WRONG else 0)


def test_cards_themselves_are_refused_and_nothing_of_them_stays(
    site: Site, client: FlaskClient, token: str, printed: str
) -> None:
    survey = Survey("autumn", printed, "https://survey.example.org")
    for content in ("".join(cards.page(CODES[:9], survey)), cards.mail_merge(CODES, survey)):
        reply = send(client, token, printed, content)
        assert "holds the codes themselves" in parse(reply.data).text
        assert CODES[0].encode() not in reply.data
        entry = [one for one in audit_log.entries(site.stores) if one.kind == "wave"][-1]
        assert entry.what == "was refused a file with codes for autumn"
    assert holding(site, CODES) == []
    (site.settings.home / "left.txt").write_text(f"a card: {CODES[7]}")
    assert [path.name for path in holding(site, CODES)] == ["left.txt"]  # what is left is found
    (site.settings.home / "left.txt").unlink()


def holding(site: Site, made: list[str]) -> list[Path]:
    """Files of the home that hold one of these codes."""
    files = [path for path in site.settings.home.rglob("*") if path.is_file()]
    return [path for path in files if any(code.encode() in path.read_bytes() for code in made)]


def test_more_codes_than_a_request_takes_are_the_commands(
    client: FlaskClient, token: str, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards_pages, "MOST_HERE", 59)
    reply = send(client, token, printed)
    assert "run `candour codes import autumn public-halves.txt`" in parse(reply.data).text


def test_the_right_halves_come_in_and_the_list_can_be_compared(
    site: Site, client: FlaskClient, token: str, printed: str
) -> None:
    spaced = re.sub("(....)", r"\1 ", DIGEST[:16]).upper()
    reply = send(client, token, printed.lower(), digest=spaced)
    assert reply.location == f"{WAVES}/autumn#cards"
    assert waves.get(site.stores, "autumn").cards == 60
    assert code_list.kept(site.stores, "autumn").digest == DIGEST
    entry = list(audit_log.entries(site.stores))[-1]
    assert entry.what == "gave autumn the public halves of 60 codes; it has 60 cards"
    assert words(parse(client.get(ADDRESS).data).by_id("list")) == DIGEST
    assert "60 cards" in parse(client.get(f"{WAVES}/autumn").data).text


def test_a_wave_that_opened_takes_no_more_codes(
    site: Site, client: FlaskClient, token: str, printed: str
) -> None:
    add_draft(site, "open")
    with site.stores.issuer() as session:
        waves.find(session, "open").state = "open"
    address = f"{WAVES}/open/cards"
    assert not list(parse(client.get(address).data).by_id("main-content").iter("form"))
    sent = {"file": (io.BytesIO(FILE.encode()), "public-halves.txt")}
    data = {"csrf_token": token, "printed": printed, "digest": DIGEST, **sent}
    assert client.post(address, data=data).status_code == 400
    assert waves.get(site.stores, "open").cards == 0
