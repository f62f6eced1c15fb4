"""Every page leads to the accessibility statement, which says where to tell of a problem."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import html_page
from fixtures_wave import QUESTIONNAIRES, LiveWave
from flask.testing import FlaskClient

from survey import database, resources
from survey.app import STATEMENT_PREPARED, create_app, create_preview
from survey.config import RESULTS, Settings

STATEMENT = 'href="/accessibility"'


def test_every_page_of_a_survey_leads_to_it(client: FlaskClient) -> None:
    for address in ("/", "/survey/autumn", "/ticket/autumn", "/nowhere", "/example/board"):
        footer = client.get(address).text.partition("<footer")[2]
        assert STATEMENT in footer, address


def test_every_template_of_a_page_stands_in_that_frame() -> None:
    """Printed cards are no page; what is put into pages has no document of its own."""
    whole = {
        path.name for path in resources.TEMPLATES.rglob("*.html") if "<html" in path.read_text()
    }
    assert whole == {"base.html", "sheets.html"}


def test_it_names_the_standard_and_what_was_not_tested(client: FlaskClient) -> None:
    response = client.get("/accessibility")
    assert "Set-Cookie" not in response.headers
    page = html_page.parse(response.data)
    assert "level AA" in page.text
    assert "version 2.2" in page.text
    assert "we do not claim" in page.text
    told = page.text.split("What we did not test")[1]
    for named in ("Screen readers", "voice control", "people who have a disability", "Welsh"):
        assert named in told


def test_it_has_what_the_law_asks_for_and_the_program_knows(client: FlaskClient) -> None:
    page = html_page.parse(client.get("/accessibility").data)
    assert "Accessibility Regulations 2018" in page.text.split("Enforcement procedure")[1]
    assert 'href="https://www.equalityadvisoryservice.com/"' in client.get("/accessibility").text
    day = f"{STATEMENT_PREPARED.day} {STATEMENT_PREPARED:%B %Y}"
    assert f"prepared on {day}" in page.text
    known = page.text.split("What we know does not work")[1].split("If something does not work")[0]
    manual = (QUESTIONNAIRES.parents[1] / "docs" / "ACCESSIBILITY.md").read_text()
    assert f"prepared on {day}" in manual
    left_so = manual.split("## Known and left so")[1].split("\n\nThe page says")[0]
    assert left_so.count("\n- ") == 2, "the page names each of them"
    for said in ("shows no mark", "PDF/UA"):
        assert said in known
        assert said in left_so


def test_it_says_whom_to_tell_of_a_problem(client: FlaskClient, live_wave: LiveWave) -> None:
    page = html_page.parse(client.get("/accessibility").data)
    assert "Tell whoever runs this service" in page.text
    assert f"Support for people who take part in {live_wave.wave.title}" in page.text
    assert 'href="/support/autumn"' in client.get("/accessibility").text


def test_readers_of_results_and_authors_have_it_without_a_survey(tmp_path: Path) -> None:
    settings = replace(Settings.at(tmp_path), surfaces=(RESULTS,))
    database.migrate(settings)
    preview = create_preview(QUESTIONNAIRES / "small.yaml")
    for app in (create_app(settings), preview):
        reply = app.test_client().get("/accessibility")
        assert reply.status_code == 200
        text = html_page.parse(reply.data).text
        assert "Tell whoever runs this service" in text
        assert "Support for people" not in text
    assert STATEMENT in create_app(settings).test_client().get("/results/sign-in").text
