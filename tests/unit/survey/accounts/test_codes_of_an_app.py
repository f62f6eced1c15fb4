"""Codes of an app: set up, asked for after the password, and demanded."""

from __future__ import annotations

from base64 import b32decode
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fixtures_accounts import (
    ACCOUNT,
    CHANGE,
    CODE,
    KEY,
    NEW,
    OBJECT_ID,
    SET_UP,
    change,
    code_of,
    send,
    sentence,
    stand_at,
    told,
    with_codes,
)
from fixtures_release import NORTH
from fixtures_results import BOARD, CHEAP, HR, PASSWORD, Site, sign_in
from flask.testing import FlaskClient
from html_page import parse
from werkzeug.test import TestResponse

from survey.accounts import pages
from survey.app import create_app
from survey.config import RESULTS, Settings
from survey.errors import SettingsError
from survey.manage import checking, credentials, people, second_factor
from survey.manage.checking import TRIES_OF_A_DEVICE
from survey.manage.second_factor import SECONDS
from survey.manage.sign_in import DEVICE
from survey.manage.wrong_tries import FREE


def set_up(client: FlaskClient, at: datetime, **typed: str) -> TestResponse:
    """Type what an app shows that read the key from the page."""
    page = parse(client.get(SET_UP).data)
    key = "".join((page.by_id("key").text or "").split())
    hidden = [one for one in page.root.iter("input") if one.get("type") == "hidden"]
    sent = {one.get("name", ""): one.get("value", "") for one in hidden}
    code = second_factor.code_at(b32decode(key), int(at.timestamp()))
    return client.post(SET_UP, data={**sent, "current": PASSWORD, "code": code, **typed})


def test_codes_are_set_up_with_the_first_of_them(site: Site, now: datetime) -> None:
    client, other = site.client(HR), site.client(HR)
    for wrong in ({"code": "000000"}, {"current": "not the password"}, {"code": ""}):
        assert set_up(client, now, **wrong).status_code == 400
        assert people.get(site.stores, HR).factor == ""  # type: ignore[union-attr]
    assert set_up(client, now).location == f"{ACCOUNT}?done=codes"
    assert client.get("/results/hr").status_code == 200
    assert other.get("/results/hr").location == "/results/sign-in"
    assert any("signs in with a code" in one for one in told(site))
    assert sign_in(site.app.test_client(), HR, PASSWORD).location == CODE


def test_a_key_of_another_person_or_of_long_ago_is_not_taken(site: Site, now: datetime) -> None:
    secret, client = site.settings.secret_key, site.client(HR)
    for name, ago in ((BOARD, 0), (HR, second_factor.CHOOSING_SECONDS + 1)):
        sealed = second_factor.seal(secret, name, KEY, now - timedelta(seconds=ago))
        reply = set_up(client, now, sealed=sealed, code=code_of(now))
        assert reply.status_code == 400
        assert pages.TOO_LATE in sentence(reply)
    assert people.get(site.stores, HR).factor == ""  # type: ignore[union-attr]


def test_after_the_password_comes_the_code(site: Site, now: datetime) -> None:
    with_codes(site)
    client = site.app.test_client()
    reply = sign_in(client, HR, PASSWORD)
    assert reply.location == CODE
    assert not [one for one in reply.headers.getlist("Set-Cookie") if one.startswith(DEVICE)]
    for address in ("/results", "/results/hr", ACCOUNT):
        assert client.get(address).location == "/results/sign-in"
    assert send(client, CODE, code="000000").status_code == 403
    reply = send(client, CODE, code=code_of(now))
    assert reply.location == "/results"
    assert any(one.startswith(DEVICE) for one in reply.headers.getlist("Set-Cookie"))
    assert client.get("/results/hr").status_code == 200
    assert "Could not sign in: a wrong code after the right password" in told(site)
    assert told(site)[-1] == "Signed in: as HR, with a password and a code"


def test_nobody_comes_to_the_code_without_the_password_or_long_after_it(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_codes(site)
    assert site.app.test_client().get(CODE).location == "/results/sign-in"
    assert site.client(BOARD).get(CODE).location == "/results/sign-in"
    client = site.app.test_client()
    sign_in(client, HR, PASSWORD)
    assert client.get(CODE).status_code == 200
    stand_at(monkeypatch, now + timedelta(minutes=10))
    assert client.get(CODE).location == "/results/sign-in"


def test_a_code_works_once(site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    with_codes(site)
    first, second = (site.app.test_client() for _ in range(2))
    for client in (first, second):
        sign_in(client, HR, PASSWORD)
    assert send(first, CODE, code=code_of(now)).status_code == 302
    again = send(second, CODE, code=code_of(now))
    assert again.status_code == 403
    assert pages.WRONG_CODE in sentence(again)
    later = now + timedelta(seconds=SECONDS)
    stand_at(monkeypatch, later)
    assert send(second, CODE, code=code_of(now)).status_code == 403
    assert send(second, CODE, code=code_of(later)).status_code == 302
    # The one before is none any more, though it would be in time.
    third = site.app.test_client()
    sign_in(third, HR, PASSWORD)
    assert send(third, CODE, code=code_of(now)).status_code == 403


def test_codes_that_are_not_kept_would_work_again(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_take_step", lambda *_given: True)
    with_codes(site)
    for _ in range(2):
        client = site.app.test_client()
        sign_in(client, HR, PASSWORD)
        assert send(client, CODE, code=code_of(now)).status_code == 302


def test_the_right_password_gives_nobody_more_tries_at_the_code(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_codes(site)
    replies = []
    for _ in range(FREE):
        client = site.app.test_client()
        replies.append(sign_in(client, HR, PASSWORD).status_code)
        if replies[-1] == 302:
            send(client, CODE, code="000000")
    assert 403 in replies  # the name waits, whatever is right of what is typed
    client = site.app.test_client()
    assert sign_in(client, HR, PASSWORD).status_code == 403
    monkeypatch.setattr("survey.manage.wrong_tries.FREE", 1_000)
    people.unlock(site.stores, HR)
    assert sign_in(client, HR, PASSWORD).status_code == 302
    assert send(client, CODE, code=code_of(now)).status_code == 302


def test_tries_that_the_right_password_forgave_would_never_end(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_codes(site)
    for _ in range(2 * FREE):
        client = site.app.test_client()
        assert sign_in(client, HR, PASSWORD).status_code == 302
        people.unlock(site.stores, HR)  # as a right password does where no code is needed
        assert send(client, CODE, code="000000").status_code == 403


def test_a_known_browser_does_not_wait_and_has_ten_tries(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_codes(site)
    known = site.app.test_client()
    sign_in(known, HR, PASSWORD)
    send(known, CODE, code=code_of(now))
    for _ in range(FREE + 1):
        sign_in(site.app.test_client(), HR, "not the password")
    assert sign_in(site.app.test_client(), HR, PASSWORD).status_code == 403
    stand_at(monkeypatch, later := now + timedelta(seconds=SECONDS))
    sign_in(site.app.test_client(), HR, "not the password")
    assert sign_in(known, HR, PASSWORD).location == CODE
    for _ in range(TRIES_OF_A_DEVICE - 1):
        assert send(known, CODE, code="000000").status_code == 403
        assert sign_in(known, HR, PASSWORD).location == CODE
    assert send(known, CODE, code="000000").status_code == 403
    assert sign_in(known, HR, PASSWORD).status_code == 403  # known no more, so it waits
    people.unlock(site.stores, HR)
    sign_in(known, HR, PASSWORD)
    assert send(known, CODE, code=code_of(later)).status_code == 302


def test_codes_stay_through_another_password_and_another_role(site: Site, now: datetime) -> None:
    with_codes(site)
    people.add(site.stores, HR, "administrator", None, NEW, CHEAP)
    client = site.app.test_client()
    assert sign_in(client, HR, NEW).location == CODE
    send(client, CODE, code=code_of(now))
    assert change(client, NEW, PASSWORD).location == f"{ACCOUNT}?done=password"
    assert client.get("/results/people").status_code == 200
    assert sign_in(site.app.test_client(), HR, PASSWORD).location == CODE


def test_another_app_takes_the_place_of_the_one_before(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_codes(site)
    client = site.app.test_client()
    sign_in(client, HR, PASSWORD)
    send(client, CODE, code=code_of(now))
    assert set_up(client, now).status_code == 302
    stand_at(monkeypatch, later := now + timedelta(seconds=SECONDS))
    other = site.app.test_client()
    sign_in(other, HR, PASSWORD)
    assert send(other, CODE, code=code_of(later)).status_code == 403


def test_a_key_that_cannot_be_read_lets_nobody_in(site: Site, now: datetime) -> None:
    """As after a restore, whose server has another secret key."""
    with_codes(site)
    app = create_app(replace(site.settings, secret_key="another key"))
    client = app.test_client()
    assert sign_in(client, HR, PASSWORD).location == CODE
    assert send(client, CODE, code=code_of(now)).status_code == 403
    assert any("cannot be read with this server's secret key" in one for one in told(site))
    _, first = credentials.reset_factor(site.stores, HR, now, CHEAP)
    assert sign_in(client, HR, first).location == "/results"


def test_who_lost_the_app_gets_a_first_password_and_the_old_one_is_no_use(
    site: Site, now: datetime
) -> None:
    with_codes(site)
    person, first = credentials.reset_factor(site.stores, "HR", now, CHEAP)
    assert person.factor == ""
    assert sign_in(site.app.test_client(), HR, PASSWORD).status_code == 403
    client = site.app.test_client()
    sign_in(client, HR, first)
    assert client.get("/results/hr").location == CHANGE
    people.from_organisation(site.stores, OBJECT_ID, "hr", None)
    for name, said in ((OBJECT_ID, "signs in by the organisation"), ("nobody", "Nobody called")):
        with pytest.raises(SettingsError, match=said):
            credentials.reset_factor(site.stores, name, now, CHEAP)


def test_the_key_of_an_app_is_in_no_file(site: Site) -> None:
    with_codes(site)
    files = [path for path in site.settings.home.rglob("*") if path.is_file()]
    for written in (KEY, second_factor.spelled(KEY).replace(" ", "").encode(), KEY.hex().encode()):
        assert not [path for path in files if written in path.read_bytes()]


def test_where_codes_are_demanded_no_other_page_opens_before(site: Site, now: datetime) -> None:
    app = create_app(replace(site.settings, demands_factor=True))
    client = app.test_client()
    sign_in(client, HR, PASSWORD)
    for address in ("/results", "/results/hr", ACCOUNT, CHANGE):
        assert client.get(address).location == SET_UP
    assert "no other page opens before" in sentence(client.get(SET_UP))
    assert set_up(client, now).location == f"{ACCOUNT}?done=codes"
    assert client.get("/results/hr").status_code == 200


@pytest.mark.parametrize(
    ("given", "demands"),
    [
        ({}, False),
        ({"CANDOUR_HTTPS": "1"}, True),
        ({"CANDOUR_HTTPS": "1", "CANDOUR_SECOND_FACTOR": "offered"}, False),
        ({"CANDOUR_SECOND_FACTOR": "Demanded"}, True),
    ],
)
def test_codes_are_demanded_where_it_is_set_and_over_https(
    tmp_path: Path, given: dict[str, str], demands: bool
) -> None:
    settings = Settings.from_environment({"CANDOUR_HOME": str(tmp_path), **given})
    assert settings.demands_factor is demands


def test_settings_of_accounts_are_checked(tmp_path: Path) -> None:
    home = {"CANDOUR_HOME": str(tmp_path)}
    with pytest.raises(SettingsError, match="demanded or offered"):
        Settings.from_environment({**home, "CANDOUR_SECOND_FACTOR": "maybe"})
    with pytest.raises(SettingsError, match="1 to 168"):
        Settings.from_environment({**home, "CANDOUR_FIRST_PASSWORD_HOURS": "0"})
    words = Settings.from_environment({**home, "CANDOUR_PASSWORD_WORDS": "Northshire, , The Wall"})
    assert words.password_words == ("Northshire", "The Wall")


def test_on_a_host_of_results_alone_names_of_units_come_from_releases(site: Site) -> None:
    alone = create_app(Settings.at(site.settings.home, surfaces=(RESULTS,))).test_client()
    sign_in(alone, HR, PASSWORD)
    assert "everybody here knows" in sentence(change(alone, PASSWORD, f"hr {NORTH} zebra"))
