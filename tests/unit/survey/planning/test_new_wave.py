"""A new wave in the browser: all mistakes at once, nothing lost, and the command's own draft."""

from __future__ import annotations

import html
import io
import re

import pytest
from fixtures_acts import token_of
from fixtures_planning import MANAGER, WAVES, add_draft
from fixtures_results import HR, Site
from fixtures_wave import QUESTIONNAIRES
from flask.testing import FlaskClient
from html_page import Page, parse, words
from werkzeug.test import TestResponse

from analysis.policy import RULES, DisclosurePolicy
from survey.close import keys
from survey.manage import audit_log, waves
from survey.planning import new_wave, sending
from survey.questionnaire import loader

NEW = "/results/manage/new-wave"
SMALL = (QUESTIONNAIRES / "small.yaml").read_text()
OFFICERS = keys.new()
PUBLIC = OFFICERS.public.as_json()
TYPED = {
    **new_wave.first_texts(),
    "title": "Autumn 2027",
    "wave_id": "autumn-2027",
    "choice": "own",
    "text": SMALL,
    "public_text": PUBLIC,
    "do": "check",
}


@pytest.fixture(scope="module")
def token(client: FlaskClient) -> str:
    return token_of(client, NEW)


def send(client: FlaskClient, token: str, **changed: object) -> TestResponse:
    data = {"csrf_token": token, **TYPED, **changed}
    return client.post(NEW, data=data, content_type="multipart/form-data")


def errors(page: Page) -> list[str]:
    summary = [one for one in page.root.iter("div") if "summary" in one.get("class", "")]
    return [words(one) for one in summary[0].iter("a")] if summary else []


def file(content: str | bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content.encode() if isinstance(content, str) else content), name


def test_waves_are_made_from_our_page_alone(site: Site, client: FlaskClient) -> None:
    assert client.post(NEW, data=TYPED).status_code == 400
    assert waves.all_waves(site.stores) == ()


def test_the_form_offers_the_library_and_every_rule(client: FlaskClient) -> None:
    page = parse(client.get(NEW).data)
    options = [one.get("value") for one in page.by_id("choice").iter("option")]
    assert options == ["", "culture", "leavers", "probation", "pulse", "own"]
    for name, rule in RULES.items():
        assert page.by_id(f"rule-{name}").get("value") == str(getattr(DisclosurePolicy(), name))
        assert rule.reason.replace("`", "") in page.text


def test_what_is_made_is_shown_first_and_is_what_the_command_makes(
    site: Site, client: FlaskClient, token: str
) -> None:
    page = parse(send(client, token, **{"rule-k": "15"}).data)
    assert page.h1 == "Make this draft?"
    assert words(page.by_id("officers")) == OFFICERS.public.fingerprint
    assert "k is 15 people (and not 10)" in page.text
    assert "No wave here has this questionnaire" in page.text
    assert waves.all_waves(site.stores) == ()
    sent = {
        one.get("name", ""): one.get("value", "")
        for one in page.root.iter("input")
        if one.get("type") == "hidden"
    }
    refused = client.post(NEW, data={**sent, "do": "make"})
    assert (refused.status_code, len(errors(parse(refused.data)))) == (400, 1)
    reply = client.post(NEW, data={**sent, "do": "make", "compared": "yes"})
    assert reply.location == f"{WAVES}/autumn-2027"
    wave = waves.get(site.stores, "autumn-2027")
    assert (wave.state, wave.title, wave.policy.k) == ("draft", "Autumn 2027", 15)
    assert wave.questionnaire == loader.parse(SMALL, "small")
    assert wave.public_key == OFFICERS.public.public_key
    entry = list(audit_log.entries(site.stores))[-1]
    assert (entry.kind, entry.what) == (
        "wave",
        "made the draft autumn-2027 of small, with k is 15 people (and not 10)",
    )


def test_a_questionnaire_of_the_library_and_files_are_taken(
    client: FlaskClient, token: str
) -> None:
    pulse = parse(send(client, token, wave_id="p", choice="pulse", text="").data)
    assert "Workforce pulse survey, version 2-pulse" in pulse.text
    both = {"file": file(SMALL, "s.yaml"), "public": file(PUBLIC, "public.json")}
    page = parse(send(client, token, wave_id="f", choice="", text="", public_text="", **both).data)
    assert page.h1 == "Make this draft?"


def test_mistakes_of_a_file_are_told_all_at_once_with_their_lines_and_it_is_kept(
    client: FlaskClient, token: str
) -> None:
    wrong = SMALL.replace("version:", "versoin:").replace("type: ", "type: x", 1)
    reply = send(client, token, wave_id="w", text="", file=file(wrong, "own.yaml"), title="")
    page = parse(reply.data)
    assert reply.status_code == 400
    told = [words(one) for one in page.root.iter("li") if one.get("class") == "mistakes__one"]
    assert len(told) > 1
    line = wrong[: wrong.index("versoin")].count("\n") + 1
    assert any(one.startswith(f"Line {line}:") and "versoin" in one for one in told)
    assert errors(page)[0].endswith("mistakes; mend them here or in the file")
    assert "Enter a title of 1 to 200 characters" in errors(page)
    assert page.fields("main-content")["text"] == [wrong]
    assert page.fields("main-content")["public_text"] == [PUBLIC]
    again = send(client, token, wave_id="w", text=wrong.replace("\n", "\r\n"), do="change")
    assert again.status_code == 200
    assert errors(parse(again.data)) == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"choice": ""}, "Choose a questionnaire"),
        ({"choice": "../culture"}, "Choose a questionnaire"),
        ({"text": " "}, "Choose the file of your questionnaire, or one of the library"),
        ({"text": "a: " + "x" * 200_001}, "at most 200,000 are read"),
        ({"text": "a: *b"}, "Line 1: this is not YAML"),
        ({"text": "a: b\n\x00"}, "Line 2 is not UTF-8 text"),
        ({"text": SMALL + "\nfielded: elsewhere\n"}, "file of answers from elsewhere"),
        ({"title": " "}, "Enter a title of 1 to 200 characters"),
        ({"title": "x" * 201}, "Enter a title of 1 to 200 characters"),
        ({"title": "a\x07b"}, "characters of the title that cannot be seen"),
        ({"wave_id": ""}, "Enter an id"),
        ({"wave_id": "Autumn 27"}, "'Autumn 27' cannot be a wave's id"),
        ({"wave_id": "taken"}, "There is a wave taken already"),
        ({"public_text": ""}, "Choose the officers' public.json"),
        ({"public_text": "{}"}, "This file is not the public.json of `candour keys new`"),
        ({"public_text": keys.as_json(OFFICERS)}, "This file is a secret of the officers"),
        ({"rule-k": "ten"}, "k is 'ten'; enter a whole number"),
        ({"rule-k": "9"}, "k cannot be 9: a rule can be made stricter than 10 people"),
        ({"rule-top_code": "95"}, "top_code cannot be 95: a rule can be made stricter than 90"),
        ({"rule-k": "5000"}, "k cannot be 5,000; it can be 10 to 1,000"),
        ({"rule-coalition": "9"}, "Coalition must leave at least two of k people unknown"),
    ],
)
def test_each_mistake_is_one_sentence_beside_its_field(
    site: Site, client: FlaskClient, token: str, changed: dict[str, str], sentence: str
) -> None:
    if changed.get("wave_id") == "taken" and len(waves.all_waves(site.stores)) < 2:
        add_draft(site, "taken")
    reply = send(client, token, **{"wave_id": "free", **changed, "do": "make"})
    told = re.findall(r'<a href="#[\w-]+">(.*?)</a>', reply.get_data(as_text=True))
    assert (reply.status_code, len(told)) == (400, 1), told
    assert sentence in html.unescape(told[0])


def test_a_secret_that_was_sent_is_not_sent_back(client: FlaskClient, token: str) -> None:
    secret = keys.as_json(OFFICERS)
    reply = send(client, token, wave_id="s", public_text="", public=file(secret, "release.key"))
    assert OFFICERS.signing.private_bytes_raw().hex().encode() not in reply.data


def test_a_try_to_loosen_a_rule_is_logged(site: Site, client: FlaskClient, token: str) -> None:
    send(client, token, wave_id="loose", **{"rule-k": "5", "rule-top_code": "99"})
    entry = [one for one in audit_log.entries(site.stores) if one.kind == "wave"][-1]
    assert (entry.who, entry.kind) == (MANAGER, "wave")
    assert entry.what == (
        "was refused looser rules for a new wave (loose): k=5 where 10 is the loosest, top_code=99 "
        "where 90 is the loosest"
    )


def test_earlier_waves_of_the_line_are_named_with_what_breaks(
    site: Site, client: FlaskClient, token: str
) -> None:
    add_draft(site, "spring")
    fair = "I am treated fairly at work, whatever my background"
    page = parse(send(client, token, wave_id="n", text=SMALL.replace(fair, "People are fair")).data)
    assert "Spring (draft)" in page.text
    assert "5 of 6 lines of single statements go on" in page.text
    add_draft(site, "zulu")
    page = parse(client.get(f"{WAVES}/zulu").data)
    link = next(one for one in page.root.iter("a") if "What changed since" in words(one))
    assert client.get(link.get("href", "")).status_code == 200


def test_files_may_be_large_for_a_manager_and_for_nobody_else(
    site: Site, client: FlaskClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(site.app.config, "MAX_CONTENT_LENGTH", 50_000)
    long = file("x" * 210_000, "long.yaml")
    assert "at most 200,000" in send(client, token, wave_id="l", file=long).get_data(as_text=True)
    long = file("x" * 60_000, "long.yaml")
    assert site.client(HR).post(NEW, data={"file": long}).status_code == 413
    monkeypatch.setattr(sending, "LARGEST", 70_000)
    long = file("x" * 80_000, "long.yaml")
    assert send(client, token, wave_id="l", file=long).status_code == 413


def test_a_draft_is_thrown_away_and_nothing_else_is(site: Site, client: FlaskClient) -> None:
    add_draft(site, "wrong")
    address = f"{WAVES}/wrong/throw-away"
    assert "The id wrong stays taken" in parse(client.get(address).data).text
    assert client.post(address).status_code == 400
    assert waves.get(site.stores, "wrong").state == "draft"
    token = token_of(client, address)
    assert client.post(address, data={"csrf_token": token}).location == WAVES
    assert waves.get(site.stores, "wrong").state == "destroyed"
    assert not list(site.settings.salt_folder.glob("wrong.*"))
    assert list(audit_log.entries(site.stores))[-1].what == "threw the draft wrong away"
    again = client.post(address, data={"csrf_token": token})
    assert again.status_code == 409
    assert "no draft any more" in parse(again.data).text
