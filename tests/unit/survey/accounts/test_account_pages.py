"""One's own account: another password, codes of an app, and what stands open before."""

from __future__ import annotations

from base64 import b32decode
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from fixtures_release import NORTH
from fixtures_results import BOARD, CHEAP, HR, PASSWORD, Site, make_site, sign_in
from flask.testing import FlaskClient
from html_page import parse
from werkzeug.test import TestResponse

from survey import clock
from survey.accounts import pages
from survey.app import create_app
from survey.config import RESULTS, Settings
from survey.errors import SettingsError
from survey.manage import audit_log, checking, credentials, log_words, people, second_factor
from survey.manage.checking import TRIES_OF_A_DEVICE
from survey.manage.people import Person
from survey.manage.second_factor import SECONDS
from survey.manage.sign_in import DEVICE, REFUSED
from survey.manage.wrong_tries import FREE

NEW = "kettle ladder moth"
KEY = b"12345678901234567890"
OBJECT_ID = "3f2a0c1e-0000-4000-8000-0123456789ab"
ACCOUNT = "/results/account"
CHANGE, SET_UP, CODE = f"{ACCOUNT}/password", f"{ACCOUNT}/second-step", "/results/sign-in/code"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path / "home", waves=("spring",))


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that are chosen are hashed with little work."""
    choose = partial(credentials.choose_password, hasher=CHEAP)
    monkeypatch.setattr(credentials, "choose_password", choose)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A moment at which the clock stands still, in the middle of a step."""
    at = clock.now().replace(second=15, microsecond=0)
    stand_at(monkeypatch, at)
    return at


def stand_at(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: at)


def send(client: FlaskClient, address: str, **typed: str) -> TestResponse:
    """Fill in the form of a page as a browser does, hidden fields included."""
    page = parse(client.get(address).data)
    fields = [one for one in page.root.iter("input") if one.get("type") == "hidden"]
    hidden = {one.get("name", ""): one.get("value", "") for one in fields}
    return client.post(address, data=hidden | typed)


def change(client: FlaskClient, current: str, new: str, again: str | None = None) -> TestResponse:
    return send(client, CHANGE, current=current, new=new, again=new if again is None else again)


def code_of(at: datetime, key: bytes = KEY) -> str:
    return second_factor.code_at(key, int(at.timestamp()))


def with_codes(site: Site, name: str = HR) -> Person:
    """Somebody who needs codes; none was given yet."""
    person = people.get(site.stores, name)
    assert person is not None
    return credentials.take_factor(site.stores, person, KEY, 0)


def told(site: Site) -> list[str]:
    """What the log says of signing in and of accounts."""
    kinds = {"sign-in", "failed", "setting"}
    return [log_words.did(one) for one in audit_log.entries(site.stores) if one.kind in kinds]


def sentence(reply: TestResponse) -> str:
    return parse(reply.data).text


# Another password


def test_another_password_takes_the_place_of_the_one_before(site: Site) -> None:
    client = site.client(HR)
    assert client.get(ACCOUNT).status_code == 200
    reply = change(client, PASSWORD, NEW)
    assert reply.location == f"{ACCOUNT}?done=password"
    assert pages.DONE["password"] in sentence(client.get(reply.location))
    assert sign_in(site.app.test_client(), HR, PASSWORD).status_code == 403
    assert sign_in(site.app.test_client(), HR, NEW).status_code == 302
    assert any("hr chose another password" in one for one in told(site))


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


# First passwords


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


# Codes


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
