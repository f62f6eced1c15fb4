"""The public list of codes: there from the opening on, whole, and telling nothing more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date

import html_page
import pytest
from fixtures_wave import OPENED, LiveWave
from flask.testing import FlaskClient
from sqlalchemy import text

from survey.close.closing import close_wave
from survey.collect import code_list, codes, issuer, salts, submit
from survey.errors import WaveStateError
from survey.manage import waves

pytestmark = pytest.mark.both_databases

STATES = ["open", "closing", "closed", "released", "destroyed"]


def halves(live: LiveWave) -> list[bytes]:
    return [codes.public_half(codes.parse(code), "autumn") for code in live.codes]


def expected(live: LiveWave) -> list[str]:
    return sorted(hashlib.sha256(half).hexdigest() for half in halves(live))


def set_state(live: LiveWave, state: str) -> None:
    with live.stores.issuer() as session:
        waves.find(session, "autumn").state = state


def on_disk(live: LiveWave, sql: str) -> None:
    with live.stores.issuer() as session:
        session.execute(text(sql))


@pytest.mark.parametrize("state", STATES)
def test_list_is_public_from_the_opening_on(
    client: FlaskClient, live_wave: LiveWave, state: str
) -> None:
    set_state(live_wave, state)
    response = client.get("/codes/autumn/list.txt")
    assert response.mimetype == "text/plain"
    assert response.text.splitlines() == expected(live_wave)
    shown = client.get("/codes/autumn")
    page = html_page.parse(shown.data)
    assert page.h1 == "All codes: Autumn survey"
    assert "60 codes in the list" in page.text
    assert hashlib.sha256(response.data).hexdigest() in page.text
    lines = [html_page.words(item) for item in page.root.iter("li")]
    assert [line for line in lines if line in set(expected(live_wave))] == expected(live_wave)


def test_draft_has_no_public_list(client: FlaskClient, live_wave: LiveWave) -> None:
    set_state(live_wave, "draft")
    for address in ("/codes/autumn", "/codes/autumn/list.txt", "/codes/none"):
        response = client.get(address)
        assert response.status_code == 404
        assert expected(live_wave)[0] not in response.text


def test_wave_without_a_list_says_so(client: FlaskClient, live_wave: LiveWave) -> None:
    on_disk(live_wave, "DELETE FROM code_list")
    shown = client.get("/codes/autumn")
    assert shown.status_code == 404
    assert "No list of codes was kept" in shown.text
    assert client.get("/codes/autumn/list.txt").status_code == 404


@pytest.mark.parametrize(
    "invent",
    [
        lambda live: on_disk(live, "UPDATE wave SET cards = 61"),
        lambda live: on_disk(live, "DELETE FROM code_list"),
        lambda live: on_disk(live, "UPDATE code_list SET hashes = substr(hashes, 33)"),
    ],
    ids=["a-card-more", "no-list", "a-hash-less"],
)
def test_wave_whose_list_is_not_whole_does_not_open(
    live_wave: LiveWave, invent: Callable[[LiveWave], None]
) -> None:
    set_state(live_wave, "draft")
    invent(live_wave)
    with pytest.raises(WaveStateError, match="import its codes again"):
        waves.open_wave(live_wave.stores, "autumn", OPENED)


def test_importing_again_mends_the_list_and_adds_no_card(live_wave: LiveWave) -> None:
    set_state(live_wave, "draft")
    on_disk(live_wave, "DELETE FROM code_list")
    assert issuer.import_codes(live_wave.stores, "autumn", iter(halves(live_wave))) == 60
    wave = waves.open_wave(live_wave.stores, "autumn", OPENED)
    listed = code_list.published(live_wave.stores, wave)
    assert listed
    assert list(listed.hashes) == expected(live_wave)


def test_second_import_extends_the_list(live_wave: LiveWave) -> None:
    set_state(live_wave, "draft")
    spare = [codes.public_half(codes.parse(code), "autumn") for code in codes.make(5)]
    assert issuer.import_codes(live_wave.stores, "autumn", spare) == 65
    wave = waves.open_wave(live_wave.stores, "autumn", OPENED)
    assert code_list.published(live_wave.stores, wave) == code_list.of(halves(live_wave) + spare)


def test_invented_code_shows_in_the_list(live_wave: LiveWave) -> None:
    """What the officers compare: a code that they did not make changes the list and its hash."""
    told = code_list.of(halves(live_wave))
    set_state(live_wave, "draft")
    invented = codes.public_half(codes.parse(codes.make(1)[0]), "autumn")
    issuer.import_codes(live_wave.stores, "autumn", [invented])
    wave = waves.open_wave(live_wave.stores, "autumn", OPENED)
    listed = code_list.published(live_wave.stores, wave)
    assert listed
    assert listed.digest != told.digest
    assert set(listed.hashes) - set(told.hashes) == {hashlib.sha256(invented).hexdigest()}


def test_list_is_the_same_whoever_answered(client: FlaskClient, live_wave: LiveWave) -> None:
    before = client.get("/codes/autumn").data
    for code in live_wave.codes[:9]:
        submit.submit(live_wave.stores, live_wave.wave, code, {}, submit.new_attempt())
    assert client.get("/codes/autumn").data == before
    listed = client.get("/codes/autumn/list.txt").data
    close_wave(live_wave.stores, "autumn", date(2026, 9, 30))
    assert client.get("/codes/autumn/list.txt").data == listed


def test_list_shares_nothing_with_the_issuers_rows(live_wave: LiveWave) -> None:
    with live_wave.stores.issuer() as session:
        rows = session.execute(text("SELECT hash, mark FROM code")).all()
    kept = {value.hex() for row in rows for value in row}
    salt = salts.read(live_wave.settings, "autumn")
    assert salt
    from_the_list = {issuer._digest(salt, bytes.fromhex(one)).hex() for one in expected(live_wave)}
    assert not kept & (set(expected(live_wave)) | from_the_list)


def test_list_is_linked_where_people_read_how_it_works(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    assert 'href="/codes/autumn"' in client.get("/privacy").text
    close_wave(live_wave.stores, "autumn", date(2026, 9, 30))
    assert 'href="/codes/autumn"' in client.get("/receipts/autumn").text


def test_list_sets_no_cookie_and_is_not_cached(client: FlaskClient, live_wave: LiveWave) -> None:
    for address in ("/codes/autumn", "/codes/autumn/list.txt"):
        response = client.get(address)
        for name in ("Set-Cookie", "ETag", "Last-Modified"):
            assert name not in response.headers
        assert response.headers["Cache-Control"] == "no-store"
