from __future__ import annotations

import base64
import json
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from fixtures_release import NORTH, SOUTH
from fixtures_results import BOARD, CHEAP, HR, PASSWORD, Site, make_site, sign_in
from flask import session  # noqa: TID251
from flask.testing import FlaskClient
from html_page import parse

from survey import clock
from survey.app import create_app
from survey.config import RESULTS, Settings
from survey.errors import SettingsError
from survey.manage import people
from survey.manage.sessions import is_for_readers
from survey.manage.sign_in import DEVICE, REFUSED, require


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path, waves=("spring",))


def held(client: FlaskClient) -> dict[str, object]:
    """What the sign-in cookie holds."""
    cookie = client.get_cookie("candour", path="/results")
    assert cookie is not None
    text = cookie.value
    payload = text.lstrip(".").split(".")[0]
    content = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    found: dict[str, object] = json.loads(
        zlib.decompress(content) if text.startswith(".") else content
    )
    return found


def token(client: FlaskClient, address: str) -> str:
    page = parse(client.get(address).data)
    fields = (field for field in page.root.iter("input") if field.get("name") == "csrf_token")
    return next(fields).get("value", "")


HELD = {"name", "epoch", "since", "id", "_permanent"}


def test_the_session_holds_nothing_of_a_person_but_the_name(site: Site) -> None:
    client = site.client(BOARD)
    assert set(held(client)) == HELD
    client.get(f"/results/board/{NORTH}")  # its sign-out button needs a CSRF token
    assert set(held(client)) == HELD | {"csrf_token"}


def test_a_session_shares_nothing_with_the_one_before_signing_in(site: Site) -> None:
    client = site.app.test_client()
    with client.session_transaction("/results") as planted:
        planted.update(id="known to somebody else", planted="stays?")
    assert sign_in(client, HR, PASSWORD).status_code == 302
    first = held(client)
    assert set(first) == HELD
    assert first["id"] != "known to somebody else"
    sign_in(client, HR, PASSWORD)
    assert held(client)["id"] != first["id"]


def test_the_cookie_of_a_known_browser_goes_to_the_sign_in_page_alone(site: Site) -> None:
    client = site.app.test_client()
    given = sign_in(client, HR, PASSWORD).headers.getlist("Set-Cookie")
    cookie = next(one for one in given if one.startswith(DEVICE))
    assert "Path=/results/sign-in" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert DEVICE in client.get("/results/sign-in").request.headers["Cookie"]
    assert DEVICE not in client.get("/results/hr").request.headers["Cookie"]


def test_the_cookie_is_for_readers_alone_and_lasts_half_an_hour(site: Site) -> None:
    reply = sign_in(site.app.test_client(), HR, PASSWORD)
    given = reply.headers.getlist("Set-Cookie")
    cookie = next(one for one in given if one.startswith("candour="))
    assert "Path=/results;" in cookie + ";"
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert site.app.permanent_session_lifetime == timedelta(minutes=30)


def test_an_old_session_is_over(site: Site) -> None:
    client = site.client(HR)
    assert client.get("/results/hr").status_code == 200
    site.app.permanent_session_lifetime = timedelta(seconds=-1)
    assert client.get("/results/hr").location == "/results/sign-in"


def test_no_session_outlasts_a_shift_however_busy(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, began = site.client(HR), clock.now()
    for hours, status in ((7.9, 200), (8.1, 302), (-0.1, 302)):
        at = began + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        assert client.get("/results/hr").status_code == status


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CANDOUR_IDLE_MINUTES", "4"),
        ("CANDOUR_IDLE_MINUTES", "61"),
        ("CANDOUR_IDLE_MINUTES", "-5"),
        ("CANDOUR_SESSION_HOURS", "0"),
        ("CANDOUR_SESSION_HOURS", "a day"),
    ],
)
def test_sessions_cannot_be_set_long(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({"CANDOUR_HOME": str(tmp_path), name: value})
    short = {"CANDOUR_HOME": str(tmp_path), "CANDOUR_IDLE_MINUTES": "10"}
    assert Settings.from_environment(short).idle_minutes == 10


@pytest.mark.parametrize("address", ["/", "/privacy", "/no-such-page", "/sign-in", "/resultsx"])
def test_no_cookie_is_set_or_read_outside_the_readers_pages(site: Site, address: str) -> None:
    client = site.client(HR)
    reply = client.get(address)
    assert "Set-Cookie" not in reply.headers
    assert "Cookie" not in reply.request.headers
    assert not is_for_readers(address)


def test_a_session_used_on_a_respondents_route_is_an_error(site: Site) -> None:
    with (
        site.app.test_request_context("/survey/spring"),
        pytest.raises(RuntimeError, match="session is unavailable"),
    ):
        session["anything"] = "kept"


def test_a_wrong_password_and_a_wrong_name_get_the_same_page(site: Site) -> None:
    pages = []
    for name in (HR, "nobody"):
        reply = sign_in(site.app.test_client(), name, "not the password")
        assert reply.status_code == 403
        page = parse(reply.data)
        assert REFUSED in page.text
        pages.append(page.text)
    assert pages[0] == pages[1]


def test_empty_fields_are_named_in_an_error_summary(site: Site) -> None:
    reply = sign_in(site.app.test_client(), "", "")
    assert reply.status_code == 400
    page = parse(reply.data)
    assert page.title.startswith("Error: ")
    assert page.text.count("Enter your password") == 2


def test_a_form_without_its_token_is_refused(site: Site) -> None:
    client = site.app.test_client()
    reply = client.post("/results/sign-in", data={"name": HR, "password": PASSWORD})
    assert reply.status_code == 400
    assert client.get("/results/hr").status_code == 302


def test_signing_out_needs_the_token_and_ends_the_session(site: Site) -> None:
    client = site.client(HR)
    assert client.post("/results/sign-out").status_code == 400
    assert client.get("/results/hr").status_code == 200
    given = token(client, "/results/hr")
    assert client.post("/results/sign-out", data={"csrf_token": given}).status_code == 302
    assert client.get("/results/hr").location == "/results/sign-in"


def test_a_link_cannot_sign_anybody_out(site: Site) -> None:
    assert site.client(HR).get("/results/sign-out").status_code == 405


def test_whoever_is_moved_or_removed_is_signed_out_everywhere(site: Site) -> None:
    clients = [site.client(BOARD), site.client(BOARD)]
    people.add(site.stores, BOARD, "board", SOUTH, PASSWORD, CHEAP)
    for client in clients:
        assert client.get(f"/results/board/{NORTH}").location == "/results/sign-in"
    client = site.client(BOARD)
    assert client.get(f"/results/board/{NORTH}").status_code == 403
    assert client.get(f"/results/board/{SOUTH}").status_code == 200
    people.remove(site.stores, BOARD)
    assert client.get(f"/results/board/{SOUTH}").location == "/results/sign-in"
    people.add(site.stores, BOARD, "board", SOUTH, PASSWORD, CHEAP)
    assert client.get(f"/results/board/{SOUTH}").location == "/results/sign-in"


def test_signing_out_ends_copies_of_the_cookie_too(site: Site) -> None:
    client, copy = site.client(HR), site.app.test_client()
    cookie = client.get_cookie("candour", path="/results")
    assert cookie is not None
    copy.set_cookie("candour", cookie.value, path="/results")
    assert copy.get("/results/hr").status_code == 200
    client.post("/results/sign-out", data={"csrf_token": token(client, "/results/hr")})
    assert copy.get("/results/hr").location == "/results/sign-in"


@pytest.mark.parametrize("target", ["https://elsewhere.example", "//elsewhere.example", "/box"])
def test_signing_in_leads_nowhere_else(site: Site, target: str) -> None:
    client = site.app.test_client()
    given = token(client, f"/results/sign-in?next={target}")
    reply = client.post(
        f"/results/sign-in?next={target}",
        data={"csrf_token": given, "name": HR, "password": PASSWORD, "next": target},
    )
    assert reply.location == "/results"


def test_a_forged_cookie_signs_nobody_in(site: Site, tmp_path: Path) -> None:
    other = create_app(Settings.at(tmp_path, secret_key="another", surfaces=(RESULTS,)))
    forger = other.test_client()
    person = people.get(site.stores, HR)
    assert person is not None
    with forger.session_transaction("/results") as forged:
        forged.update(name=HR, epoch=person.epoch, since=int(clock.now().timestamp()))
    cookie = forger.get_cookie("candour", path="/results")
    assert cookie is not None
    client = site.app.test_client()
    client.set_cookie("candour", cookie.value, path="/results")
    assert client.get("/results/hr").location == "/results/sign-in"


def test_the_short_address_leads_to_signing_in(site: Site) -> None:
    assert site.client().get("/sign-in").location == "/results/sign-in"


def test_a_guarded_view_tells_who_may_open_it() -> None:
    guarded = require("hr", "releases")(lambda person: person.name)
    assert guarded.roles == {"hr", "officer"}  # type: ignore[attr-defined]


def test_the_results_surface_stands_alone(tmp_path: Path) -> None:
    site = make_site(tmp_path, waves=("spring",))
    alone = create_app(Settings.at(tmp_path, surfaces=(RESULTS,)))
    assert "respond" not in alone.blueprints
    assert Site(alone, site.settings, site.stores).client(HR).get("/results/hr").status_code == 200
