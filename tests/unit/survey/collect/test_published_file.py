"""The public file of a wave: there from the opening on, with no more than may be public."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import html_page
import pytest
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from sqlalchemy import delete

from analysis import zipped
from survey.close.closing import close_wave
from survey.collect import code_list, codes, published, submit
from survey.manage import closings, wave_file, waves
from survey.manage.tables import CodeListRow
from survey.manage.wave_file import WaveFile

CLOSED = date(2026, 9, 30)
ADDRESS = "/published/autumn.wave"
PUBLIC = {"wave.json", "questionnaire.yaml", "codes.txt"}
TOLD = {"closing.json", "receipts.txt", "tokens.txt"}


def set_state(live: LiveWave, state: str) -> None:
    with live.stores.issuer() as session:
        waves.find(session, "autumn").state = state


def downloaded(client: FlaskClient) -> WaveFile:
    response = client.get(ADDRESS)
    assert response.status_code == 200
    return wave_file.unpack(response.data, "autumn.wave")


def names(client: FlaskClient) -> set[str]:
    return set(zipfile.ZipFile(io.BytesIO(client.get(ADDRESS).data)).namelist())


def test_an_open_wave_publishes_keys_questions_and_codes(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    found = downloaded(client)
    assert names(client) == PUBLIC
    halves = [codes.public_half(codes.parse(code), "autumn") for code in live_wave.codes]
    assert found == WaveFile(live_wave.wave, code_list.of(halves).hashes)


def test_while_it_is_open_the_file_tells_nothing_of_who_answered(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    before = client.get(ADDRESS).data
    for code in live_wave.codes[:9]:
        submit.submit(live_wave.stores, live_wave.wave, code, {}, submit.new_attempt())
    assert client.get(ADDRESS).data == before


@pytest.mark.parametrize("state", ["closed", "released", "destroyed"])
def test_a_closed_wave_publishes_counts_receipts_and_tokens(
    client: FlaskClient, live_wave: LiveWave, state: str
) -> None:
    submit.submit_many(live_wave.stores, live_wave.wave, [(c, {}) for c in live_wave.codes[:9]])
    before = client.get(ADDRESS).data
    close_wave(live_wave.stores, "autumn", CLOSED)
    set_state(live_wave, state)
    assert client.get(ADDRESS).data != before
    assert names(client) == PUBLIC | TOLD
    told = downloaded(client).closing
    assert told == closings.told(live_wave.stores, "autumn")
    assert told
    assert len(told.receipts) == len(told.tokens) == 9


def test_what_is_told_while_closing_waits_for_the_close(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    close_wave(live_wave.stores, "autumn", CLOSED)
    set_state(live_wave, "closing")
    assert names(client) == PUBLIC


def test_a_file_that_is_told_anew_is_packed_anew(client: FlaskClient, live_wave: LiveWave) -> None:
    close_wave(live_wave.stores, "autumn", CLOSED)
    assert downloaded(client).closing == closings.Closing(60, 0, 0)
    closings.tell(live_wave.stores, "autumn", closings.Closing(60, 7, 0))
    assert downloaded(client).closing == closings.Closing(60, 7, 0)


def test_the_file_is_packed_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    published.packed.cache_clear()
    packings = []

    def pack(files: dict[str, bytes]) -> bytes:
        packings.append(files)
        return b"packed"

    monkeypatch.setattr(zipped, "pack", pack)
    assert {client.get(ADDRESS).data for _ in range(5)} == {b"packed"}
    assert len(packings) == 1
    published.packed.cache_clear()


def test_drafts_and_waves_without_a_list_have_no_file(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    assert client.get("/published/none.wave").status_code == 404
    set_state(live_wave, "draft")
    assert client.get(ADDRESS).status_code == 404
    set_state(live_wave, "closed")
    with live_wave.stores.issuer() as session:
        session.execute(delete(CodeListRow))
    assert client.get(ADDRESS).status_code == 404
    for address in ("/codes/autumn", "/receipts/autumn"):
        assert ADDRESS not in client.get(address).text


def test_file_is_a_download_with_the_headers_of_every_respondents_page(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    response = client.get(ADDRESS)
    assert response.mimetype == "application/zip"
    assert response.headers["Content-Disposition"] == 'attachment; filename="autumn-opened.wave"'
    set_state(live_wave, "closed")
    closed = client.get(ADDRESS).headers["Content-Disposition"]
    assert closed == 'attachment; filename="autumn.wave"', "beside the one that was kept"
    for name in ("Set-Cookie", "ETag", "Last-Modified"):
        assert name not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_lists_lead_to_the_file_and_say_how_to_check_it(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    close_wave(live_wave.stores, "autumn", CLOSED)
    for address in ("/codes/autumn", "/receipts/autumn"):
        shown = client.get(address)
        assert f'href="{ADDRESS}"' in shown.text
        assert "candour verify wave autumn.wave" in html_page.parse(shown.data).text
