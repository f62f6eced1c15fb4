"""Every page that anybody can open, each with who opens it: what the accessibility walk visits.

The list is made from the routes themselves, so a new page is in the walk. What is not walked is
named here with the reason, and the walk opens it to see that it is no page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from every_route import NOBODY, RIGHT, Target
from fixtures_acts import TALKS
from fixtures_release import NORTH
from fixtures_results import BOARD, HR, OTHERS
from flask import Flask
from sqlalchemy import delete
from werkzeug.routing import Rule

from survey.manage.tables import PublishedRow
from survey.results import store
from survey.results.acts import record
from survey.results.rooms import ROOMS

FILE, LEADS_ON = "a file, and no page", "leads on to another page"
NO_PAGE: Mapping[str, str] = {
    "/codes/<wave_id>/list.txt": FILE,
    "/issue/<wave_id>/closing": FILE,
    "/published/<wave_id>.wave": FILE,
    "/results/board/<command>/<wave>/all-pages.pdf": FILE,
    "/results/board/<command>/<wave>/csv/<table>.csv": FILE,
    "/results/board/<command>/<wave>/file/<kind>/download": FILE,
    "/results/hr/<wave>/all-pages.pdf": FILE,
    "/results/hr/<wave>/csv/<table>.csv": FILE,
    "/results/hr/<wave>/file/<kind>/download": FILE,
    "/results/log/file.csv": FILE,
    "/results/manage/waves/<wave_id>/headcounts/groups.csv": FILE,
    "/results/sign-in/organisation": LEADS_ON,
    "/sign-in": LEADS_ON,
}
"""Routes that are not walked, and why."""

NAMES = {"board": BOARD, "hr": HR, **{role: name for name, role in OTHERS.items()}}
"""Role -> who has it on the site that is walked."""

WAVE = "winter"
AFTER_CLOSE = "/receipts/<wave_id>"
REFUSED = (
    (NOBODY, "/no-such-page", 404),
    (NOBODY, "/box/autumn", 405),
    (BOARD, "/results/no-such-page", 404),
    (BOARD, "/results/hr", 403),
    (HR, "/results/board/nowhere", 404),
)
"""Pages that say why there is none."""


@dataclass(frozen=True)
class Stop:
    """A page of the walk: the route that it is of, who opens it, where, and its status."""

    rule: str
    who: str
    address: str
    status: int = 200


def prepare(target: Target) -> None:
    """Have an action on the site, and a Release that waits to be published."""
    stores = target.site.stores
    record.keep(stores, TALKS)
    first = next(iter(store.every(stores)))
    with stores.results() as session:
        session.execute(delete(PublishedRow).where(PublishedRow.hash == first))


def stops(target: Target) -> Iterator[Stop]:
    """The walk: each route once, then rooms and start pages of everybody, then refusals."""
    waits = next(iter(store.waiting(target.site.stores)))
    for rule in pages(target.site.app):
        if rule.rule == AFTER_CLOSE:
            continue
        if rule.rule == "/results/actions":
            yield Stop(rule.rule, HR, rule.rule)  # a board's leads on to its own
            continue
        yield Stop(rule.rule, _who(target, rule), _address(target, rule, waits), _status(rule))
    for name in NAMES.values():
        if name not in {BOARD, HR}:
            yield Stop("/results", name, "/results")
    for room in ROOMS:
        for who, front in ((HR, f"/results/hr/{WAVE}"), (BOARD, f"/results/board/{NORTH}/{WAVE}")):
            address = f"{front}/{room.id}"
            if target.clients[who].get(address).status_code == 200:
                yield Stop(f"{front}/<room>", who, address)
    for who, address, status in REFUSED:
        yield Stop("", who, address, status)


def closed_stops() -> Iterator[Stop]:
    """Pages of a survey that has closed."""
    yield Stop(AFTER_CLOSE, NOBODY, "/receipts/autumn")
    yield Stop("", NOBODY, "/survey/autumn", 410)


def without_page(target: Target) -> Iterator[Stop]:
    """What is not walked, which must be no page."""
    waits = next(iter(store.waiting(target.site.stores)))
    for rule in target.site.app.url_map.iter_rules():
        if rule.rule in NO_PAGE:
            yield Stop(rule.rule, _who(target, rule), _address(target, rule, waits))


def pages(app: Flask) -> list[Rule]:
    """The routes that are walked."""
    rules = (rule for rule in app.url_map.iter_rules() if _is_got(rule))
    return sorted((one for one in rules if one.rule not in NO_PAGE), key=lambda one: one.rule)


def _is_got(rule: Rule) -> bool:
    return "GET" in (rule.methods or set())


def _who(target: Target, rule: Rule) -> str:
    roles = getattr(target.site.app.view_functions[rule.endpoint], "roles", None)
    return NAMES[min(roles)] if roles else NOBODY


def _status(rule: Rule) -> int:
    return {"/results/sign-in/organisation/back": 403}.get(rule.rule, 200)


def _address(target: Target, rule: Rule, release: str) -> str:
    right = {name: values[0] for name, values in RIGHT.items()}
    right |= {"name": release, "wave": WAVE, "kind": "csvw"}
    if rule.rule.startswith("/results/manage/waves/"):
        right["wave_id"] = "draft"
    given = {name: right[name] for name in rule.arguments}
    return target.site.app.url_map.bind("").build(rule.endpoint, given)
