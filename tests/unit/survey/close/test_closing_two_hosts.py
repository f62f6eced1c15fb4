"""Closing and destroying on two hosts: each its own part, and the counts in the end together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import html_page
import pytest
from click.testing import CliRunner
from fixtures_hosts import ASKS, ISSUES, Hosts, issuer_served
from fixtures_wave import LiveWave, environment_of
from flask.testing import FlaskClient
from sqlalchemy import text

from survey.app import create_app
from survey.close import redemptions, rewriting
from survey.close.closing import close_wave, expect_count, take_count
from survey.close.destroying import destroy
from survey.collect import copies, salts, submit
from survey.config import ISSUE
from survey.database import Stores
from survey.errors import SaltError, WaveStateError
from survey.manage import closings, issuing_keys, wave_file, waves
from survey.manage.closings import Closing
from survey.wave_commands import wave

CLOSED = date(2026, 9, 30)
SENT = 7


@pytest.fixture(scope="module")
def answered_once(hosts_once: Hosts, tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    hosts = hosts_once.copied(tmp_path_factory.mktemp("answered"), ISSUES, ASKS)
    with issuer_served(hosts) as box:
        for code in box.codes[:SENT]:
            submit.submit(box.stores, box.wave, code, {}, submit.new_attempt())
    return hosts


@pytest.fixture
def answered(answered_once: Hosts, tmp_path: Path) -> Hosts:
    """A wave that seven people answered."""
    return answered_once.copied(tmp_path, ISSUES, ASKS)


def exported(live: LiveWave) -> copies.WaveFile:
    return copies.export(live.stores, "autumn")


def page_of(live: LiveWave, address: str = ISSUES) -> html_page.Page:
    settings = replace(live.settings, issue_address=address)
    return html_page.parse(create_app(settings).test_client().get("/receipts/autumn").data)


def client_of(live: LiveWave) -> FlaskClient:
    return create_app(live.settings).test_client()


def test_issuers_host_counts_codes_and_destroys_its_secrets(answered: Hosts) -> None:
    live = answered.issuer
    assert close_wave(live.stores, "autumn", CLOSED) == Closing(60, SENT, None)
    assert waves.get(live.stores, "autumn").state == "closed"
    assert not salts.path_of(live.settings, "autumn").exists()
    assert not issuing_keys.path_of(live.settings, "autumn").exists()
    assert not live.settings.box_folder.exists()
    assert exported(live).closing == Closing(60, SENT, None)


def test_boxs_host_shuffles_and_tells_receipts(answered: Hosts) -> None:
    live = answered.box
    told = close_wave(live.stores, "autumn", CLOSED)
    assert (told.cards, told.redeemed, told.received) == (60, None, SENT)
    assert len(told.receipts) == SENT
    assert len(list(rewriting.sealed_answers(rewriting.path_of(live.settings, "autumn")))) == SENT


def test_issuer_tells_its_count_itself_once_it_has_closed(answered: Hosts) -> None:
    client = client_of(answered.issuer)
    assert client.get("/issue/autumn/closing").status_code == 404
    close_wave(answered.issuer.stores, "autumn", CLOSED)
    assert client.get("/issue/autumn/closing").json == {"cards": 60, "redeemed": SENT}
    assert client.get("/issue/none/closing").status_code == 404


def test_page_of_receipts_says_who_tells_the_number_until_it_is_told(answered: Hosts) -> None:
    live = answered.box
    close_wave(live.stores, "autumn", CLOSED)
    page = page_of(live)
    assert "How many codes were used is told by the issuer" in page.text
    assert f"{ISSUES}/issue/autumn/closing" in page.text
    assert "is told by the issuer" in page_of(live, "").text
    close_wave(answered.issuer.stores, "autumn", CLOSED)
    take_count(live.stores, exported(answered.issuer))
    page = page_of(live)
    assert f"{SENT} codes were used." in page.text
    assert f"tells itself: {ISSUES}/issue/autumn/closing" in page.text
    assert "do not fit together" not in page.text


def test_count_of_the_issuer_changes_nothing_else_and_can_be_taken_again(answered: Hosts) -> None:
    live = answered.box
    before = close_wave(live.stores, "autumn", CLOSED)
    close_wave(answered.issuer.stores, "autumn", CLOSED)
    for _ in range(2):
        told = take_count(live.stores, exported(answered.issuer))
        assert told == replace(before, redeemed=SENT) == closings.told(live.stores, "autumn")


def test_count_that_was_told_is_not_changed(answered: Hosts) -> None:
    live = answered.box
    close_wave(live.stores, "autumn", CLOSED)
    close_wave(answered.issuer.stores, "autumn", CLOSED)
    file = exported(answered.issuer)
    take_count(live.stores, file)
    with pytest.raises(WaveStateError, match="7 codes of wave autumn were used is told already"):
        take_count(live.stores, replace(file, closing=Closing(60, SENT + 1, None)))
    assert closings.told(live.stores, "autumn").redeemed == SENT  # type: ignore[union-attr]


def test_a_box_that_was_stuffed_shows_on_the_page(answered: Hosts) -> None:
    live = answered.box
    close_wave(live.stores, "autumn", CLOSED)
    close_wave(answered.issuer.stores, "autumn", CLOSED)
    file = exported(answered.issuer)
    take_count(live.stores, replace(file, closing=Closing(60, SENT - 1, None)))
    assert "do not fit together" in page_of(live).text


def test_file_that_tells_no_count_or_is_another_waves_is_refused(answered: Hosts) -> None:
    live = answered.box
    close_wave(live.stores, "autumn", CLOSED)
    with pytest.raises(WaveStateError, match="close the wave on the issuer's host first"):
        take_count(live.stores, exported(answered.issuer))
    close_wave(answered.issuer.stores, "autumn", CLOSED)
    file = exported(answered.issuer)
    other = replace(file, wave=replace(file.wave, title="Another"))
    with pytest.raises(WaveStateError, match="is another one"):
        take_count(live.stores, other)
    with pytest.raises(WaveStateError, match="counts used codes itself"):
        take_count(answered.issuer.stores, file)


def test_a_count_that_the_issuer_has_lost_is_not_waited_for(answered: Hosts) -> None:
    issuers, boxs = answered.issuer, answered.box
    salts.path_of(issuers.settings, "autumn").unlink()
    with pytest.raises(SaltError, match="is missing"):
        close_wave(issuers.stores, "autumn", CLOSED)
    assert close_wave(issuers.stores, "autumn", CLOSED, uncounted=True).redeemed is None
    with pytest.raises(WaveStateError, match=r"--uncounted is for the issuer's host"):
        close_wave(boxs.stores, "autumn", CLOSED, uncounted=True)
    close_wave(boxs.stores, "autumn", CLOSED)
    with pytest.raises(WaveStateError, match=r"could not count .* without --issuer"):
        take_count(boxs.stores, exported(issuers))


@pytest.mark.parametrize("number", [-5, -1, 61, 10**30])
def test_count_that_cannot_be_is_refused(answered: Hosts, number: int) -> None:
    live = answered.box
    before = close_wave(live.stores, "autumn", CLOSED)
    close_wave(answered.issuer.stores, "autumn", CLOSED)
    file = replace(exported(answered.issuer), closing=Closing(60, number, None))
    for refuse in (expect_count, take_count):
        with pytest.raises(WaveStateError, match=f"says that {number:,} of 60 codes"):
            refuse(live.stores, file)
    assert closings.told(live.stores, "autumn") == before


@pytest.mark.parametrize("number", [0, 60])
def test_all_counts_that_can_be_are_taken(answered: Hosts, number: int) -> None:
    close_wave(answered.box.stores, "autumn", CLOSED)
    close_wave(answered.issuer.stores, "autumn", CLOSED)
    file = replace(exported(answered.issuer), closing=Closing(60, number, None))
    assert take_count(answered.box.stores, file).redeemed == number


def close_with(live: LiveWave, folder: Path, redeemed: int) -> str:
    """What `wave close --issuer` prints on the box's host for a file that tells this number."""
    file = copies.export(live.stores, "autumn")
    path = folder / "closed.wave"
    told = replace(file, closing=Closing(60, redeemed, None))
    path.write_bytes(wave_file.pack(told))
    environment = environment_of(live.settings)
    said = CliRunner().invoke(wave, ["close", "autumn", "--issuer", str(path)], env=environment)
    assert said.exit_code == 0, said.output
    return said.output


def test_more_answers_than_codes_are_told_loudly(answered: Hosts, tmp_path: Path) -> None:
    said = close_with(answered.box, tmp_path, SENT - 1)
    assert f"WARNING: {SENT} answers came and {SENT - 1} codes were used" in said


def test_no_more_answers_than_codes_are_no_warning(answered: Hosts, tmp_path: Path) -> None:
    assert "WARNING" not in close_with(answered.box, tmp_path, SENT)


def test_closing_names_the_address_at_which_the_issuer_tells_its_count(
    answered: Hosts, tmp_path: Path
) -> None:
    said = close_with(answered.box, tmp_path, SENT)
    compare = f"{answered.box.settings.issue_address}/issue/autumn/closing"
    assert answered.box.settings.issue_address
    assert compare in said
    settings = replace(answered.box.settings, issue_address="")
    assert "Compare" not in close_with(replace(answered.box, settings=settings), tmp_path, SENT)


def test_count_before_closing_is_refused(answered: Hosts) -> None:
    close_wave(answered.issuer.stores, "autumn", CLOSED)
    with pytest.raises(WaveStateError, match="has not closed on this host"):
        take_count(answered.box.stores, exported(answered.issuer))


def codes_left(stores: Stores) -> int | None:
    with stores.issuer() as session:
        return session.scalar(text("SELECT count(*) FROM code"))


def note(stores: Stores) -> str:
    with stores.results() as session:
        return str(session.scalar(text("SELECT note FROM destruction")))


def test_each_host_destroys_what_it_has(answered: Hosts) -> None:
    here, there = answered.issuer.stores, answered.box.stores
    for stores in (here, there):
        close_wave(stores, "autumn", CLOSED)
    assert codes_left(here) == 60
    said = destroy(here, "autumn", None, CLOSED, audited=True)
    assert (
        said
        == "The hashes of the codes of wave autumn are destroyed; its answers are another host's."
    )
    assert codes_left(here) == 0
    assert '"what": "hashes of codes"' in note(here)
    with pytest.raises(WaveStateError, match="only a released wave"):
        destroy(there, "autumn", None, CLOSED)
    with there.issuer() as session:
        waves.move(session, "autumn", "closed", "released")
    destroy(there, "autumn", None, CLOSED)
    assert '"what": "sealed answers"' in note(there)
    assert not rewriting.path_of(there.settings, "autumn").exists()
    for stores in (here, there):
        assert waves.get(stores, "autumn").state == "destroyed"


def test_issuers_host_keeps_the_redemptions_until_somebody_says_they_are_audited(
    answered: Hosts,
) -> None:
    here = answered.issuer.stores
    close_wave(here, "autumn", CLOSED)
    with pytest.raises(WaveStateError, match=r"candour wave redemptions autumn.*--audited"):
        destroy(here, "autumn", None, CLOSED)
    with pytest.raises(WaveStateError, match=r"--unpublished belongs"):
        destroy(here, "autumn", None, CLOSED, "lost key")
    assert codes_left(here) == 60
    assert len(redemptions.open_records(here, "autumn", answered.issuer.keys).redeemed) == SENT
    assert waves.get(here, "autumn").state == "closed"


@pytest.mark.parametrize("state", ["draft", "open", "closed", "released"])
def test_audited_is_refused_where_no_redemptions_lie_alone(answered: Hosts, state: str) -> None:
    there = answered.box.stores
    with there.issuer() as session:
        waves.find(session, "autumn").state = state
    with pytest.raises(WaveStateError, match="--audited is for"):
        destroy(there, "autumn", None, CLOSED, audited=True)
    assert waves.get(there, "autumn").state == state


def test_audited_does_not_destroy_an_open_wave(answered: Hosts) -> None:
    with pytest.raises(WaveStateError, match="--audited is for"):
        destroy(answered.issuer.stores, "autumn", None, CLOSED, audited=True)
    assert codes_left(answered.issuer.stores) == 60


def test_host_that_hides_its_ballot_box_destroys_no_answers_by_audited(
    live_wave: LiveWave,
) -> None:
    live = live_wave
    submit.submit(live.stores, live.wave, live.codes[0], {}, submit.new_attempt())
    close_wave(live.stores, "autumn", CLOSED)
    alone = Stores.open(replace(live.settings, surfaces=(ISSUE,)))
    with pytest.raises(WaveStateError, match="only a released wave"):
        destroy(alone, "autumn", None, CLOSED, audited=True)
    assert list(rewriting.sealed_answers(rewriting.path_of(live.settings, "autumn")))
