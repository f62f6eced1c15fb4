"""Forms as a browser without JavaScript sends them, to the small survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import html_page
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from html_page import Page

from survey.collect import document
from survey.manage import waves

ANSWERS = {
    "challenge_safe": "agree",
    "fair_treatment": "prefer-not-to-say",
    "department": "north-b",
    "ethnicity": "bangladeshi",
    "in_probation": "prefer-not-to-say",
}
Form = Mapping[str, str | Sequence[str]]


def filled(code: str, **answers: str) -> dict[str, str]:
    return {document.CODE: code, **(answers or ANSWERS)}


def post(client: FlaskClient, step: str, form: Form, status: int = 200) -> Page:
    response = client.post(f"/survey/autumn/{step}", data=form)
    assert response.status_code == status
    return html_page.parse(response.data)


def checked(client: FlaskClient, code: str) -> dict[str, list[str]]:
    """What the check page would send."""
    return post(client, "check", filled(code)).fields("checked")


def set_state(live: LiveWave, state: str) -> None:
    """Put the wave into a state as it stands."""
    with live.stores.issuer() as session:
        waves.find(session, "autumn").state = state
