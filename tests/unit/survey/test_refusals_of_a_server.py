"""A database server that is not there, goes away or keeps us out: one sentence, and no password."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import postgresql
import pytest
from fixtures_tokens import any_blinded, half, key_of, redeem, used
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from postgresql import Cluster, name_of
from sqlalchemy.orm import Session

from survey import cli, database
from survey.collect import base64url, issuer, sealed_pages, tokens

SECRET = "hunt3r2pass"
WRONG = [
    f"postgresql+psycopg://u:{SECRET}@127.0.0.1:1/candour",
    f"postgresql+psycopg://u:{SECRET}@127.0.0.1:port/candour",
    f"postgresql+psycopg://u:{SECRET[:4]}/{SECRET[4:]}@127.0.0.1/candour",
    f"postgresql+psycopg://u:{SECRET}@host with spaces:1/candour",
    f"postgresql+nothing://u:{SECRET}@127.0.0.1/candour",
    f"postgres://u:{SECRET}@127.0.0.1/candour",
    f"postgresql+psycopg://u:{SECRET}@127.0.0.1:1/candour?nonsense={SECRET}",
    f"postgresql+psycopg:/u:{SECRET}@127.0.0.1/candour",
    f"u:{SECRET}@127.0.0.1",
]
Say = Callable[[str], str]


@pytest.fixture
def say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Say]:
    """Runs `candour ...` that must fail; returns its one sentence."""
    monkeypatch.setenv("CANDOUR_HOME", str(tmp_path / "home"))

    def say(line: str) -> str:
        monkeypatch.setattr("sys.argv", ["candour", *line.split()])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.splitlines()) == 1
        return said.err

    with postgresql.all_closed():
        yield say


@pytest.mark.parametrize("line", ["wave status", "migrate", "serve"])
@pytest.mark.parametrize("setting", ["CANDOUR_ISSUER_URL", "CANDOUR_RESULTS_URL"])
@pytest.mark.parametrize("url", WRONG)
def test_wrong_address_is_one_sentence_without_its_password(
    say: Say, monkeypatch: pytest.MonkeyPatch, url: str, setting: str, line: str
) -> None:
    if line == "wave status" and setting == "CANDOUR_RESULTS_URL":
        line = "user list"
    monkeypatch.setenv(setting, url)
    said = say(line)
    assert not [part for part in (SECRET, SECRET[:4], SECRET[4:]) if part in said]
    assert re.search("CANDOUR_(ISSUER|RESULTS)_URL|candour migrate", said)


@pytest.mark.postgresql
def test_who_is_not_let_in_is_told_so(
    say: Say, monkeypatch: pytest.MonkeyPatch, cluster: Cluster
) -> None:
    stranger = cluster.url("postgres").replace("candour@", f"nobody:{SECRET}@")
    monkeypatch.setenv("CANDOUR_ISSUER_URL", stranger)
    said = say("wave status")
    assert "lets you in" in said
    assert SECRET not in said
    assert "The issuer database cannot be opened" in say("migrate")
    monkeypatch.setenv("CANDOUR_ISSUER_URL", cluster.url("no_such_database"))
    assert "lets you in" in say("wave status")


@pytest.mark.postgresql
def test_who_may_not_write_is_told_so(
    say: Say, monkeypatch: pytest.MonkeyPatch, cluster: Cluster
) -> None:
    mine = cluster.fresh()
    database.migrate_one("issuer", mine)
    cluster.run("CREATE ROLE reader LOGIN")
    monkeypatch.setenv("CANDOUR_ISSUER_URL", mine.replace("candour@", "reader@"))
    assert "(InsufficientPrivilege)" in say("wave status")
    cluster.drop(mine)
    cluster.run("DROP ROLE reader")


@pytest.mark.postgresql
def test_copy_that_only_reads_is_told_so(
    say: Say, monkeypatch: pytest.MonkeyPatch, cluster: Cluster
) -> None:
    mine = cluster.fresh()
    cluster.run(f"ALTER DATABASE {name_of(mine)} SET default_transaction_read_only = on")
    monkeypatch.setenv("CANDOUR_ISSUER_URL", mine)
    assert "cannot be opened (ReadOnlySqlTransaction)" in say("migrate")
    cluster.drop(mine)


@pytest.mark.postgresql
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_database_without_welsh_letters_is_told_so(
    say: Say, monkeypatch: pytest.MonkeyPatch, cluster: Cluster, encoding: str
) -> None:
    cluster.run(f"CREATE DATABASE short ENCODING '{encoding}' TEMPLATE template0")
    monkeypatch.setenv("CANDOUR_ISSUER_URL", cluster.url("short"))
    assert f"keeps text as {encoding} and must keep it as UTF8" in say("migrate")
    cluster.run("DROP DATABASE short WITH (FORCE)")


@pytest.mark.postgresql
def test_database_that_was_not_migrated_is_told_so(
    say: Say, monkeypatch: pytest.MonkeyPatch, cluster: Cluster
) -> None:
    empty = cluster.fresh()
    monkeypatch.setenv("CANDOUR_ISSUER_URL", empty)
    assert "candour migrate" in say("wave status")
    assert "candour migrate" in say("serve --surface issue")
    cluster.drop(empty)


def cut(cluster: Cluster, live: LiveWave) -> None:
    """End every connection to a wave's database, as a server that restarts does."""
    name = name_of(live.settings.issuer_url)
    cluster.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def request_to_redeem(live: LiveWave, blinded: bytes) -> dict[str, str]:
    proof = key_of(live).sign(tokens.to_redeem("autumn", blinded))
    named = {"half": half(live), "blinded": blinded, "proof": proof}
    return {name: base64url.write(content) for name, content in named.items()}


on_a_server = pytest.mark.parametrize(
    "live_wave", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@on_a_server
def test_connection_that_was_lost_between_requests_is_made_again(
    live_wave: LiveWave, cluster: Cluster
) -> None:
    redeem(live_wave, 0)
    cut(cluster, live_wave)
    redeem(live_wave, 1)
    assert used(live_wave) == 2


@on_a_server
def test_connection_that_is_lost_in_a_request_is_one_sentence_and_can_be_asked_again(
    live_wave: LiveWave,
    cluster: Cluster,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spend = issuer._spend

    def lose(session: Session, *given: bytes) -> bool:
        spend(session, *given)  # type: ignore[arg-type]
        cut(cluster, live_wave)
        return spend(session, *given)  # type: ignore[arg-type]

    sent = request_to_redeem(live_wave, any_blinded())
    with monkeypatch.context() as planted:
        planted.setattr(issuer, "_spend", lose)
        reply = client.post("/issue/autumn", json=sent)
    assert (reply.status_code, reply.json) == (500, {"error": sealed_pages.FAILED})
    assert caplog.messages == ["/issue/<wave_id>: OperationalError"]
    assert used(live_wave) == 0
    assert client.post("/issue/autumn", json=sent).status_code == 200
    assert used(live_wave) == 1
