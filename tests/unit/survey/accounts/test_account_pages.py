"""One's own account: another password, and a first one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fixtures_accounts import (
    ACCOUNT,
    CHANGE,
    KEY,
    NEW,
    OBJECT_ID,
    SET_UP,
    change,
    send,
    sentence,
    stand_at,
    told,
    with_codes,
)
from fixtures_release import NORTH
from fixtures_results import BOARD, CHEAP, HR, PASSWORD, Site, sign_in
from html_page import parse

from survey.accounts import pages
from survey.app import create_app
from survey.errors import SettingsError
from survey.manage import audit_log, credentials, log_words, people
from survey.manage.checking import TRIES_OF_A_DEVICE
from survey.manage.sign_in import DEVICE, REFUSED
from survey.results import store


def test_another_password_takes_the_place_of_the_one_before(site: Site) -> None:
    client = site.client(HR)
    assert client.get(ACCOUNT).status_code == 200
    reply = change(client, PASSWORD, NEW)
    assert reply.location == f"{ACCOUNT}?done=password"
    assert pages.DONE["password"] in sentence(client.get(reply.location))
    assert sign_in(site.app.test_client(), HR, PASSWORD).status_code == 403
    assert sign_in(site.app.test_client(), HR, NEW).status_code == 302
    assert any("hr chose another password" in one for one in told(site))


def test_a_board_is_called_by_the_name_of_its_command_and_by_its_id_before_any_survey(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site.client(BOARD)
    assert "Board of Response North" in parse(client.get(ACCOUNT).data).text
    monkeypatch.setattr(store, "all_releases", lambda _: ())
    assert f"Board of {NORTH}" in parse(client.get(ACCOUNT).data).text


def test_the_log_says_which_page_of_an_account_was_opened(site: Site) -> None:
    client = site.client(BOARD)
    for address in (ACCOUNT, CHANGE):
        client.get(address)
    said = [log_words.did(one) for one in audit_log.entries(site.stores)]
    assert said[-2:] == [
        "Opened a page: their own account",
        "Opened a page: their own account, password",
    ]


def test_every_other_session_ends_and_this_one_goes_on(site: Site) -> None:
    client, other = site.client(HR), site.client(HR)
    known = other.get_cookie(DEVICE, path="/results/sign-in")
    change(client, PASSWORD, NEW)
    assert client.get("/results/hr").status_code == 200
    assert other.get("/results/hr").location == "/results/sign-in"
    mine = client.get_cookie(DEVICE, path="/results/sign-in")
    person = people.get(site.stores, HR)
    assert known is not None
    assert mine is not None
    assert person is not None
    assert mine.value == person.device != known.value


REFUSED_CHANGES = (
    ("not the password", NEW, NEW, pages.WRONG_PASSWORD),
    (PASSWORD, "short", "short", "12 characters or more"),
    (PASSWORD, "password1234", "password1234", "tried first"),
    (PASSWORD, f"hr {NORTH} zebra", f"hr {NORTH} zebra", "everybody here knows"),
    (PASSWORD, PASSWORD, PASSWORD, "choose another one"),
    (PASSWORD, NEW, NEW + "s", "Enter the same new password again"),
    ("", NEW, NEW, "Enter the password that you have now"),
    (PASSWORD, "", "", "Enter the password that you want"),
)
"""The password of now, the new one twice, and what is said."""


def test_what_cannot_be_is_said_and_nothing_is_changed(site: Site) -> None:
    client = site.client(HR)
    for current, new, again, said in REFUSED_CHANGES:
        reply = change(client, current, new, again)
        assert reply.status_code == 400
        page = parse(reply.data)
        assert page.title.startswith("Error: ")
        assert said in page.text
        assert not new or f'value="{new}"' not in reply.text
    assert client.get("/results/hr").status_code == 200
    assert sign_in(site.app.test_client(), HR, PASSWORD).status_code == 302


def test_browsers_and_password_managers_are_told_what_each_field_is(site: Site) -> None:
    client = site.client(HR)
    page = parse(client.get(CHANGE).data)
    fields = {one.get("name"): one for one in page.root.iter("input")}
    assert {
        name: fields[name].get("type") for name in ("current", "new", "again")
    } == dict.fromkeys(("current", "new", "again"), "password")
    kinds = {name: fields[name].get("autocomplete") for name in ("current", "new", "again")}
    assert kinds == {
        "current": "current-password",
        "new": "new-password",
        "again": "new-password",
    }
    assert not [one for one in fields.values() if one.get("maxlength") or one.get("onpaste")]
    code = parse(client.get(SET_UP).data).by_id("code")
    assert code.get("autocomplete") == "one-time-code"


def test_guessing_with_somebodys_session_ends_it_and_their_own_tries_do_not(site: Site) -> None:
    client = site.client(HR)
    for _ in range(TRIES_OF_A_DEVICE):
        assert change(client, "not the password", NEW).status_code == 400
    assert change(client, PASSWORD, NEW).status_code == 400  # one too many
    assert client.get("/results/hr").location == "/results/sign-in"
    assert sign_in(site.app.test_client(), HR, PASSWORD).status_code == 302
    assert any("somebody who is signed in" in one for one in told(site))
    client = site.client(HR)
    for _ in range(3):
        for _ in range(TRIES_OF_A_DEVICE - 1):
            change(client, "not the password", NEW)
        assert change(client, PASSWORD, "short").status_code == 400  # the right one: begins anew
    assert client.get("/results/hr").status_code == 200


def test_whoever_signs_in_by_the_organisation_has_no_password_here(site: Site) -> None:
    people.add(site.stores, "kim", "hr", None, PASSWORD, CHEAP)
    client = site.client("kim")
    person = people.from_organisation(site.stores, OBJECT_ID, "hr", None)
    with client.session_transaction("/results") as held:
        held.update(name=OBJECT_ID, epoch=person.epoch)
    assert "your organisation's" in sentence(client.get(ACCOUNT))
    for address in (CHANGE, SET_UP):
        assert client.get(address).status_code == 403
        assert client.post(address).status_code in {400, 403}
    demanding = create_app(replace(site.settings, demands_factor=True)).test_client()
    cookie = client.get_cookie("candour", path="/results")
    assert cookie is not None
    demanding.set_cookie("candour", cookie.value, path="/results")
    assert demanding.get("/results/hr").status_code == 200


def test_forms_without_their_token_change_nothing(site: Site) -> None:
    client = site.client(HR)
    sent = {"current": PASSWORD, "new": NEW, "again": NEW}
    assert client.post(CHANGE, data=sent).status_code == 400
    assert client.post(SET_UP, data={"current": PASSWORD, "code": "123456"}).status_code == 400
    assert sign_in(site.app.test_client(), HR, PASSWORD).status_code == 302


def test_signing_out_everywhere_is_a_button_that_says_so(site: Site) -> None:
    client, other = site.client(BOARD), site.client(BOARD)
    page = parse(client.get(ACCOUNT).data)
    assert "Sign out everywhere" in page.text
    assert send(client, ACCOUNT).status_code == 405  # its form goes to where signing out is
    given = next(one.get("value") for one in page.root.iter("input"))
    assert client.post("/results/sign-out", data={"csrf_token": given}).status_code == 302
    assert other.get(f"/results/board/{NORTH}").location == "/results/sign-in"


def invited(site: Site, now: datetime) -> None:
    ends = people.first_password_ends(site.stores, now)
    people.add(site.stores, "kim", "hr", None, PASSWORD, CHEAP, first_until=ends)


def test_a_first_password_opens_one_page_and_is_gone_then(site: Site, now: datetime) -> None:
    invited(site, now)
    client = site.client("kim")
    for address in ("/results", "/results/hr", ACCOUNT, SET_UP):
        assert client.get(address).location == CHANGE
    assert "nobody else knows" in sentence(client.get(CHANGE))
    assert change(client, PASSWORD, PASSWORD).status_code == 400
    assert change(client, PASSWORD, NEW).location == f"{ACCOUNT}?done=password"
    assert client.get("/results/hr").status_code == 200
    assert sign_in(site.app.test_client(), "kim", PASSWORD).status_code == 403
    assert people.get(site.stores, "kim").first_until is None  # type: ignore[union-attr]


def test_a_password_that_is_given_after_a_first_one_stays(site: Site, now: datetime) -> None:
    invited(site, now)
    people.add(site.stores, "kim", "hr", None, NEW, CHEAP)
    assert people.get(site.stores, "kim").first_until is None  # type: ignore[union-attr]
    client = site.app.test_client()
    assert sign_in(client, "kim", NEW).status_code == 302
    assert client.get("/results/hr").status_code == 200


def test_what_was_begun_before_a_reset_changes_nothing_after_it(site: Site, now: datetime) -> None:
    before = people.get(site.stores, HR)
    assert before is not None
    after, _ = credentials.reset_factor(site.stores, HR, now, CHEAP)
    for change_it in (
        lambda person: credentials.choose_password(site.stores, person, PASSWORD, NEW),
        lambda person: credentials.take_factor(site.stores, person, KEY, 1),
    ):
        with pytest.raises(SettingsError, match="ended meanwhile"):
            change_it(before)
        assert people.get(site.stores, HR) == after
    credentials.take_factor(site.stores, after, KEY, 1)  # the control: nothing came in between
    assert people.get(site.stores, HR).factor  # type: ignore[union-attr]


def test_a_password_is_chosen_while_the_issuers_database_cannot_be_read(site: Site) -> None:
    client = site.client(HR)
    (site.settings.home / "issuer.db").write_bytes(b"no database" * 400)
    assert change(client, PASSWORD, NEW).location == f"{ACCOUNT}?done=password"


def test_a_first_password_is_over_after_three_days(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited(site, now)
    stand_at(monkeypatch, now + timedelta(hours=72, seconds=-1))
    client = site.client("kim")
    stand_at(monkeypatch, now + timedelta(hours=72))
    assert change(client, PASSWORD, NEW).status_code == 400
    late = sign_in(site.app.test_client(), "kim", PASSWORD)
    assert late.status_code == 403
    assert REFUSED in sentence(late)
    assert any("a first password that is over" in one for one in told(site))
    invited(site, now + timedelta(hours=72))
    assert sign_in(site.app.test_client(), "kim", PASSWORD).status_code == 302


def test_who_may_sign_in_shows_who_still_has_a_first_password(site: Site, now: datetime) -> None:
    invited(site, now)
    with_codes(site)
    listed = sentence(site.client("federation").get("/results/people"))
    assert "HR, with a first password here, not yet with one of their own" in listed
    assert "HR, with a password here and a code" in listed
