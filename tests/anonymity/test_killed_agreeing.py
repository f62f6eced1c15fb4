"""Killed while two people's agreement is carried out, a code is redeemed, a board writes.

`kill -9` before every single step that the work does to the disk (`tests/interrupting.py`); every
ninth one or so in tests that are not `long`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_acts import TALKS, again
from fixtures_interrupted import (
    OPENED,
    WAVE,
    Disk,
    Stages,
    at_every,
    command,
    stores_of,
    sweep,
)
from fixtures_results import CHEAP, PASSWORD
from fixtures_tokens import any_blinded
from sqlalchemy import func, select

from survey import clock
from survey.agreeing import about_waves, agreements, deciding, publishing
from survey.agreeing.agreements import Act
from survey.collect import codes, issuer, tokens
from survey.database import Stores
from survey.manage import audit_log, people
from survey.manage.people import Person
from survey.manage.tables import ActionRow
from survey.results import adding, store
from survey.results.acts import record

PEOPLE = {"managing": "manager", "kim": "manager", "officer": "officer", "ola": "officer"}
BLINDED = any_blinded()

Work = Callable[[Path], str]


def with_people(template: Path, root: Path) -> Stores:
    shutil.copytree(template, root)
    stores = stores_of(root)
    for name, role in PEOPLE.items():
        people.add(stores, name, role, None, PASSWORD, CHEAP)
    return stores


def who(stores: Stores, name: str) -> Person:
    found = people.get(stores, name)
    assert found
    return found


def agree(stores: Stores, act: Act) -> None:
    """Two managers agree; nobody has done it yet."""
    facts = (about_waves.opening if act == "open" else about_waves.closing)(stores, WAVE)
    first, now = who(stores, "managing"), clock.now()
    asked = deciding.propose(stores, first, act, WAVE, facts.state, facts, now)
    deciding.agree(stores, who(stores, "kim"), asked, asked.state, facts, now)


def expect_whole_log(disk: Disk) -> list[str]:
    """What the log says of agreements; its chain holds."""
    found = list(audit_log.entries(disk.stores))
    assert audit_log.check(found, audit_log.head(disk.stores)).problem is None
    return [one.what for one in found if one.kind == "agreement"]


def expect_done_is_true(disk: Disk, subject: str, said: str, true: bool) -> None:
    """What is called done was done, and the log says so once."""
    (one,) = agreements.of_subject(disk.stores, subject)
    told = [what for what in expect_whole_log(disk) if what.startswith(said)]
    assert (one.verdict, len(told)) in {("proposed", 0), ("agreed", 0), ("done", 1)}
    assert one.verdict != "done" or true
    assert not disk.holding(*OPENED)


@at_every(19)
def test_an_agreed_opening_is_finished_by_running_it_again(
    stages: Stages, every: int, tmp_path: Path
) -> None:
    agree(with_people(stages.at("imported"), tmp_path / "agreed"), "open")

    def killed(disk: Disk) -> None:
        assert disk.state in {"draft", "open"}
        assert disk.issues
        expect_done_is_true(disk, WAVE, "opened wave", disk.state == "open")

    def done(disk: Disk, _said: str) -> None:
        killed(disk)
        assert disk.state == "open"
        assert agreements.done(disk.stores, "open", WAVE)

    assert sweep(tmp_path / "agreed", command("wave agreed"), killed, done, every) > 20


def sweep_closing(stages: Stages, folder: Path, every: int) -> int:
    agree(with_people(stages.at("open"), folder), "close")

    def killed(disk: Disk) -> None:
        assert set(disk.answers) == stages.rows
        assert disk.told is not None or disk.used == len(stages.rows)
        expect_done_is_true(disk, WAVE, "closed wave", disk.state == "closed")

    def done(disk: Disk, _said: str) -> None:
        killed(disk)
        assert disk.state == "closed"
        assert disk.told
        assert list(disk.told.receipts) == sorted(stages.acknowledged)
        assert not disk.holding(*stages.secrets.values())
        assert agreements.done(disk.stores, "close", WAVE)

    return sweep(folder, command("wave agreed"), killed, done, every)


@at_every(61)
def test_an_agreed_closing_is_finished_by_running_it_again(
    stages: Stages, every: int, tmp_path: Path
) -> None:
    assert sweep_closing(stages, tmp_path / "agreed", every) > 80


@pytest.mark.slow
def test_an_agreement_called_done_before_the_wave_is_closed_is_noticed(
    stages: Stages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey.close import closing

    close = closing.close_wave

    def wrong(stores: Stores, wave_id: str, *day: object, **told: object) -> object:
        (one,) = agreements.agreed(stores)
        deciding.end(stores, one, "done")
        return close(stores, wave_id, *day, **told)  # type: ignore[arg-type]

    monkeypatch.setattr(closing, "close_wave", wrong)
    with pytest.raises(AssertionError, match="killed before step"):
        sweep_closing(stages, tmp_path / "agreed", 29)


@at_every(17)
def test_publishing_is_finished_by_what_was_agreed(
    stages: Stages, every: int, tmp_path: Path
) -> None:
    root = tmp_path / "waiting"
    stores = with_people(stages.at("opened"), root)
    asks_two = Stores.open(replace(stores.settings, two_people=True))
    name = adding.add(asks_two, (root / "back.release").read_bytes())
    facts, now = publishing.acts(stores, name)["publish"], clock.now()
    deciding.propose(stores, who(stores, "officer"), "publish", name, facts.state, facts, now)
    (asked,) = agreements.of_subject(stores, name)

    def publish(root: Path) -> str:
        stores = stores_of(root)
        sent = {"do": "agree", "id": asked.id, "state": asked.state}
        return publishing.decide(stores, who(stores, "ola"), name, sent).verdict

    def killed(disk: Disk) -> None:
        out = name in store.out(disk.stores)
        assert disk.state == "closed" or out
        expect_done_is_true(disk, name, "published Release", out)

    def done(disk: Disk, _said: str) -> None:
        killed(disk)
        if name in store.out(disk.stores):
            assert disk.state == "released"

    assert sweep(root, publish, killed, done, every, again=command("wave agreed")) > 10


def redeem(root: Path) -> str:
    """The last card's code, for a blinded token that is always the same; tells the signature."""
    stores, key = (
        stores_of(root),
        codes.private_key(codes.parse((root / "last-card").read_text()), WAVE),
    )
    proof = key.sign(tokens.to_redeem(WAVE, BLINDED))
    half = key.public_key().public_bytes_raw()
    return issuer.redeem(stores, WAVE, half, BLINDED, proof).hex()


def sweep_redeeming(stages: Stages, folder: Path, every: int) -> int:
    shutil.copytree(stages.at("open"), folder)
    signatures: set[str] = set()

    def killed(disk: Disk) -> None:
        assert disk.used in {len(stages.rows), len(stages.cards)}
        assert set(disk.answers) == stages.rows
        assert disk.issues

    def done(disk: Disk, said: str) -> None:
        signatures.add(said)
        assert len(signatures) == 1, "asked for again, it is the same signature"
        assert disk.used == len(stages.cards)
        assert not [name for name in disk.names if "journal" in name]

    return sweep(folder, redeem, killed, done, every)


@at_every(9)
def test_a_redeeming_that_was_killed_can_be_asked_again(
    stages: Stages, every: int, tmp_path: Path
) -> None:
    assert sweep_redeeming(stages, tmp_path / "open", every) > 12


@pytest.mark.slow
def test_a_signature_told_before_its_code_is_spent_is_noticed(
    stages: Stages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer, "_spend_once", lambda *_: None)
    with pytest.raises(AssertionError):
        sweep_redeeming(stages, tmp_path / "open", 1)


def write_action(root: Path) -> str:
    """A board's next version, unless it is there already."""
    stores, second = stores_of(root), again(TALKS, words="In every shift, and with nights.")
    if (TALKS.id, 2) not in record.written(stores, TALKS.command):
        record.keep(stores, second, Person("north", "board", TALKS.command))
    return "done"


def sweep_writing(stages: Stages, folder: Path, every: int) -> int:
    shutil.copytree(stages.at("released"), folder)
    record.keep(stores_of(folder), TALKS)

    def killed(disk: Disk) -> None:
        found = list(audit_log.entries(disk.stores))
        assert audit_log.check(found, audit_log.head(disk.stores)).problem is None
        with disk.stores.results() as session:
            versions = session.scalar(select(func.count()).select_from(ActionRow))
        assert versions in {1, 2}
        assert versions == sum(one.kind == "action" for one in found)

    def done(disk: Disk, _said: str) -> None:
        killed(disk)
        assert len(record.written(disk.stores, TALKS.command)) == 2

    return sweep(folder, write_action, killed, done, every)


@at_every(9)
def test_an_action_is_written_and_logged_or_neither(
    stages: Stages, every: int, tmp_path: Path
) -> None:
    assert sweep_writing(stages, tmp_path / "acts", every) > 10


@pytest.mark.long
def test_an_action_logged_in_a_transaction_of_its_own_is_noticed(
    stages: Stages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep(stores: Stores, action: record.Action, person: Person | None = None) -> None:
        with stores.results() as session:
            audit_log.record(session, person, "action", "first")
        with stores.results() as session:
            session.add(ActionRow(**{**vars(action), "concerns": "[]"}))

    monkeypatch.setattr(record, "keep", keep)
    with pytest.raises(AssertionError):
        sweep_writing(stages, tmp_path / "acts", 1)
