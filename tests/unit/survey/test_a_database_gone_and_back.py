"""A database or a ballot box goes away while the pages are served, and comes back: one sentence
meanwhile, nothing counted twice, and no restart."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import html_page
import postgresql
import pytest
from fixtures_tokens import any_blinded, half, key_of, received, seal, take_ticket, to_send, used
from fixtures_wave import QUESTIONNAIRES, LiveWave, open_live_wave
from flask.testing import FlaskClient
from plain_forms import checked, filled
from postgresql import Cluster, name_of

from survey import database
from survey.app import create_app
from survey.collect import base64url, box, sealed_pages, tokens
from survey.errors import BoxError

SORRY = "Sorry, something went wrong"
AGAIN = "go back and press Send again: sending twice counts once"


def to_redeem(live: LiveWave, number: int) -> dict[str, str]:
    blinded = any_blinded()
    proof = key_of(live, number).sign(tokens.to_redeem("autumn", blinded))
    named = {"half": half(live, number), "blinded": blinded, "proof": proof}
    return {name: base64url.write(content) for name, content in named.items()}


def expect_one_sentence(client: FlaskClient, step: str, form: object) -> None:
    """A page in words, as a browser without JavaScript gets it; no trace of the cause."""
    reply = client.post(f"/survey/autumn/{step}", data=form)
    assert reply.status_code in {500, 503}
    page = html_page.parse(reply.data).text
    assert SORRY in page
    assert AGAIN in page
    inside = ("sqlite", "Traceback", "psycopg", "candour migrate")
    assert not [word for word in inside if word in page]


def expect_told_and_then_taken(
    live: LiveWave, client: FlaskClient, away: Callable[[], None], back: Callable[[], None]
) -> None:
    """Both ways of answering, while the issuer's database is away and when it is back."""
    form, sent = checked(client, live.codes[0]), to_redeem(live, 1)
    assert client.post("/survey/autumn/send", data=form).status_code == 200
    away()
    later = filled(live.codes[2])
    expect_one_sentence(client, "check", later)
    expect_one_sentence(client, "send", form)
    reply = client.post("/issue/autumn", json=sent)
    assert (reply.status_code, reply.json) == (500, {"error": sealed_pages.FAILED})
    back()
    assert client.post("/issue/autumn", json=sent).status_code == 200
    assert client.post("/survey/autumn/send", data=form).status_code == 200
    assert client.post("/survey/autumn/check", data=later).status_code == 200
    assert (used(live), received(live)) == (2, 1)


def moving(path: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    """Somebody moves a file away, and back."""
    elsewhere = path.with_name("elsewhere")
    return lambda: shutil.move(path, elsewhere), lambda: shutil.move(elsewhere, path)


def copying(path: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    """Somebody copies a file and removes it, and puts the copy in its place."""
    elsewhere = path.with_name("elsewhere")

    def away() -> None:
        shutil.copy(path, elsewhere)
        path.unlink()

    return away, lambda: shutil.move(elsewhere, path)


@pytest.mark.parametrize("how", [moving, copying])
def test_a_file_that_was_away_is_used_again(
    live_wave: LiveWave,
    client: FlaskClient,
    how: Callable[[Path], tuple[Callable[[], None], Callable[[], None]]],
) -> None:
    path = live_wave.settings.home / "issuer.db"
    away, back = how(path)

    def gone() -> None:
        away()
        assert not path.exists()

    def there() -> None:
        assert not path.exists(), "an empty one was made in its place"
        back()

    expect_told_and_then_taken(live_wave, client, gone, there)


def test_a_server_that_keeps_reading_the_old_file_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_which", lambda _file: None)
    app = create_app(live_wave.settings)
    app.testing = False
    live = replace(live_wave, stores=app.extensions["candour"])
    away, back = copying(live.settings.home / "issuer.db")
    with pytest.raises(AssertionError):
        expect_told_and_then_taken(live, app.test_client(), away, back)


def test_a_ballot_box_that_was_away_takes_the_same_sending(
    live_wave: LiveWave, client: FlaskClient
) -> None:
    ticket, sealed = take_ticket(live_wave, 0), seal(live_wave)
    form = checked(client, live_wave.codes[1])
    away, back = moving(box.path_of(live_wave.settings, "autumn"))
    away()
    reply = client.post("/survey/autumn/send", data=form)
    assert reply.status_code == 503
    assert BoxError.PUBLIC in html_page.parse(reply.data).text
    reply = client.post("/box/autumn", json=to_send(ticket, sealed))
    assert (reply.status_code, reply.json) == (503, {"error": BoxError.PUBLIC})
    back()
    assert client.post("/survey/autumn/send", data=form).status_code == 200
    assert client.post("/box/autumn", json=to_send(ticket, sealed)).status_code == 200
    assert (used(live_wave), received(live_wave)) == (2, 2)


@pytest.mark.parametrize(
    "live_wave", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_a_database_that_lets_nobody_in_for_a_while_is_used_again(
    live_wave: LiveWave, client: FlaskClient, cluster: Cluster
) -> None:
    name = name_of(live_wave.settings.issuer_url)

    def away() -> None:
        cluster.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        cluster.run(ended)

    expect_told_and_then_taken(
        live_wave,
        client,
        away,
        lambda: cluster.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"),
    )


@pytest.mark.long
def test_a_postgresql_that_is_stopped_and_started_is_used_again(tmp_path: Path) -> None:
    with postgresql.running() as cluster, postgresql.all_closed():
        urls = {name: cluster.fresh() for name in ("issuer_url", "results_url")}
        live = open_live_wave(tmp_path / "home", QUESTIONNAIRES / "small.yaml", **urls)
        app = create_app(live.settings)
        app.testing = False
        live = replace(live, stores=app.extensions["candour"])
        expect_told_and_then_taken(live, app.test_client(), cluster.stop, cluster.start)
