"""The issuer: a code works once, under concurrent use too, and is spent only when redeemed."""

from __future__ import annotations

import dataclasses
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from fixtures_tokens import any_blinded, check, half, key_of, redeem
from fixtures_wave import LiveWave
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from survey.collect import codes, issuer, redemptions, salts, tokens
from survey.collect.redemptions import Redemption
from survey.database import Stores
from survey.errors import CodeError, WaveStateError
from survey.manage import waves
from survey.manage.tables import CodeRow

pytestmark = pytest.mark.both_databases


def rows(stores: Stores) -> list[tuple[bytes, bytes, bytes]]:
    with stores.issuer() as session:
        return [(row.hash, row.mark, row.record) for row in session.scalars(select(CodeRow))]


def test_checking_a_code_spends_nothing(live_wave: LiveWave) -> None:
    before = rows(live_wave.stores)
    for _ in range(3):
        check(live_wave)
    assert rows(live_wave.stores) == before
    redeem(live_wave)


@pytest.fixture
def stranger(live_wave: LiveWave) -> LiveWave:
    """The same wave, and a card that it does not know."""
    return dataclasses.replace(live_wave, codes=tuple(codes.make(1)))


def wrong_proof(live: LiveWave) -> None:
    issuer.check(live.stores, "autumn", half(live, 1), secrets.token_bytes(64))


def wrong_proof_of_redeeming(live: LiveWave) -> None:
    proof = key_of(live, 2).sign(tokens.to_redeem("autumn", any_blinded()))
    issuer.redeem(live.stores, "autumn", half(live, 2), any_blinded(), proof)


def nothing_at_all(live: LiveWave) -> None:
    issuer.redeem(live.stores, "autumn", b"", b"", b"")


def too_large(live: LiveWave) -> None:
    redeem(live, 3, b"\xff" * 384)


def too_short(live: LiveWave) -> None:
    redeem(live, 3, b"\x01" * 383)


def zero(live: LiveWave) -> None:
    redeem(live, 3, bytes(384))


MALFORMED = [
    wrong_proof,
    wrong_proof_of_redeeming,
    nothing_at_all,
    too_large,
    too_short,
    zero,
]


def refusal(ask: Callable[[], object]) -> str:
    with pytest.raises(CodeError) as refused:
        ask()
    return str(refused.value)


def test_unknown_used_and_malformed_get_the_same_words(
    live_wave: LiveWave, stranger: LiveWave
) -> None:
    redeem(live_wave)
    said = [refusal(lambda ask=ask: ask(live_wave)) for ask in MALFORMED]
    for live in (live_wave, stranger):
        said += [refusal(lambda live=live: check(live)), refusal(lambda live=live: redeem(live))]
    assert set(said) == {CodeError.PUBLIC}


@pytest.mark.parametrize("ask", MALFORMED)
def test_malformed_request_spends_nothing(
    live_wave: LiveWave, ask: Callable[[LiveWave], None]
) -> None:
    before = rows(live_wave.stores)
    refusal(lambda: ask(live_wave))
    assert rows(live_wave.stores) == before


def test_somebody_elses_proof_redeems_nothing(live_wave: LiveWave) -> None:
    blinded = any_blinded()
    proof = key_of(live_wave, 1).sign(tokens.to_redeem("autumn", blinded))
    for half_, proof_ in (
        (half(live_wave), proof),
        (half(live_wave, 1), key_of(live_wave, 1).sign(tokens.to_check("autumn"))),
        (half(live_wave, 1), key_of(live_wave, 1).sign(tokens.to_redeem("winter", blinded))),
    ):
        refusal(lambda h=half_, p=proof_: issuer.redeem(live_wave.stores, "autumn", h, blinded, p))
    issuer.redeem(live_wave.stores, "autumn", half(live_wave, 1), blinded, proof)


def test_an_issuer_that_asks_for_no_proof_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "proves", lambda *_: True)
    with pytest.raises(pytest.fail.Exception):
        test_somebody_elses_proof_redeems_nothing(live_wave)


def statements(ask: Callable[[], object]) -> list[str]:
    """The SQL that one refused request runs."""
    ran: list[str] = []

    def note(_c: object, _k: object, statement: str, *_more: object) -> None:
        ran.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        refusal(ask)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return ran


def test_unknown_used_and_malformed_cost_the_same_work(
    live_wave: LiveWave, stranger: LiveWave
) -> None:
    redeem(live_wave)
    of_check = statements(lambda: check(live_wave))
    assert of_check
    assert statements(lambda: check(stranger)) == of_check
    assert statements(lambda: wrong_proof(live_wave)) == of_check
    of_redeeming = statements(lambda: redeem(live_wave))
    assert statements(lambda: redeem(stranger)) == of_redeeming
    for ask in MALFORMED[1:]:
        assert statements(lambda ask=ask: ask(live_wave)) == of_redeeming


def test_an_issuer_that_answers_early_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = statements(lambda: (redeem(live_wave), redeem(live_wave)))

    def early(*_: object) -> bytes:
        raise CodeError

    monkeypatch.setattr(issuer, "_proven", early)
    assert statements(lambda: wrong_proof_of_redeeming(live_wave)) != used


def test_lost_reply_can_be_asked_for_again(live_wave: LiveWave) -> None:
    mine = any_blinded()
    replies = {redeem(live_wave, 0, mine) for _ in range(3)}
    assert len(replies) == 1


def test_code_is_redeemed_again_for_the_same_blinded_token_only(live_wave: LiveWave) -> None:
    mine = any_blinded()
    for _ in range(3):
        redeem(live_wave, 0, mine)
    with pytest.raises(CodeError):
        redeem(live_wave)


def test_death_between_spending_and_signing_costs_nobody_their_voice(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_: object) -> bytes:
        raise KeyboardInterrupt

    mine = any_blinded()
    with monkeypatch.context() as planted:
        planted.setattr(issuer.blind_signatures, "sign", dying)
        with pytest.raises(KeyboardInterrupt):
            redeem(live_wave, 0, mine)
    with pytest.raises(CodeError):
        check(live_wave)
    assert redeem(live_wave, 0, mine) == redeem(live_wave, 0, mine)


def successes(live: LiveWave, tries: int = 24) -> int:
    """How many of many concurrent redeemings of one code get through."""

    def gets_through(_: int) -> bool:
        try:
            redeem(live)
        except CodeError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(gets_through, range(tries)))


def test_one_code_in_many_threads_gets_through_once(live_wave: LiveWave) -> None:
    assert successes(live_wave) == 1


def test_an_issuer_that_looks_before_it_writes_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_then_write(
        session: Session, salt: bytes, wave_id: str, code_hash: bytes, used: issuer.Used
    ) -> bool:
        mine = (CodeRow.wave == wave_id, CodeRow.hash == code_hash)
        with live_wave.stores.issuer() as looking:
            mark = looking.scalar(select(CodeRow.mark).where(*mine))
        time.sleep(0.05)
        if mark != issuer.unused_mark(salt, code_hash):
            return False
        session.execute(update(CodeRow).where(*mine).values(mark=used.mark))
        return True

    monkeypatch.setattr(issuer, "_spend", look_then_write)
    assert successes(live_wave, tries=8) > 1


REDEEM = """
import sys
from survey.collect import codes, issuer, tokens
from survey.config import Settings
from survey.database import Stores
from survey.errors import CodeError
wave, code, values = sys.argv[1:]
key = codes.private_key(codes.parse(code), wave)
half = key.public_key().public_bytes_raw()
stores = Stores.open(Settings.from_environment())
print("ready", flush=True)
sys.stdin.readline()
for value in values.split(","):
    blinded = bytes.fromhex(value)
    try:
        issuer.redeem(stores, wave, half, blinded, key.sign(tokens.to_redeem(wave, blinded)))
        print("through")
    except CodeError:
        print("refused")
"""


@pytest.mark.slow
def test_one_code_in_many_processes_gets_through_once(live_wave: LiveWave) -> None:
    started = []
    for _ in range(4):
        values = ",".join(any_blinded().hex() for _ in range(5))
        arguments = [live_wave.wave.id, live_wave.codes[0], values]
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", REDEEM, *arguments],
                env=live_wave.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    said = "".join(process.communicate("go\n")[0] for process in started)
    assert said.count("through") == 1
    assert said.count("refused") == 19


def test_many_codes_are_redeemed_all_or_none(live_wave: LiveWave) -> None:
    known = [Redemption(half(live_wave, n), any_blinded(), bytes(64)) for n in range(3)]
    unknown = Redemption(secrets.token_bytes(32), any_blinded(), bytes(64))
    with pytest.raises(CodeError):
        issuer.spend_many(live_wave.stores, "autumn", [*known, unknown])
    issuer.spend_many(live_wave.stores, "autumn", known)
    with pytest.raises(CodeError):
        check(live_wave, 2)


def test_only_who_has_the_salt_can_count_used_codes(live_wave: LiveWave) -> None:
    for number in range(7):
        redeem(live_wave, number)
    salt = salts.read(live_wave.settings, live_wave.wave.id)
    assert salt
    with live_wave.stores.issuer() as session:
        assert issuer.count_used(session, salt, live_wave.wave.id) == 7
        assert issuer.count_used(session, secrets.token_bytes(32), live_wave.wave.id) == 60


def test_used_and_unused_rows_are_equally_long(live_wave: LiveWave) -> None:
    redeem(live_wave)
    lengths = {tuple(len(value) for value in row) for row in rows(live_wave.stores)}
    assert lengths == {(32, 32, redemptions.SEALED_BYTES)}


def test_wave_that_is_not_open_takes_no_code(live_wave: LiveWave) -> None:
    with live_wave.stores.issuer() as session:
        waves.move(session, live_wave.wave.id, "open", "closing")
    with pytest.raises(WaveStateError, match="no answers now"):
        redeem(live_wave)
    with pytest.raises(WaveStateError, match="no answers now"):
        check(live_wave)


def test_codes_cannot_be_added_once_a_wave_is_open(live_wave: LiveWave) -> None:
    with pytest.raises(WaveStateError, match="draft"):
        issuer.import_codes(live_wave.stores, live_wave.wave.id, [secrets.token_bytes(32)])


@pytest.fixture
def draft(live_wave: LiveWave) -> LiveWave:
    waves.create(
        live_wave.stores,
        "draft",
        "Draft",
        live_wave.wave.questionnaire,
        live_wave.keys.public,
    )
    return live_wave


def test_importing_codes_again_changes_nothing(draft: LiveWave) -> None:
    halves = [secrets.token_bytes(32) for _ in range(60)]
    assert issuer.import_codes(draft.stores, "draft", halves) == 60
    before = set(rows(draft.stores))
    assert issuer.import_codes(draft.stores, "draft", halves) == 60
    assert set(rows(draft.stores)) == before


def test_spare_codes_can_follow_while_a_wave_is_a_draft(draft: LiveWave) -> None:
    issuer.import_codes(draft.stores, "draft", [secrets.token_bytes(32) for _ in range(50)])
    assert issuer.import_codes(draft.stores, "draft", [secrets.token_bytes(32)] * 2) == 51
    assert waves.open_wave(draft.stores, "draft", date(2026, 9, 2)).cards == 51


def test_salt_is_for_its_owners_eyes_only_and_is_made_once(live_wave: LiveWave) -> None:
    path = salts.path_of(live_wave.settings, live_wave.wave.id)
    assert path.stat().st_mode & 0o077 == 0
    salt = salts.make(live_wave.settings, live_wave.wave.id)
    assert len(salt) == 32
    assert path.read_bytes().startswith(salt)


def test_code_of_one_wave_is_unknown_in_another(draft: LiveWave) -> None:
    issuer.import_codes(draft.stores, "draft", [secrets.token_bytes(32) for _ in range(50)])
    waves.open_wave(draft.stores, "draft", date(2026, 9, 2))
    with pytest.raises(CodeError):
        redeem(draft, wave="draft")


def test_hidden_parameters_stay_out_of_errors(live_wave: LiveWave, tmp_path: Path) -> None:
    secret = half(live_wave)
    with pytest.raises(Exception, match="hidden") as failure, live_wave.stores.issuer() as session:  # noqa: PT012
        session.add(CodeRow(wave="nowhere", hash=secret, mark=b"short", record=b""))
        session.flush()
    assert secret.hex() not in str(failure.value)
    assert repr(secret) not in str(failure.value)
