"""A Release that came in is nobody's business but the officers' until two of them publish it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from fixtures_agreeing import OFFICERS, fields, press, with_two_people
from fixtures_release import NORTH
from fixtures_results import BOARD, HR, OTHERS, SIGNER, Site, make_site, packs
from html_page import parse, words
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from analysis.release import folder
from survey.agreeing import agreements, publishing, running
from survey.agreeing.agreements import Act, Agreement
from survey.database import Stores
from survey.errors import AgreementError, ReleaseError
from survey.manage import audit_log, people, second_factor
from survey.manage.access import ROLES
from survey.manage.tables import PublishedRow
from survey.results import adding, ledger, store
from survey.results.acts import starting

FIRST, SECOND = OFFICERS
NAMES = {"board": BOARD, "hr": HR} | {role: name for name, role in OTHERS.items()}
WAITS = "winter"
HASH = folder.hash_of(packs()[2])
TOLD = {"log.entries", "log.file", "published.releases", "publishing.release"}
"""Pages that tell of it: the log, which says that it came in, and the officers' own."""

VARYING = re.compile(rb'(?:csrf_token|sealed)"[^>]*>')


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


def test_no_page_room_or_download_shows_anything_of_it_until_two_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each look at that page makes another key, which nothing else depends on.
    monkeypatch.setattr(second_factor, "new_key", lambda: bytes(20))
    site = site_with(tmp_path / "home", ("spring", "autumn"))
    pages = list(addresses(site))
    # All pages as one PDF are made once; how far that is stands on the page only while it is.
    opened(site, [page for page in pages if page[1].endswith("/all-pages")])
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
    assert "staff association: its log tells that it came in, its hash" in shown
    log = site.client(NAMES["association"]).get("/results/log").data.decode()
    assert HASH[:12] in log  # as it says
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


def propose(stores: Stores, person: people.Person, act: Act, name: str = HASH) -> Agreement:
    shown = publishing.acts(stores, name)[act].state
    return publishing.decide(stores, person, name, {"do": "propose", "act": act, "state": shown})


def both(stores: Stores, act: Act, name: str = HASH) -> None:
    first, second = officers(stores)
    asked = propose(stores, first, act, name)
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
    asked = propose(site.stores, first, "publish")
    with site.stores.results() as session:
        store.publish(session, "0" * 64)
    answer = {"do": "agree", "id": asked.id, "state": asked.state}
    with pytest.raises(AgreementError, match="Something changed"):
        publishing.decide(site.stores, second, HASH, answer)
    assert HASH not in store.out(site.stores)


def test_one_that_came_after_another_waits_for_it_and_binds_it(site: Site) -> None:
    earlier = folder.hash_of(packs()[1])
    with site.stores.results() as session:
        session.execute(delete(PublishedRow).where(PublishedRow.hash == earlier))
    with pytest.raises(AgreementError, match="publish that one first"):
        both(site.stores, "publish")
    with pytest.raises(AgreementError, match="discard that one first"):
        both(site.stores, "discard", earlier)
    with site.stores.results() as session:  # as if commands had needed nobody
        store.publish(session, HASH)
    with pytest.raises(AgreementError, match="is out; this one can only be published"):
        both(site.stores, "discard", earlier)
    both(site.stores, "publish", earlier)
    assert {earlier, HASH} <= store.out(site.stores)


def test_the_order_is_that_of_the_ledger_where_releases_name_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, line = folder.hash_of(packs()[0]), store.every(site.stores)[HASH].manifest.questionnaire
    assert ledger.order(site.stores, line)[::2] == (first, HASH)
    chained = {
        name: replace(one, manifest=replace(one.manifest, ledger="0" * 64))
        for name, one in store.every(site.stores).items()
    }
    found = SimpleNamespace(releases=[SimpleNamespace(hash=name) for name in (HASH, first)])
    monkeypatch.setattr(store, "every", lambda _: chained)
    monkeypatch.setattr(ledger, "of_line", lambda *_: found)
    assert ledger.order(site.stores, line) == (HASH, first)


def test_no_command_publishes_it_before_an_earlier_one_that_waits(tmp_path: Path) -> None:
    alone = make_site(tmp_path / "home", waves=("spring",))
    key = SIGNER.public_key().public_bytes_raw()
    both_needed = Stores.open(replace(alone.settings, two_people=True))
    earlier = store.add(both_needed, packs()[1], key)
    with pytest.raises(ReleaseError, match="publish or discard that one first"):
        store.add(alone.stores, packs()[2], key)
    assert HASH not in store.every(alone.stores)
    store.add(alone.stores, packs()[1], key)  # again, it changes nothing
    assert earlier not in store.out(alone.stores)
    with alone.stores.results() as session:
        store.publish(session, earlier)
    store.add(alone.stores, packs()[2], key)
    assert HASH in store.out(alone.stores)


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


def test_its_end_is_in_the_transaction_that_publishes_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "release_wave", lambda *_: 1 / 0)  # killed after that
    with suppress(ZeroDivisionError):
        both(site.stores, "publish")
    assert HASH in store.out(site.stores)
    assert [one.verdict for one in agreements.of_subject(site.stores, HASH)] == ["done"]
    assert audit_log.page(site.stores, 1)[0].what.startswith("published Release")


def test_a_wave_that_could_not_be_called_released_is_so_beside_the_page(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise OperationalError("", None, Exception("database is locked"))

    started: list[object] = []
    monkeypatch.setattr(adding, "release_wave", locked)
    monkeypatch.setattr(running, "start", started.append)
    both(site.stores, "publish")
    assert started == [site.settings]


def test_where_commands_need_nobody_it_is_out_at_once_and_the_log_says_so(tmp_path: Path) -> None:
    site = make_site(tmp_path / "home", waves=("spring", "autumn"))
    add(site.stores)
    assert HASH in store.in_force(site.stores)
    newest = audit_log.page(site.stores, 1)[0]
    assert "here commands need no two people" in newest.what
