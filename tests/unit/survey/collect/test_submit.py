"""Sending counts exactly once, whatever dies in between."""

from __future__ import annotations

import re
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave

from survey.close import redemptions
from survey.close.closing import close_wave
from survey.collect import box, issuer, salts, submit, tokens
from survey.collect.tickets import Ticket
from survey.errors import CodeError, MistypedCode, UsedTicket, WaveStateError
from survey.manage import waves

pytestmark = pytest.mark.both_databases

CLOSED = date(2026, 9, 30)
ANSWERS = {"fair_treatment": "agree", "ethnicity": "white"}


def send(live: LiveWave, attempt: str, number: int = 0) -> str:
    return submit.submit(live.stores, live.wave, live.codes[number], ANSWERS, attempt)


def received(live: LiveWave) -> int:
    with closing(sqlite3.connect(box.path_of(live.settings, live.wave.id))) as database:
        (count,) = database.execute("SELECT sum(taken) FROM token").fetchone()
        return int(count)


def used(live: LiveWave) -> int:
    salt = salts.read(live.settings, live.wave.id)
    assert salt
    with live.stores.issuer() as session:
        return issuer.count_used(session, salt, live.wave.id)


def test_sending_gives_a_receipt_and_spends_the_code(live_wave: LiveWave) -> None:
    receipt = send(live_wave, submit.new_attempt())
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", receipt)
    assert (used(live_wave), received(live_wave)) == (1, 1)
    with pytest.raises(CodeError):
        submit.check_code(live_wave.stores, live_wave.wave, live_wave.codes[0])


def test_checked_code_is_not_spent(live_wave: LiveWave) -> None:
    for code in live_wave.codes[:5]:
        submit.check_code(live_wave.stores, live_wave.wave, code)
    assert (used(live_wave), received(live_wave)) == (0, 0)
    assert send(live_wave, submit.new_attempt())


def test_sending_again_gives_the_same_receipt_and_counts_once(live_wave: LiveWave) -> None:
    attempt = submit.new_attempt()
    assert send(live_wave, attempt) == send(live_wave, attempt)
    assert (used(live_wave), received(live_wave)) == (1, 1)


def test_used_code_is_refused_to_another_attempt(live_wave: LiveWave) -> None:
    send(live_wave, submit.new_attempt())
    with pytest.raises(CodeError):
        send(live_wave, submit.new_attempt())
    assert received(live_wave) == 1


@pytest.mark.parametrize("attempt", ["", "1", "g" * 64, "a" * 63, "A" * 64, "0" * 64 + "\n"])
def test_attempt_that_is_none_of_ours_spends_nothing(live_wave: LiveWave, attempt: str) -> None:
    with pytest.raises(CodeError):
        send(live_wave, attempt)
    assert used(live_wave) == 0


def test_mistyped_code_spends_nothing(live_wave: LiveWave) -> None:
    code = live_wave.codes[0]
    wrong = ("0" if code[0] != "0" else "1") + code[1:]
    with pytest.raises(MistypedCode):
        submit.submit(live_wave.stores, live_wave.wave, wrong, ANSWERS, submit.new_attempt())
    assert used(live_wave) == 0


def test_answers_that_cannot_be_sealed_spend_nothing(live_wave: LiveWave) -> None:
    with pytest.raises(ValueError, match="not folded"):
        submit.submit(
            live_wave.stores,
            live_wave.wave,
            live_wave.codes[0],
            {"staff_number": "1"},
            submit.new_attempt(),
        )
    assert used(live_wave) == 0


def dies_between(live: LiveWave, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A sending that redeems its code and dies before the box keeps anything."""

    def dying(attempt: str) -> None:
        with monkeypatch.context() as planted:
            planted.setattr(box, "put", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                send(live, attempt)

    return dying


def test_death_between_issuer_and_box_costs_nobody_their_voice(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = submit.new_attempt()
    dies_between(live_wave, monkeypatch)(attempt)
    assert (used(live_wave), received(live_wave)) == (1, 0)
    receipt = send(live_wave, attempt)
    assert send(live_wave, attempt) == receipt
    assert (used(live_wave), received(live_wave)) == (1, 1)


def test_sending_again_makes_the_same_token(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    put: list[bytes] = []
    keep = box.put

    def noted(path: Path, token: bytes, sealed: bytes, comments: box.Comments) -> bytes:
        put.append(token)
        return keep(path, token, sealed, comments)

    monkeypatch.setattr(box, "put", noted)
    attempt = submit.new_attempt()
    send(live_wave, attempt)
    send(live_wave, attempt)
    assert put[0] == put[1]


def test_a_token_that_is_made_anew_each_time_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = tokens.ask
    monkeypatch.setattr(
        tokens, "ask", lambda wave, key, _, half: ask(wave, key, secrets.token_bytes(32), half)
    )
    attempt = submit.new_attempt()
    send(live_wave, attempt)
    with pytest.raises(CodeError):
        send(live_wave, attempt)


def test_two_cards_in_one_attempt_are_two_redemptions_for_the_auditor(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who takes a spare card because the box failed, on the same page, cheats nobody."""
    attempt = submit.new_attempt()
    dies_between(live_wave, monkeypatch)(attempt)
    code = live_wave.codes[1]
    submit.submit(live_wave.stores, live_wave.wave, code, ANSWERS, attempt)
    assert (used(live_wave), received(live_wave)) == (2, 1)
    close_wave(live_wave.stores, "autumn", CLOSED)
    records = redemptions.open_records(live_wave.stores, "autumn", live_wave.keys)
    assert len({record.blinded for record in records.redeemed}) == 2


def test_a_sending_whose_attempt_is_forgotten_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    dies_between(live_wave, monkeypatch)(submit.new_attempt())
    with pytest.raises(CodeError):
        send(live_wave, submit.new_attempt())
    assert received(live_wave) == 0, "which is the voice that an attempt saves"


KILLED = """
import os, sys
from survey.collect import box, submit
from survey.config import Settings
from survey.database import Stores
from survey.manage import waves
wave, code, attempt, moment = sys.argv[1:]
stores = Stores.open(Settings.from_environment())
put = box.put
def killed(*arguments):
    if moment == "after":
        put(*arguments)
    os.kill(os.getpid(), 9)
box.put = killed
submit.submit(stores, waves.get(stores, wave), code, {"ethnicity": "white"}, attempt)
"""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_sending_is_finished_by_sending_again(live_wave: LiveWave, moment: str) -> None:
    attempt = submit.new_attempt()
    arguments = [live_wave.wave.id, live_wave.codes[0], attempt, moment]
    line = [sys.executable, "-c", KILLED, *arguments]
    done = subprocess.run(line, env=live_wave.environment, check=False)
    assert done.returncode == -9
    assert (used(live_wave), received(live_wave)) == (1, int(moment == "after"))
    assert send(live_wave, attempt) == send(live_wave, attempt)
    assert (used(live_wave), received(live_wave)) == (1, 1)


def test_a_ticket_is_the_same_for_the_same_attempt_alone(live_wave: LiveWave) -> None:
    def take(attempt: str) -> bytes:
        return submit.take(live_wave.stores, live_wave.wave, live_wave.codes[0], attempt).token

    attempt = submit.new_attempt()
    assert take(attempt) == take(attempt)
    assert (used(live_wave), received(live_wave)) == (1, 0)
    with pytest.raises(CodeError):
        take(submit.new_attempt())
    with pytest.raises(CodeError):
        send(live_wave, submit.new_attempt())


@pytest.mark.parametrize("answers", [ANSWERS, {"fair_treatment": "disagree"}])
def test_a_copy_of_a_ticket_gives_nobody_the_receipt_of_the_answer_that_is_kept(
    live_wave: LiveWave, answers: dict[str, str]
) -> None:
    ticket = submit.take(live_wave.stores, live_wave.wave, live_wave.codes[0], submit.new_attempt())
    receipt = submit.submit_with(live_wave.stores, live_wave.wave, ticket, ANSWERS)
    with pytest.raises(UsedTicket) as refused:
        submit.submit_with(live_wave.stores, live_wave.wave, ticket, answers)
    assert receipt not in str(refused.value)
    assert (used(live_wave), received(live_wave)) == (1, 1)


def test_a_box_that_gives_everybody_the_stored_receipt_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = submit.accept
    monkeypatch.setattr(submit, "accept", lambda *sent, **_: accept(*sent, same_sender=True))
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_a_copy_of_a_ticket_gives_nobody_the_receipt_of_the_answer_that_is_kept(
            live_wave, ANSWERS
        )


def receipt_or_none(live: LiveWave, ticket: Ticket) -> str | None:
    try:
        return submit.submit_with(live.stores, live.wave, ticket, ANSWERS)
    except UsedTicket:
        return None


def test_a_ticket_from_many_threads_counts_once(live_wave: LiveWave) -> None:
    ticket = submit.take(live_wave.stores, live_wave.wave, live_wave.codes[0], submit.new_attempt())
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: receipt_or_none(live_wave, ticket), range(16)))
    assert len(sent) - sent.count(None) == 1
    assert received(live_wave) == 1


def test_same_sending_from_many_threads_counts_once(live_wave: LiveWave) -> None:
    attempt = submit.new_attempt()
    with ThreadPoolExecutor(8) as pool:
        receipts = set(pool.map(lambda _: send(live_wave, attempt), range(16)))
    assert len(receipts) == 1
    assert (used(live_wave), received(live_wave)) == (1, 1)


def test_everybody_sending_at_once_is_counted(live_wave: LiveWave) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = set(pool.map(lambda n: send(live_wave, submit.new_attempt(), n), range(60)))
    assert len(receipts) == 60
    assert (used(live_wave), received(live_wave)) == (60, 60)


def test_closing_wave_takes_nothing_and_spends_nothing(live_wave: LiveWave) -> None:
    with live_wave.stores.issuer() as session:
        waves.move(session, live_wave.wave.id, "open", "closing")
    with pytest.raises(WaveStateError):
        send(live_wave, submit.new_attempt())
    assert used(live_wave) == 0


def test_many_sendings_count_one_by_one(live_wave: LiveWave) -> None:
    sendings = [(code, ANSWERS) for code in live_wave.codes[:40]]
    receipts = submit.submit_many(live_wave.stores, live_wave.wave, sendings)
    assert len(set(receipts)) == 40
    assert (used(live_wave), received(live_wave)) == (40, 40)


def test_many_sendings_with_a_used_code_keep_nothing(live_wave: LiveWave) -> None:
    code = live_wave.codes[0]
    with pytest.raises(CodeError):
        submit.submit_many(live_wave.stores, live_wave.wave, [(code, ANSWERS), (code, ANSWERS)])
    assert (used(live_wave), received(live_wave)) == (0, 0)
