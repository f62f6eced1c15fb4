"""A board that writes actions: the form as a browser sends it, and actions put there by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fixtures_release import NORTH
from fixtures_results import Site
from flask.testing import FlaskClient
from html_page import parse
from sqlalchemy import delete

from survey.manage.tables import ActionRow
from survey.results.acts.concerns import Key
from survey.results.acts.record import Action

OWN = f"/results/actions/{NORTH}"
NORTHS = Key("winter", f"command={NORTH}", "discrimination", "concern")
DEPARTMENTS = Key("winter", f"command={NORTH}-1", "discrimination", "concern")
TYPED = {
    "answer": "will_do",
    "reason": "Everybody has to feel safe here.",
    "title": "Talks in every shift",
    "words": "Sergeants talk about it with every shift.",
    "owner": "superintendent for response",
    "due": "31/5/2026",
    "state": "planned",
}
"""A whole form, without the concerns that it answers."""

TALKS = Action(
    id="0123456789abcdef",
    version=1,
    command=NORTH,
    wave="winter",
    day=date(2026, 3, 9),
    role="board",
    concerns=(NORTHS,),
    answer="will_do",
    reason="Everybody has to feel safe here.",
    title="Talks in every shift",
    words="Sergeants talk about it with every shift.",
    owner="superintendent for response",
    due=date(2026, 5, 31),
    state="planned",
    done="",
    done_on=None,
)


def again(action: Action, **changes: object) -> Action:
    """The next version of an action."""
    return replace(action, version=action.version + 1, **changes)


def emptied(site: Site) -> Site:
    """The same site as if no board had ever written an action."""
    with site.stores.results() as session:
        session.execute(delete(ActionRow))
    return site


def token_of(client: FlaskClient, address: str) -> str:
    """The token that a page's form has."""
    page = parse(client.get(address).data)
    fields = [field for field in page.root.iter("input") if field.get("name") == "csrf_token"]
    return fields[-1].get("value", "")


def send(client: FlaskClient, address: str, token: str = "", **typed: object):  # type: ignore[no-untyped-def]
    """Send the form of a page, with the token that it has or had."""
    sent = {name: value for name, value in typed.items() if value is not None}
    return client.post(address, data={"csrf_token": token or token_of(client, address), **sent})
