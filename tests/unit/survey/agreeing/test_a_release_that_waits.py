"""A Release that came in is nobody's business but the officers' until two of them publish it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from fixtures_agreeing import OFFICERS, fields, press, with_two_people
from fixtures_release import NORTH
from fixtures_results import BOARD, HR, OTHERS, SIGNER, Site, make_site, packs
from html_page import parse, words

from analysis.release import folder
from survey.agreeing import about_releases, agreements, publishing
from survey.database import Stores
from survey.errors import AgreementError, ReleaseError
from survey.manage import audit_log, people
from survey.manage.access import ROLES
from survey.results import store
from survey.results.acts import starting

FIRST, SECOND = OFFICERS
NAMES = {"board": BOARD, "hr": HR} | {role: name for name, role in OTHERS.items()}
WAITS = "winter"
HASH = folder.hash_of(packs()[2])
TOLD = {"log.entries", "log.file", "published.releases", "publishing.release"}
"""Pages that tell of it: the log, which says that it came in, and the officers' own."""

VARYING = re.compile(rb'csrf_token"[^>]*>')


def site_with(home: Path, waves: tuple[str, ...]) -> Site:
    return with_two_people(make_site(home, waves=waves))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The same, and the Release of the third came in."""
    made = site_with(tmp_path / "home", ("spring", "autumn"))
    add(made.stores)
    return made


def add(stores: Stores) -> None:
    assert store.add(stores, packs()[2], SIGNER.public_key().public_bytes_raw()) == HASH


def addresses(site: Site) -> Iterator[tuple[str, str]]:
    """Endpoint and address of every page, of the wave that waits and of the one before."""
    filled = {"theme": "leadership", "table": "groups", "command": NORTH, "board": NORTH}
    filled |= {"room": "themes", "name": HASH, "action": "0123456789abcdef"}
    for rule in site.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in TOLD:
            continue
        # What a board's rooms show HR's do, too; both come from the same list of Releases.
        both = rule.endpoint == "results.board_wave" or "/hr/" in rule.rule
        waves = (WAITS, "autumn") if both else (WAITS,)
        for wave in waves:
            given = {one: filled.get(one, wave) for one in rule.arguments}
            with site.app.test_request_context():
                yield rule.endpoint, site.app.url_map.bind("").build(rule.endpoint, given)


def opened(site: Site, pages: Iterable[tuple[str, str]]) -> dict[str, tuple[int, bytes]]:
    """What every page shows to somebody who may open it."""
    clients = {role: site.client(NAMES[role]) for role in ROLES}
    nobody = site.client()
    found = {}
    for endpoint, address in pages:
        roles = getattr(site.app.view_functions[endpoint], "roles", None)
        reply = (clients[min(roles)] if roles else nobody).get(address)
        found[address] = reply.status_code, VARYING.sub(b"", reply.data)
    return found


def test_no_page_room_or_download_shows_anything_of_it_until_two_agree(tmp_path: Path) -> None:
    site = site_with(tmp_path / "home", ("spring", "autumn"))
    pages = list(addresses(site))
    nothing = opened(site, pages)
    add(site.stores)
    waiting = opened(site, pages)
    assert len(nothing) > 40
    assert sum(status == 200 for status, _ in nothing.values()) > 12
    assert [address for address in nothing if nothing[address] != waiting[address]] == []
    assert not [address for address, (_, shown) in waiting.items() if HASH[:12].encode() in shown]
    with site.stores.results() as session:  # the control: the same pages show one that is out
        store.publish(session, HASH)
    shown = {"/results/hr", f"/results/board/{NORTH}", "/you-said-we-did"}
    shown |= {f"/results/hr/{WAITS}/csv/groups.csv", f"/results/actions/{NORTH}"}
    out = opened(site, [page for page in pages if page[1] in shown])
    assert {address for address in out if nothing[address] != out[address]} == shown


ALL_OF_THEM = re.compile(r"store\.(?:every|kept|waiting|packed)\(|\bReleaseRow\b")
MAY_SEE_ALL = {"store.py", "ledger.py", "adding.py", "published.py", "commented.py"}
"""What takes Releases in and checks them, and the officers' own list."""


def test_no_other_room_of_readers_asks_for_more_than_is_out() -> None:
    results = Path(store.__file__).parent
    asking = {one.name for one in results.rglob("*.py") if ALL_OF_THEM.search(one.read_text())}
    assert asking == MAY_SEE_ALL
    assert ALL_OF_THEM.search("releases = store.every(stores)")  # the control


def test_the_next_survey_and_every_question_about_what_is_out_leave_it_out(site: Site) -> None:
    stores = site.stores
    assert HASH in store.every(stores)
    assert HASH not in store.in_force(stores)
    assert store.by_wave(stores, WAITS) is None
    newest = store.latest(stores)
    assert newest is not None
    assert newest.manifest.wave == "autumn"
    assert {one.manifest.wave for one in store.all_releases(stores)} == {"spring", "autumn"}
    assert store.corrections(stores, WAITS) == ()
    assert starting.of_wave(stores, WAITS) == starting.DoneBefore()


def test_two_officers_publish_it_and_one_cannot(site: Site) -> None:
    address = f"/results/releases/{HASH}"
    client, other = site.client(FIRST), site.client(SECOND)
    listed = parse(client.get("/results/releases").data)
    assert "Waiting to be published" in words(listed.by_id("waiting"))
    shown = words(parse(client.get(address).data).by_id("main-content"))
    for fact in (HASH, "Winter 2026", "Groups that it shows", "Its audit holds"):
        assert fact in shown
    assert "%" not in shown
    press(client, address, "propose")
    form = fields(other, address, "agree")
    token = fields(client, address, "withdraw")["csrf_token"]
    assert client.post(address, data={**form, "csrf_token": token}).status_code == 409
    assert HASH not in store.out(site.stores)
    assert other.post(address, data={**form, "csrf_token": ""}).status_code == 400
    assert other.post(address, data=form).location == "/results/releases"
    assert HASH in store.out(site.stores)
    assert other.post(address, data=form).status_code == 404
    assert site.client(HR).get(f"/results/hr/{WAITS}").status_code == 200
    said = [one.what for one in audit_log.entries(site.stores) if one.kind == "agreement"]
    assert said[-1] == f"published Release {HASH}, as officer and ola agreed"
    assert audit_log.check(audit_log.entries(site.stores)).problem is None


def officers(stores: Stores) -> tuple[people.Person, people.Person]:
    first, second = (people.get(stores, name) for name in OFFICERS)
    assert first
    assert second
    return first, second


def both(stores: Stores, act: str, name: str = HASH) -> None:
    first, second = officers(stores)
    asked = publishing.decide(stores, first, name, {"do": "propose", "act": act})
    publishing.decide(stores, second, name, {"do": "agree", "id": asked.id, "state": asked.state})


def test_two_officers_discard_it_as_if_it_had_never_come(site: Site) -> None:
    both(site.stores, "discard")
    assert HASH not in store.every(site.stores)
    add(site.stores)  # it can come again
    both(site.stores, "publish")
    with site.stores.results() as session, pytest.raises(ReleaseError, match="does not wait"):
        store.discard(session, HASH)
    assert HASH in store.every(site.stores)
    with pytest.raises(AgreementError, match="corrected, never taken away"):
        both(site.stores, "discard")


def test_a_release_that_comes_in_meanwhile_makes_it_void(site: Site) -> None:
    first, second = officers(site.stores)
    asked = publishing.decide(site.stores, first, HASH, {"do": "propose", "act": "publish"})
    with site.stores.results() as session:
        store.publish(session, "0" * 64)
    answer = {"do": "agree", "id": asked.id, "state": asked.state}
    with pytest.raises(AgreementError, match="Something changed"):
        publishing.decide(site.stores, second, HASH, answer)
    assert HASH not in store.out(site.stores)


def test_one_that_came_after_another_waits_for_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(about_releases, "_order", lambda *_: ["f" * 64, HASH])
    with pytest.raises(AgreementError, match="publish that one first"):
        both(site.stores, "publish")
    monkeypatch.setattr(about_releases, "_order", lambda *_: [HASH, "f" * 64])
    with pytest.raises(AgreementError, match="discard that one first"):
        both(site.stores, "discard")


def test_it_is_out_with_the_agreement_or_not_at_all(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(store, "publish", lambda *_: 1 / 0)  # killed between the two
        with suppress(ZeroDivisionError):
            both(site.stores, "publish")
    assert HASH not in store.out(site.stores)
    first, second = officers(site.stores)
    asked = agreements.standing(site.stores, "Release", HASH)
    assert asked
    assert asked.verdict == "proposed"
    answer = {"do": "agree", "id": asked.id, "state": asked.state}
    publishing.decide(site.stores, second, HASH, answer)
    assert HASH in store.out(site.stores)
    assert first


def test_where_commands_need_nobody_it_is_out_at_once_and_the_log_says_so(tmp_path: Path) -> None:
    site = make_site(tmp_path / "home", waves=("spring", "autumn"))
    add(site.stores)
    assert HASH in store.in_force(site.stores)
    newest = audit_log.page(site.stores, 1)[0]
    assert "here commands need no two people" in newest.what
