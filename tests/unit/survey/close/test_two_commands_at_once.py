"""Two commands at once on one wave: one after the other, and nothing lost or counted twice."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fixtures_wave import LiveWave
from running_the_program import the_program

from analysis.release import folder
from survey import carrying_out
from survey.close import destroying, rewriting, unsealing
from survey.collect import box, envelope, submit
from survey.database import Stores
from survey.errors import AgreementError, CandourError, SettingsError
from survey.manage import closings, destructions, waves
from survey.manage.alone import LOCK, alone
from survey.results import adding, store

TODAY = date(2026, 11, 1)
BUSY = "being done just now"


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each of these returned, or the sentence with which it ended; they begin together."""
    ready, found = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        ready.wait(30)
        try:
            found[place] = work()  # type: ignore[call-overload]
        except CandourError as error:
            found[place] = str(error)  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert None not in found
    return list(found)


def by_hand(live: LiveWave, what: Callable[[Stores], object]) -> Callable[[], object]:
    """A command that somebody types, with a process's own connections."""

    def run() -> object:
        stores = Stores.open(live.settings)
        with carrying_out.by_hand(stores, lambda _: None):
            return what(stores)

    return run


def sent(live: LiveWave) -> list[str]:
    """The receipts of twenty answers."""
    sendings = [(code, {"ethnicity": "white"}) for code in live.codes[:20]]
    return submit.submit_many(live.stores, live.wave, sendings)


@pytest.mark.parametrize(
    "line",
    ["wave open autumn", "wave close autumn", "wave destroy autumn --yes", "release add a.release"],
)
def test_a_command_waits_and_then_says_that_another_is_at_work(
    live_wave: LiveWave,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.release").write_bytes(b"any")
    for module in (carrying_out, adding):
        monkeypatch.setattr(module, "PATIENCE_SECONDS", 0)
    with the_program(live_wave.settings, capsys) as run:
        with alone(live_wave.settings):
            code, said = run(*line.split())
        assert (code, len(said.splitlines())) == (2, 1)
        assert BUSY in said
        assert BUSY not in run(*line.split())[1]  # the control: the lock was what stood in the way


def test_a_lock_that_may_only_be_read_lets_nobody_in(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    with alone(live_wave.settings):
        pass
    path, connect = live_wave.settings.home / LOCK, sqlite3.connect

    def reading(file: Path, **given: Any) -> sqlite3.Connection:
        """As SQLite opens a file of another user."""
        return connect(f"file:{file}?mode=ro", uri=True, **given)

    monkeypatch.setattr(sqlite3, "connect", reading)
    with alone(live_wave.settings), alone(live_wave.settings):
        pass  # the control: two hold it at once
    monkeypatch.setattr(os, "access", lambda file, how: (file, how) != (path, os.W_OK))
    with pytest.raises(SettingsError, match=r"agreed\.lock cannot be written by this user"):  # noqa: SIM117
        with alone(live_wave.settings):
            pytest.fail("was let in")


def test_two_closings_are_one(live_wave: LiveWave) -> None:
    receipts = sent(live_wave)
    close = by_hand(live_wave, lambda stores: carrying_out.close_wave(stores, "autumn", TODAY))
    first, second = sorted(at_once(close, close), key=lambda one: isinstance(one, str))
    assert isinstance(first, closings.Closing)
    assert second == "Wave autumn is closed; only an open wave can be closed."
    assert Counter(first.receipts) == Counter(receipts)
    kept = rewriting.sealed_answers(rewriting.path_of(live_wave.settings, "autumn"))
    assert Counter(envelope.receipt(row, "autumn") for row in kept) == Counter(receipts)


def receipts_beside_one_that_is_killed(live: LiveWave) -> tuple[list[str], str]:
    """Close; just before the closed box gets its name another closing begins, and is killed.

    Returns:
        The receipts that are told, and how the other one ended.
    """
    close = by_hand(live, lambda stores: carrying_out.close_wave(stores, "autumn", TODAY))
    named, ended = Path.replace, []

    def killed() -> None:
        raise KeyboardInterrupt

    def replace(draft: Path, target: Path) -> Path:
        if target.suffix == box.CLOSED and not ended:
            with pytest.MonkeyPatch.context() as planted:
                planted.setattr(rewriting.secrets, "SystemRandom", killed)
                try:
                    close()
                except (KeyboardInterrupt, AgreementError) as error:
                    ended.append(type(error).__name__)
        return named(draft, target)

    with pytest.MonkeyPatch.context() as planted:
        planted.setattr(Path, "replace", replace)
        planted.setattr(carrying_out, "PATIENCE_SECONDS", 0)
        close()
    told = closings.told(live.stores, "autumn")
    assert told
    return sorted(told.receipts), ended[0]


def test_a_closing_beside_one_that_is_killed_loses_nothing(live_wave: LiveWave) -> None:
    receipts = sent(live_wave)
    found = receipts_beside_one_that_is_killed(live_wave)
    assert found == (sorted(receipts), "AgreementError")


def test_closings_that_do_not_wait_for_one_another_are_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts = sent(live_wave)
    monkeypatch.setattr(carrying_out, "alone", lambda *_: nullcontext())
    told, ended = receipts_beside_one_that_is_killed(live_wave)
    assert ended == "KeyboardInterrupt"
    assert told != sorted(receipts)


def test_two_unsealings_give_one_release(
    closed_wave: LiveWave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder.os, "getpid", threading.get_ident)  # as of two processes

    def unseal() -> object:
        stores = Stores.open(closed_wave.settings)
        return unsealing.unseal(stores, "autumn", closed_wave.keys, tmp_path / "out")

    first, second = at_once(unseal, unseal)
    assert first == second
    assert [one for one in store.every(closed_wave.stores) if one == first]
    assert not list((tmp_path / "out").glob(".*"))
    assert waves.get(closed_wave.stores, "autumn").state == "released"


def test_two_destroyings_are_one(closed_wave: LiveWave) -> None:
    def destroy(stores: Stores) -> str:
        return destroying.destroy(stores, "autumn", None, TODAY, "lost")

    work = by_hand(closed_wave, destroy)
    said = sorted(map(str, at_once(work, work)))
    assert said[0].startswith("Wave autumn is destroyed; --unpublished is for a closed wave")
    assert said[1].startswith("Wave autumn is destroyed; nothing was published of it")
    assert destructions.told(closed_wave.stores, "autumn")
