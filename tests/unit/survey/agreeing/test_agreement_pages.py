"""The page on which two people agree to open or close a wave, and what does it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fixtures_agreeing import (
    MANAGERS,
    OFFICERS,
    address_of,
    agreeing_site,
    carry_out,
    draft_with_cards,
    fields,
    press,
)
from fixtures_results import BOARD, HR, Site
from html_page import parse, words

from survey import carrying_out, clock
from survey.agreeing import agreements, running
from survey.agreeing.agreements import Agreement
from survey.errors import AgreementError
from survey.manage import audit_log, closings, headcounts, log_words, waves

FIRST, SECOND = MANAGERS
OFFICER = OFFICERS[0]
started: list[object] = []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "start", lambda settings: started.append(settings) or True)
        yield agreeing_site(tmp_path_factory.mktemp("site") / "home", patch)


def said(site: Site, name: str, wave: str, id: str = "main-content") -> str:
    return words(parse(site.client(name).get(address_of(wave)).data).by_id(id))


def state(site: Site, wave: str) -> str:
    return waves.get(site.stores, wave).state


def agreed(site: Site, wave: str, first: str = FIRST, second: str = SECOND) -> Agreement:
    """Two people agree on what can be done with a wave now."""
    address = address_of(wave)
    assert press(site.client(first), address, "propose").status_code == 302
    assert press(site.client(second), address, "agree").status_code == 302
    found = agreements.standing(site.stores, "wave", wave)
    assert found
    return found


def logged(site: Site, since: int = 0) -> list[str]:
    """Entries of the kinds that are new here, in the words of the page of the log."""
    return [
        f"{log_words.who(one)} {log_words.did(one)}"
        for one in audit_log.entries(site.stores)
        if one.number > since and one.kind in {"agreement", "barred", "wave"}
    ]


def test_two_people_open_a_wave_and_close_it_and_the_log_tells_both(site: Site) -> None:
    draft_with_cards(site, "autumn")
    address, client = address_of("autumn"), site.client(FIRST)
    shown = said(site, OFFICER, "autumn")
    for fact in ("Cards50", "those that everybody has", "list of codes", "no response rates"):
        assert fact in shown
    assert press(client, address, "propose").location == address
    assert "You proposed this" in said(site, FIRST, "autumn")
    assert not fields(client, address, "agree")
    other = site.client(OFFICER)
    form = fields(other, address, "agree")
    forged = {**form, "csrf_token": fields(client, address, "withdraw")["csrf_token"]}
    assert client.post(address, data=forged).status_code == 409  # the same person
    assert other.post(address, data={**form, "csrf_token": ""}).status_code == 400
    started.clear()
    assert other.post(address, data=form).status_code == 302
    assert other.post(address, data=form).status_code == 409  # sent again
    assert (len(started), state(site, "autumn")) == (1, "draft")
    assert "being done" in said(site, FIRST, "autumn", "outcome")
    assert carry_out(site)[0].startswith("Wave autumn is open.")
    assert (state(site, "autumn"), carry_out(site)) == ("open", [])
    assert "is counted once, on " in said(site, FIRST, "autumn", "response")
    page = parse(client.get("/results/manage/waves/autumn").data)
    assert (words(page.by_id("to-open")), words(page.by_id("to-close"))) == (
        "Open it Done",
        "Close it To do",
    )
    agreed(site, "autumn", OFFICER, SECOND)
    assert carry_out(site) == ["Wave autumn is closed."]
    assert state(site, "autumn") == "closed"
    assert closings.told(site.stores, "autumn")
    assert "Nothing is left" in said(site, FIRST, "autumn")
    assert [line.partition(": ")[2].partition(", state")[0] for line in logged(site)] == [
        "proposes to open wave autumn",
        "to answer their own proposal to open wave autumn",
        "agrees to open wave autumn, as manager proposed",
        "opened wave autumn, as manager and officer agreed",
        "proposes to close wave autumn",
        "agrees to close wave autumn, as officer proposed",
        "closed wave autumn, as officer and kim agreed",
    ]
    assert audit_log.check(audit_log.entries(site.stores), audit_log.head(site.stores)).problem is (
        None
    )


def test_what_changes_before_the_answer_makes_it_void_on_the_page(site: Site) -> None:
    draft_with_cards(site, "changed")
    address = address_of("changed")
    press(site.client(FIRST), address, "propose")
    other = site.client(SECOND)
    form = fields(other, address, "agree")
    headcounts.store(site.stores, "changed", {"force": 90})
    assert "holds no longer" in said(site, SECOND, "changed", "void")
    reply = other.post(address, data=form)
    assert reply.status_code == 409
    assert "Something changed" in parse(reply.data).text
    assert "90 people in the force" in said(site, SECOND, "changed")
    assert press(other, address, "propose").status_code == 302  # anew, of what it is now
    assert "void: something changed" in said(site, FIRST, "changed")


def test_who_proposes_is_bound_to_what_the_page_showed(site: Site) -> None:
    draft_with_cards(site, "seen")
    client, address = site.client(FIRST), address_of("seen")
    form = fields(client, address, "propose")
    headcounts.store(site.stores, "seen", {"force": 93})
    reply = client.post(address, data=form)
    assert reply.status_code == 409
    assert "since your page was opened: Headcounts." in words(parse(reply.data).by_id("problem"))
    assert "93 people in the force" in parse(reply.data).text
    headcounts.store(site.stores, "seen", {"force": 93, "command=north": 40})
    form = fields(client, address, "propose")
    headcounts.store(site.stores, "seen", {"force": 93, "command=north": 41})
    reply = client.post(address, data=form)
    assert reply.status_code == 409
    assert "such as a single headcount" in words(parse(reply.data).by_id("problem"))
    assert client.post(address, data={**form, "state": ""}).status_code == 409
    assert agreements.of_subject(site.stores, "seen") == ()
    assert press(client, address, "propose").status_code == 302  # the control


def test_what_changes_before_it_is_done_keeps_it_from_being_done(site: Site) -> None:
    draft_with_cards(site, "late")
    agreed(site, "late")
    headcounts.store(site.stores, "late", {"force": 91})
    assert "they have to agree again" in carry_out(site)[0]
    assert state(site, "late") == "draft"
    assert "is void" in logged(site)[-1]
    assert carry_out(site) == []


def test_what_changes_in_the_last_moment_is_noticed_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_with_cards(site, "last")
    agreed(site, "last")

    def load(stores: object, wave: str) -> str:
        headcounts.store(site.stores, wave, {"force": 92})
        return ""

    monkeypatch.setattr(carrying_out.banding, "make", load)
    assert "they have to agree again" in carry_out(site)[0]
    assert state(site, "last") == "draft"


def test_what_was_interrupted_is_finished_and_logged_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_with_cards(site, "cut")
    agreed(site, "cut")
    with monkeypatch.context() as patch:
        patch.setattr(carrying_out, "_end", lambda *_: 1 / 0)  # killed after it opened
        with pytest.raises(ZeroDivisionError):
            carry_out(site)
    assert state(site, "cut") == "open"
    assert "ZeroDivisionError" in said(site, FIRST, "cut")
    assert carry_out(site)[0].startswith("Wave cut is open.")
    agreed(site, "cut")
    with monkeypatch.context() as patch:
        patch.setattr(closings, "tell", lambda *_: 1 / 0)  # killed while it closed
        with pytest.raises(ZeroDivisionError):
            carry_out(site)
    assert state(site, "cut") == "closing"
    started.clear()
    assert press(site.client(FIRST), address_of("cut"), "again").status_code == 302
    assert len(started) == 1
    assert carry_out(site) == ["Wave cut is closed."]
    done = [line for line in logged(site) if "ed wave cut, as" in line]
    assert len(done) == 2


def test_a_mistake_is_told_on_the_page_and_tried_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_with_cards(site, "wrong")
    agreed(site, "wrong")

    def refuse(*_: object) -> str:
        raise AgreementError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(carrying_out.banding, "make", refuse)
        assert carry_out(site) == ["Could not open wave wrong: The disk is full."]
    assert "The disk is full." in said(site, SECOND, "wrong", "outcome")
    carry_out(site)
    assert state(site, "wrong") == "open"


def test_a_server_that_may_start_nothing_says_so(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_with_cards(site, "barred")
    monkeypatch.setattr(running, "start", lambda _: False)
    agreed(site, "barred")
    assert "by a timer" in said(site, FIRST, "barred", "outcome")
    carry_out(site)
    assert state(site, "barred") == "open"


def test_one_process_at_a_time_carries_out(site: Site) -> None:
    with (
        carrying_out.alone(site.settings),
        pytest.raises(AgreementError, match="being done just now"),
    ):
        carry_out(site)
    assert carry_out(site) == []


def test_what_was_agreed_and_not_done_in_a_week_lapses(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_with_cards(site, "slow")
    agreed(site, "slow")
    later = datetime.now(tz=UTC) + agreements.LASTS  # noqa: TID251
    monkeypatch.setattr(clock, "now", lambda: later)
    assert carry_out(site) == ["Lapsed, and not done: open wave slow."]
    assert state(site, "slow") == "draft"


def test_commands_wait_for_two_people_too(site: Site) -> None:
    draft_with_cards(site, "typed")
    today = clock.today()
    with pytest.raises(AgreementError, match="Two people have to agree to open wave typed"):
        carrying_out.open_wave(site.stores, "typed", today)
    agreed(site, "typed")
    carrying_out.open_wave(site.stores, "typed", today)
    with pytest.raises(AgreementError, match="Two people have to agree to close wave typed"):
        carrying_out.close_wave(site.stores, "typed", today)
    assert state(site, "typed") == "open"
    agreed(site, "typed")
    carrying_out.close_wave(site.stores, "typed", today)
    assert state(site, "typed") == "closed"


def test_a_wave_without_cards_is_not_proposed_and_others_see_nothing(site: Site) -> None:
    draft_with_cards(site, "few", 3)
    client = site.client(FIRST)
    assert "make and import 50 or more" in said(site, FIRST, "few", "missing-open")
    assert not fields(client, address_of("few"), "propose")
    for name in (BOARD, HR, "federation", "admin"):
        assert site.client(name).get(address_of("few")).status_code == 403
    assert client.get(address_of("nobody")).status_code == 404
    assert "Few" in parse(client.get("/results/manage/agreements").data).text


def test_a_reason_for_no_stands_on_the_page(site: Site) -> None:
    draft_with_cards(site, "no")
    press(site.client(FIRST), address_of("no"), "propose")
    other = site.client(OFFICER)
    assert press(other, address_of("no"), "decline", reason="").status_code == 409
    press(other, address_of("no"), "decline", reason="The cards are <b>not</b> out")
    assert "Why: The cards are <b>not</b> out" in said(site, FIRST, "no")
    assert press(site.client(FIRST), address_of("no"), "propose").status_code == 302
    assert press(site.client(FIRST), address_of("no"), "withdraw").status_code == 302
    assert "taken back" in said(site, FIRST, "no")
