"""`candour serve --preview`: an author sees the file as respondents do, and nothing is stored."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from html_page import parse, words

from survey import serve
from survey.app import create_preview

SMALL = Path(__file__).parents[3] / "questionnaires" / "commented.yaml"
FORM = "/survey/preview"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.yaml"
    path.write_text(SMALL.read_text())
    return path


@pytest.fixture
def client(file: Path) -> FlaskClient:
    return create_preview(file).test_client()


def test_the_file_is_shown_under_a_banner_with_every_page_that_it_links_to(
    client: FlaskClient, file: Path
) -> None:
    assert client.get("/").location == FORM
    page = client.get(FORM)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    said = words(parse(page.data).root)
    assert f"Preview of {file}" in said
    assert "I am treated fairly at work" in said
    for address in ("/support/preview", "/privacy"):
        assert "Preview of" in words(parse(client.get(address).data).root)
    for address in ("/ticket/preview", "/receipts/preview"):
        assert client.get(address).status_code == 404
        assert "A preview has none" in words(parse(client.get(address).data).root)
    assert client.get("/survey/another").status_code == 404


def test_what_was_changed_is_there_when_the_page_is_loaded_again(
    client: FlaskClient, file: Path
) -> None:
    file.write_text(file.read_text().replace("I am treated fairly", "People treat me well"))
    assert "People treat me well" in words(parse(client.get(FORM).data).root)


def test_mistakes_are_said_with_file_and_line_in_place_of_the_survey(
    client: FlaskClient, file: Path
) -> None:
    good = file.read_text()
    file.write_text("colour: red\n" + good.replace("scale: agree", "scale: agreement", 1))
    answer = client.get(FORM)
    said = words(parse(answer.data).root)
    assert answer.status_code == 400
    assert f"{file}:1: there is no field `colour` here" in said
    assert "there is no scale `agreement`" in said
    file.write_text("fielded: elsewhere\n" + good.partition("  - id: in-your")[0])
    assert client.get(FORM).status_code == 400
    file.unlink()
    assert "the file cannot be read" in words(parse(client.get(FORM).data).root)


def test_answers_are_checked_without_a_code_and_end_in_nothing(
    client: FlaskClient, file: Path
) -> None:
    checked = client.post(f"{FORM}/check", data={"fair": "agree", "candour.code": "nonsense"})
    assert checked.status_code == 200
    said = words(parse(checked.data).root)
    assert "Check your answers" in said
    assert "This is a preview: nothing is sealed, sent to a survey or stored." in said
    for untrue in ("sealed on our server", "The server seals", "uses up your code", "then sealed"):
        assert untrue not in said
    start = client.get(FORM).get_data(as_text=True)
    assert "sealed on our server" not in start
    assert "sealed before it reaches our server" not in start
    again = client.post(f"{FORM}/check", data={"fair": "agree", "candour.change": "q-fair"})
    assert 'value="agree" checked' in again.get_data(as_text=True)
    assert client.post(f"{FORM}/check", data={"fair": "nine"}).status_code == 400
    sent = client.post(f"{FORM}/send", data={"fair": "agree"})
    assert "Nothing was sent" in words(parse(sent.data).root)
    assert list(file.parent.iterdir()) == [file]


def test_another_site_can_post_nothing(client: FlaskClient) -> None:
    answer = client.post(f"{FORM}/check", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_command_hands_the_file_to_a_server_of_its_own(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda _path, line, env: started.append((line, env)))
    done = CliRunner().invoke(serve.serve, ["--preview", str(file), "--bind", "127.0.0.1:0"])
    assert done.exit_code == 0
    assert "nothing is stored" in done.output
    [(line, environment)] = started
    assert serve.PREVIEW in line
    assert environment["CANDOUR_PREVIEW"] == str(file)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("more", [["--surface", "box"], ["gone"]])
def test_command_refuses_in_a_sentence(file: Path, more: list[str]) -> None:
    arguments = ["--preview", "gone.yaml"] if more == ["gone"] else ["--preview", str(file), *more]
    done = CliRunner().invoke(serve.serve, arguments)
    assert "There is no file gone.yaml" in str(done.exception) or "leave out" in str(done.exception)
