"""Signing in by the organisation, with a tenant of the tests' own; and attacks that must fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import mock_tenant
import pytest
from fixtures_release import NORTH, SOUTH
from fixtures_results import Site, make_site
from flask.testing import FlaskClient
from html_page import parse
from mock_tenant import PERSON, TENANT, Claims, MockTenant
from werkzeug.test import TestResponse

from survey import clock
from survey.app import create_app
from survey.config import Settings
from survey.errors import OrganisationError, SettingsError
from survey.manage import audit_log, organisation, people

SITE = "http://localhost"
LEAVE = "/results/sign-in/organisation"
OTHER = "99999999-2222-4333-8444-555555555555"
GROUP = "0a1b2c3d-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def running() -> Iterator[MockTenant]:
    with mock_tenant.running() as tenant:
        yield tenant


@pytest.fixture(scope="module")
def filled(running: MockTenant, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("site") / "home")


@pytest.fixture
def tenant(running: MockTenant) -> MockTenant:
    """The tenant as it is by itself."""
    fresh = MockTenant(address=running.address, asked=running.asked, codes=running.codes)
    running.asked.clear()
    vars(running).update(vars(fresh))
    return running


@pytest.fixture
def site(filled: Site, tenant: MockTenant) -> Site:
    """The site, in a process that knows no keys yet."""
    environment = {"CANDOUR_HOME": str(filled.settings.home)}
    environment |= mock_tenant.environment(tenant, SITE)
    app = create_app(Settings.from_environment(environment))
    app.testing = False
    return replace(filled, app=app)


def come_back(client: FlaskClient) -> TestResponse:
    """Go to the tenant's page, sign in there, and come back."""
    return client.get(mock_tenant.visit(client.get(LEAVE).location))


def last_told(site: Site) -> audit_log.Entry:
    return audit_log.page(site.stores, 1)[0]


def test_who_has_a_role_there_reads_what_it_may_and_only_id_and_role_are_kept(
    site: Site, tenant: MockTenant
) -> None:
    client = site.app.test_client()
    assert LEAVE in client.get("/results/sign-in").text
    reply = come_back(client)
    assert reply.status_code == 200
    assert parse(reply.data).h1 == "You are signed in"
    assert last_told(site).what == "as HR, by the organisation"
    assert client.get("/results").location == "/results/hr"
    assert client.get("/results/hr").status_code == 200
    assert people.get(site.stores, PERSON) == people.Person(PERSON, "hr", None)
    kept = (site.settings.home / "results.db").read_bytes()
    for private in (b"Somebody Real", b"force.example", b"pairwise"):
        assert private not in kept


def test_role_and_command_are_those_of_today_and_older_sessions_end(
    site: Site, tenant: MockTenant
) -> None:
    before = site.app.test_client()
    come_back(before)
    tenant.roles = ["Candour.North", "Something.Else"]
    client = site.app.test_client()
    come_back(client)
    assert client.get("/results").location == f"/results/board/{NORTH}"
    assert client.get(f"/results/board/{SOUTH}").status_code == 403
    assert before.get("/results/hr").location == "/results/sign-in"
    tenant.roles, tenant.changes = [], {"groups": [GROUP]}
    come_back(client)
    assert client.get("/results/log").status_code == 200
    people.remove(site.stores, PERSON)
    assert client.get("/results/log").location == "/results/sign-in"


def test_the_session_stays_strict_and_what_is_kept_meanwhile_goes_nowhere_else(
    site: Site, tenant: MockTenant
) -> None:
    client = site.app.test_client()
    leaving = client.get(LEAVE).headers["Set-Cookie"]
    assert "SameSite=Lax" in leaving
    assert "HttpOnly" in leaving
    assert f"Path={LEAVE}" in leaving
    given = come_back(client).headers.getlist("Set-Cookie")
    session = next(one for one in given if one.startswith("candour="))
    assert "SameSite=Strict" in session
    assert client.get_cookie("candour_going", path=LEAVE) is None


BAD_CLAIMS: dict[str, Claims] = {
    "another issuer": {"iss": f"https://login.microsoftonline.com/{OTHER}/v2.0"},
    "no issuer": {"iss": None},
    "another application": {"aud": OTHER},
    "other applications too": {"aud": [mock_tenant.CLIENT, OTHER], "azp": mock_tenant.CLIENT},
    "another tenant": {"tid": OTHER},
    "no tenant": {"tid": None},
    "expired": {"exp": -120},
    "never expires": {"exp": None},
    "not yet": {"nbf": 600},
    "from the future": {"iat": 600},
    "another sign-in's nonce": {"nonce": "replayed"},
    "no nonce": {"nonce": None},
    "no object id": {"oid": None},
    "an object id that is none": {"oid": "hr"},
}
BAD_SIGNATURES: dict[str, Callable[[MockTenant, Claims], str]] = {
    "not signed": mock_tenant.unsigned,
    "signed with the public key": mock_tenant.by_the_public_key,
    "signed by a stranger": mock_tenant.by_a_stranger,
    "no token": lambda *_: "a.b",
    "signed by a key that is not told": lambda _, claims: mock_tenant.by_rsa(8)(claims),
}


def refused(site: Site, reply: TestResponse, client: FlaskClient) -> bool:
    """Whether somebody was not let in, with the one sentence, and the log tells of nobody."""
    (told,) = audit_log.page(site.stores, 1, kind="failed")
    return (
        reply.status_code == 403
        and OrganisationError.PUBLIC in parse(reply.data).text
        and client.get("/results/hr").location == "/results/sign-in"
        and told.who == ""
    )


def test_a_token_with_a_wrong_claim_lets_nobody_in(site: Site, tenant: MockTenant) -> None:
    for name, changes in BAD_CLAIMS.items():
        # Times are seconds from now, and now is when the test runs.
        now = int(time.time())
        told = {key: now + one if isinstance(one, int) else one for key, one in changes.items()}
        client, tenant.changes = site.app.test_client(), told
        assert refused(site, come_back(client), client), name
    tenant.changes = {"exp": int(time.time()) - 30}  # within the skew
    assert come_back(site.app.test_client()).status_code == 200


def test_a_token_that_the_tenant_did_not_sign_lets_nobody_in(
    site: Site, tenant: MockTenant
) -> None:
    for name, signed in BAD_SIGNATURES.items():
        client, tenant.signed = site.app.test_client(), signed
        assert refused(site, come_back(client), client), name


def test_what_comes_back_must_be_what_this_browser_left_for(
    site: Site, tenant: MockTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim, attacker = site.app.test_client(), site.app.test_client()
    planted = mock_tenant.visit(attacker.get(LEAVE).location)
    assert refused(site, victim.get(planted), victim)  # who never left
    victim.get(LEAVE)
    assert refused(site, victim.get(planted), victim)  # whose state is another
    mine = mock_tenant.visit(victim.get(LEAVE).location)
    assert refused(site, victim.get(f"{mine}&iss=https%3A%2F%2Felsewhere.example"), victim)
    mine = mock_tenant.visit(victim.get(LEAVE).location)
    without = mine.partition("&state=")[0]
    assert refused(site, victim.get(without), victim)
    mine = mock_tenant.visit(victim.get(LEAVE).location)
    code = mine.partition("code=")[2].partition("&")[0]
    tenant.codes[code]["code_challenge"] = "another browser's"
    assert refused(site, victim.get(mine), victim)
    assert refused(site, victim.get(f"{LEAVE}/back?error=access_denied&state=x"), victim)
    used = mock_tenant.visit(attacker.get(LEAVE).location)
    cookie = attacker.get_cookie("candour_going", path=LEAVE)
    assert attacker.get(used).status_code == 200
    assert cookie is not None
    victim.set_cookie("candour_going", cookie.value, path=LEAVE)
    assert refused(site, victim.get(used), victim)  # the same answer a second time


def test_who_leaves_and_comes_back_too_late_is_not_let_in(
    site: Site, tenant: MockTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site.app.test_client()
    mine = mock_tenant.visit(client.get(LEAVE).location)
    later = time.time() + 601
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    client_cookie = client.get_cookie("candour_going", path=LEAVE)
    assert client_cookie is not None
    reply = client.get(mine, headers={"Cookie": f"candour_going={client_cookie.value}"})
    assert reply.status_code == 403


@pytest.mark.parametrize("roles", [[], ["Candour.Chief"], ["Candour.HR", "Candour.North"], "x"])
def test_who_has_no_role_or_two_is_told_so(
    site: Site, tenant: MockTenant, roles: list[str]
) -> None:
    tenant.roles = roles
    client = site.app.test_client()
    reply = come_back(client)
    assert reply.status_code == 403
    assert OrganisationError.NO_ROLE in parse(reply.data).text


@pytest.mark.parametrize("roles", [[], ["Candour.HR", "Candour.North"]])
def test_a_role_that_was_taken_away_ends_at_the_next_sign_in_in_every_browser(
    site: Site, tenant: MockTenant, roles: list[str]
) -> None:
    before = site.app.test_client()
    assert come_back(before).status_code == 200
    assert before.get("/results/hr").status_code == 200
    tenant.roles = roles
    assert come_back(site.app.test_client()).status_code == 403
    failed, ended = audit_log.page(site.stores, 2)
    assert (failed.who, failed.kind) == (PERSON, "failed")
    assert (ended.who, ended.role, ended.kind) == (PERSON, "hr", "setting")
    assert before.get("/results/hr").location == "/results/sign-in"
    assert people.get(site.stores, PERSON) is None
    start = audit_log.head(site.stores).number
    assert come_back(site.app.test_client()).status_code == 403
    later = [one for one in audit_log.entries(site.stores) if one.number > start]
    assert not any(one.who for one in later)  # nobody of that id is known any more


def test_a_group_counts_by_its_id_and_never_by_a_name(site: Site, tenant: MockTenant) -> None:
    for groups, status in ((["Candour.HR"], 403), ([GROUP.upper()], 200), ([OTHER], 403)):
        tenant.roles, tenant.changes = [], {"groups": groups}
        assert come_back(site.app.test_client()).status_code == status, groups


def test_a_token_in_the_address_is_not_taken(site: Site, tenant: MockTenant) -> None:
    client = site.app.test_client()
    left = parse_qs(urlsplit(client.get(LEAVE).location).query)
    (nonce,), (state,) = left["nonce"], left["state"]
    token = tenant.make(tenant.claims(nonce))
    told = f"id_token={token}&access_token=x&token_type=bearer&state={state}"
    planted = {"QUERY_STRING": f"a=b#{told}"}
    assert refused(site, client.get(f"{LEAVE}/back", environ_overrides=planted), client)


def test_new_keys_are_asked_for_and_not_more_often_than_once_a_minute(
    site: Site, tenant: MockTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> int:
        return tenant.asked.count(f"/{TENANT}/discovery/v2.0/keys")

    began = clock.now()
    assert come_back(site.app.test_client()).status_code == 200
    assert come_back(site.app.test_client()).status_code == 200
    assert asked() == 1
    tenant.key, tenant.told = 2, (2,)
    assert come_back(site.app.test_client()).status_code == 403  # asked a moment ago
    assert asked() == 1
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(seconds=61))
    assert come_back(site.app.test_client()).status_code == 200
    assert asked() == 2
    tenant.key, tenant.told = 1, (2,)
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(seconds=122))
    assert come_back(site.app.test_client()).status_code == 403  # a key that was taken back


@pytest.mark.parametrize("target", ["https://elsewhere.example", "//elsewhere.example"])
def test_coming_back_leads_nowhere_else(site: Site, tenant: MockTenant, target: str) -> None:
    client = site.app.test_client()
    named = client.get(LEAVE, headers={"Host": "elsewhere.example"}).location
    assert "redirect_uri=http%3A%2F%2Flocalhost%2Fresults" in named
    left = client.get(f"{LEAVE}?next={target}")
    reply = client.get(f"{mock_tenant.visit(left.location)}&next={target}")
    assert "elsewhere" not in reply.text
    assert 'url=/results"' in reply.text


def test_a_site_without_an_organisation_has_no_way_there(filled: Site) -> None:
    assert filled.client().get(LEAVE).status_code == 404
    assert LEAVE not in filled.client().get("/results/sign-in").text


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CANDOUR_OIDC_TENANT", "common", "its GUID"),
        ("CANDOUR_OIDC_CLIENT", "x", "its GUID"),
        ("CANDOUR_OIDC_SECRET", "", "also needs CANDOUR_OIDC_SECRET"),
        ("CANDOUR_OIDC_ROLES", "hr", "list of roles"),
        ("CANDOUR_OIDC_ROLES", "Candour.HR=chief", "no role 'chief'"),
        ("CANDOUR_OIDC_ROLES", "Candour.North=board", "reads one command"),
        ("CANDOUR_OIDC_AUTHORITY", "http://login.example", "CANDOUR_OIDC_AUTHORITY"),
        ("CANDOUR_RESULTS_ADDRESS", "results.example", "CANDOUR_RESULTS_ADDRESS"),
    ],
)
def test_settings_that_cannot_be_are_one_sentence(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    tenant = MockTenant(address="https://login.example")
    given = {"CANDOUR_HOME": str(tmp_path), **mock_tenant.environment(tenant, SITE), name: value}
    with pytest.raises(SettingsError, match=said):
        organisation.expect_roles(Settings.from_environment(given))


def test_the_secret_is_shown_nowhere(tmp_path: Path) -> None:
    given = mock_tenant.environment(MockTenant(address="https://login.example"), SITE)
    settings = Settings.from_environment({"CANDOUR_HOME": str(tmp_path), **given})
    assert mock_tenant.SECRET not in repr(settings)
