"""What two people agreed on is done while it holds, whichever command does it, and not after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date

import pytest
from fixtures_agreeing import MANAGERS, address_of, agreeing_site, draft_with_cards
from fixtures_results import CHEAP, PASSWORD, Site, sign_in
from html_page import parse, words
from running_the_program import the_program

from survey import carrying_out, clock, release_commands, unseal_command
from survey.agreeing import about_waves, agreements, deciding
from survey.agreeing.agreements import LASTS, Act, Agreement
from survey.app import create_app
from survey.collect import salts
from survey.config import BOX, ISSUE, RESULTS, Settings
from survey.database import Stores
from survey.errors import AgreementError
from survey.manage import audit_log, people, waves
from survey.manage.people import Person
from survey.results import adding

FIRST, SECOND = MANAGERS


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        yield agreeing_site(tmp_path_factory.mktemp("site") / "home", patch)


@pytest.fixture
def command(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str]]]:
    with the_program(site.settings, capsys) as run:
        yield run


def who(stores: Stores, name: str) -> Person:
    found = people.get(stores, name)
    assert found
    return found


def both(stores: Stores, wave: str, act: Act = "open", first: str = FIRST) -> Agreement:
    """Two people agree, now."""
    look = about_waves.opening if act == "open" else about_waves.closing
    facts, now = look(stores, wave), clock.now()
    asked = deciding.propose(stores, who(stores, first), act, wave, facts.state, facts, now)
    return deciding.agree(stores, who(stores, SECOND), asked, asked.state, facts, now)


def verdicts(site: Site, wave: str, act: Act = "open") -> list[str]:
    found = agreements.of_subject(site.stores, wave)
    return sorted(one.verdict for one in found if one.act == act)


def state(site: Site, wave: str) -> str:
    return waves.get(site.stores, wave).state


def a_week_later(patch: pytest.MonkeyPatch) -> None:
    later = clock.now() + LASTS
    patch.setattr(clock, "now", lambda: later)


def test_no_command_opens_or_closes_by_what_lapsed(
    site: Site, command: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_with_cards(site, "late")
    both(site.stores, "late")
    with monkeypatch.context() as patch:
        a_week_later(patch)
        code, said = command("wave", "open", "late")
    assert (code, state(site, "late"), verdicts(site, "late")) == (2, "draft", ["lapsed"])
    assert "lapsed, so nothing was done" in said
    both(site.stores, "late")
    assert command("wave", "open", "late")[0] == 0  # the control: in time
    both(site.stores, "late", "close")
    with monkeypatch.context() as patch:
        a_week_later(patch)
        assert command("wave", "close", "late")[0] == 2
        assert (state(site, "late"), verdicts(site, "late", "close")) == ("open", ["lapsed"])
        # A host that follows the issuer's needs it as well.
        here = Stores.open(replace(site.settings, surfaces=(BOX, RESULTS)))
        with pytest.raises(AgreementError, match="then run this again"):
            carrying_out.close_wave(here, "late", clock.today())
    client = create_app(here.settings).test_client()
    sign_in(client, FIRST, PASSWORD)
    page = parse(client.get(address_of("late")).data)
    assert "is a record and not a lock" in words(page.by_id("elsewhere"))
    page = parse(site.client(FIRST).get(address_of("late")).data)
    assert not [one for one in page.root.iter() if one.get("id") == "elsewhere"]
    both(site.stores, "late", "close")
    assert command("wave", "close", "late")[0] == 0


def test_what_was_begun_in_time_is_finished_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_with_cards(site, "begun")
    both(site.stores, "begun")
    with monkeypatch.context() as patch:
        patch.setattr(carrying_out, "_end", lambda *_: 1 / 0)  # killed after it opened
        with pytest.raises(ZeroDivisionError):
            carrying_out.open_wave(site.stores, "begun", clock.today())
    a_week_later(monkeypatch)
    carrying_out.everything(site.stores, lambda _: None)
    assert (state(site, "begun"), verdicts(site, "begun")) == ("open", ["done"])


def test_who_agreed_must_still_have_the_role_when_it_is_done(
    site: Site, command: Callable[..., tuple[int, str]]
) -> None:
    draft_with_cards(site, "gone")
    for change in (
        lambda: people.remove(site.stores, "max"),
        lambda: people.add(site.stores, "max", "hr", None, PASSWORD, CHEAP),
    ):
        people.add(site.stores, "max", "manager", None, PASSWORD, CHEAP)
        both(site.stores, "gone", first="max")
        change()
        code, said = command("wave", "open", "gone")
        assert (code, state(site, "gone")) == (2, "draft")
        assert "max agreed to open wave gone and no longer may" in said
        assert "agreed" not in verdicts(site, "gone")
    people.add(site.stores, "max", "manager", None, PASSWORD, CHEAP)
    both(site.stores, "gone", first="max")
    people.add(site.stores, "max", "manager", None, "another " + PASSWORD, CHEAP)
    assert command("wave", "open", "gone")[0] == 0  # the control: the same role
    assert audit_log.check(audit_log.entries(site.stores)).problem is None


def test_other_surfaces_of_the_same_host_do_what_was_agreed(site: Site) -> None:
    draft_with_cards(site, "surfaces")
    for surfaces in ((ISSUE, RESULTS), (BOX, RESULTS)):
        page = Stores.open(replace(site.settings, surfaces=surfaces))
        look = about_waves.opening(page, "surfaces")
        assert look.state == about_waves.opening(site.stores, "surfaces").state
        assert look.checks != about_waves.opening(site.stores, "surfaces").checks
    both(Stores.open(replace(site.settings, surfaces=(ISSUE, RESULTS))), "surfaces")
    salt = salts.path_of(site.settings, "surfaces")
    kept = salt.read_bytes()
    salt.unlink()
    with pytest.raises(AgreementError, match="is missing here"):
        carrying_out.open_wave(site.stores, "surfaces", clock.today())
    salt.write_bytes(kept)
    carrying_out.everything(site.stores, lambda _: None)  # it stands for when it is there again
    assert (state(site, "surfaces"), verdicts(site, "surfaces")) == ("open", ["done"])


def test_a_mistake_in_one_wave_keeps_no_other_from_being_opened(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wave in ("aa", "bb"):
        draft_with_cards(site, wave)
        both(site.stores, wave)
    with monkeypatch.context() as patch:
        patch.setattr(carrying_out, "open_wave", failing_once(carrying_out.open_wave))
        said: list[str] = []
        with pytest.raises(OSError, match="No space left"):
            carrying_out.everything(site.stores, said.append)
    assert (sorted([state(site, "aa"), state(site, "bb")]), len(said)) == (["draft", "open"], 2)
    carrying_out.everything(site.stores, said.append)
    assert {state(site, "aa"), state(site, "bb")} == {"open"}


def failing_once(real: Callable[..., object]) -> Callable[..., object]:
    failures = iter([OSError(28, "No space left")])

    def fails(*given: object) -> object:
        for error in failures:
            raise error
        return real(*given)

    return fails


def test_what_is_agreed_on_while_another_is_done_is_done_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wave in ("during", "after", "last"):
        draft_with_cards(site, wave)
    real, freed = carrying_out.open_wave, carrying_out.alone

    def slow(stores: Stores, wave: str, today: date) -> object:
        if wave == "during":
            both(site.stores, "after")
            with pytest.raises(AgreementError, match="being done just now"):
                carrying_out.everything(stores, lambda _: None)
        return real(stores, wave, today)

    @contextmanager
    def late(settings: Settings) -> Iterator[None]:
        with freed(settings):
            yield
            if not agreements.of_subject(site.stores, "last"):
                both(site.stores, "last")  # after the last look, before others find the lock free

    both(site.stores, "during")
    monkeypatch.setattr(carrying_out, "open_wave", slow)
    monkeypatch.setattr(carrying_out, "alone", late)
    carrying_out.everything(site.stores, lambda _: None)
    assert {state(site, wave) for wave in ("during", "after", "last")} == {"open"}


def test_what_is_agreed_on_beside_a_command_is_done_after_it(site: Site) -> None:
    """The process that was started for it found the command at work, and ended."""
    for wave in ("typed", "beside", "before"):
        draft_with_cards(site, wave)
    both(site.stores, "before")
    said: list[str] = []
    with carrying_out.by_hand(site.stores, said.append):
        both(site.stores, "typed")
        carrying_out.open_wave(site.stores, "typed", clock.today())
        both(site.stores, "beside")
        with pytest.raises(AgreementError, match="being done just now"):
            carrying_out.everything(site.stores, lambda _: None)
    assert {state(site, wave) for wave in ("typed", "beside", "before")} == {"open"}
    with carrying_out.by_hand(site.stores, said.append):
        draft_with_cards(site, "later")
    assert state(site, "later") == "draft", "what nobody agreed on is left"


def test_it_is_done_after_a_command_that_failed_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wave in ("refused", "faulty", "told", "left"):
        draft_with_cards(site, wave)
    with pytest.raises(AgreementError, match="a sentence"):
        agreed_beside_a_refusal(site, "refused")
    assert state(site, "refused") == "open"
    monkeypatch.setattr(carrying_out, "everything", lambda *_: 1 / 0)
    with pytest.raises(AgreementError, match="a sentence"):  # and no mistake of what came after it
        agreed_beside_a_refusal(site, "faulty")
    told: list[str] = []
    with carrying_out.by_hand(site.stores, told.append):  # nor is it called its own, and it is told
        both(site.stores, "told")
    assert [one for one in told if "ZeroDivisionError" in one]
    monkeypatch.setattr(carrying_out, "_look", lambda *_: None)
    with pytest.raises(AgreementError, match="a sentence"):
        agreed_beside_a_refusal(site, "left")
    assert state(site, "left") == "draft"  # the control: nobody looked


def agreed_beside_a_refusal(site: Site, wave: str) -> None:
    with carrying_out.by_hand(site.stores, lambda _: None):
        both(site.stores, wave)
        raise AgreementError("a sentence")


TAKING_IN = {
    "release add": ["release", "add", "any.release"],
    "unseal": ["unseal", "autumn", "--key", "release.key", "--out", "out"],
}


def opened_beside(
    taking_in: str,
    site: Site,
    command: Callable[..., tuple[int, str]],
    patch: pytest.MonkeyPatch,
) -> str:
    """The state of a wave that two people agreed to open while a Release is taken in."""
    wave = f"beside-{len(waves.all_waves(site.stores))}"
    draft_with_cards(site, wave)

    def added(stores: Stores, _: bytes) -> str:
        both(stores, wave)
        with pytest.raises(AgreementError, match="being done just now"):
            carrying_out.everything(stores, lambda _: None)
        return "f" * 64

    patch.setattr(adding, "_added", added)
    patch.setattr(unseal_command, "unseal_wave", lambda stores, *_, **__: adding.add(stores, b""))
    patch.setattr(unseal_command.release_keys, "load", lambda _: None)
    patch.setattr(release_commands, "_content", lambda _: b"")
    code, said = command(*TAKING_IN[taking_in])
    assert (code, "f" * 64 in said) == (0, True)
    return state(site, wave)


@pytest.mark.parametrize("taking_in", TAKING_IN)
def test_what_is_agreed_on_while_a_release_is_taken_in_is_done_after_it(
    site: Site,
    command: Callable[..., tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
    taking_in: str,
) -> None:
    assert opened_beside(taking_in, site, command, monkeypatch) == "open"
    monkeypatch.setattr(carrying_out, "looking_afterwards", lambda *_: nullcontext())
    assert opened_beside(taking_in, site, command, monkeypatch) == "draft"  # the control
