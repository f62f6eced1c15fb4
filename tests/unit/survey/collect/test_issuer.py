"""The issuer: a code works once, under concurrent use too, and is spent only when redeemed."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from survey.collect import codes, issuer
from survey.database import Stores
from survey.errors import CodeError, WaveStateError
from survey.manage import waves
from survey.manage.tables import CodeRow


def half(live: LiveWave, number: int = 0) -> bytes:
    return codes.public_half(codes.parse(live.codes[number]), live.wave.id)


def attempt() -> bytes:
    return secrets.token_bytes(32)


def rows(stores: Stores) -> list[tuple[bytes, bytes]]:
    with stores.issuer() as session:
        return [(row.hash, row.mark) for row in session.scalars(select(CodeRow))]


def test_checking_a_code_spends_nothing(live_wave: LiveWave) -> None:
    before = rows(live_wave.stores)
    for _ in range(3):
        issuer.check(live_wave.stores, live_wave.wave.id, half(live_wave))
    assert rows(live_wave.stores) == before
    issuer.redeem(live_wave.stores, live_wave.wave.id, half(live_wave), attempt())


def test_unknown_and_used_codes_get_the_same_words(live_wave: LiveWave) -> None:
    issuer.redeem(live_wave.stores, live_wave.wave.id, half(live_wave), attempt())
    said = []
    for public_half in (half(live_wave), secrets.token_bytes(32)):
        for ask in (
            lambda h: issuer.check(live_wave.stores, live_wave.wave.id, h),
            lambda h: issuer.redeem(live_wave.stores, live_wave.wave.id, h, attempt()),
        ):
            with pytest.raises(CodeError) as refusal:
                ask(public_half)
            said.append(str(refusal.value))
    assert len(set(said)) == 1


def statements(live: LiveWave, public_half: bytes) -> list[str]:
    """The SQL that one refused check runs."""
    ran: list[str] = []

    def note(_c: object, _k: object, statement: str, *_more: object) -> None:
        ran.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with pytest.raises(CodeError):
            issuer.check(live.stores, live.wave.id, public_half)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return ran


def test_unknown_and_used_codes_cost_the_same_work(live_wave: LiveWave) -> None:
    issuer.redeem(live_wave.stores, live_wave.wave.id, half(live_wave), attempt())
    used = statements(live_wave, half(live_wave))
    assert used
    assert statements(live_wave, secrets.token_bytes(32)) == used


def test_code_is_redeemed_again_by_the_same_attempt_only(live_wave: LiveWave) -> None:
    mine = attempt()
    for _ in range(3):
        issuer.redeem(live_wave.stores, live_wave.wave.id, half(live_wave), mine)
    with pytest.raises(CodeError):
        issuer.redeem(live_wave.stores, live_wave.wave.id, half(live_wave), attempt())


def successes(live: LiveWave, tries: int = 24) -> int:
    """How many of many concurrent attempts on one code get through."""

    def redeem(_: int) -> bool:
        try:
            issuer.redeem(live.stores, live.wave.id, half(live), attempt())
        except CodeError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(redeem, range(tries)))


def test_one_code_in_many_threads_gets_through_once(live_wave: LiveWave) -> None:
    assert successes(live_wave) == 1


def test_an_issuer_that_looks_before_it_writes_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_then_write(
        session: Session, salt: bytes, wave_id: str, code_hash: bytes, used: bytes
    ) -> bool:
        mine = (CodeRow.wave == wave_id, CodeRow.hash == code_hash)
        with live_wave.stores.issuer() as looking:
            mark = looking.scalar(select(CodeRow.mark).where(*mine))
        time.sleep(0.05)
        if mark != issuer.unused_mark(salt, code_hash):
            return False
        session.execute(update(CodeRow).where(*mine).values(mark=used))
        return True

    monkeypatch.setattr(issuer, "_spend", look_then_write)
    assert successes(live_wave, tries=8) > 1


REDEEM = """
import sys
from pathlib import Path
from survey.collect import issuer
from survey.config import Settings
from survey.database import Stores
from survey.errors import CodeError
home, wave, half, attempts = sys.argv[1:]
stores = Stores.open(Settings.at(Path(home)))
print("ready", flush=True)
sys.stdin.readline()
for attempt in attempts.split(","):
    try:
        issuer.redeem(stores, wave, bytes.fromhex(half), bytes.fromhex(attempt))
        print("through")
    except CodeError:
        print("refused")
"""


@pytest.mark.slow
def test_one_code_in_many_processes_gets_through_once(live_wave: LiveWave) -> None:
    started = []
    for _ in range(4):
        attempts = ",".join(attempt().hex() for _ in range(5))
        arguments = [live_wave.settings.home, live_wave.wave.id, half(live_wave).hex(), attempts]
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", REDEEM, *map(str, arguments)],
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
    spendings = [(half(live_wave, n), attempt()) for n in range(3)]
    with pytest.raises(CodeError):
        issuer.redeem_many(
            live_wave.stores, live_wave.wave.id, [*spendings, (secrets.token_bytes(32), attempt())]
        )
    issuer.redeem_many(live_wave.stores, live_wave.wave.id, spendings)
    with pytest.raises(CodeError):
        issuer.check(live_wave.stores, live_wave.wave.id, half(live_wave, 2))


def test_only_who_has_the_salt_can_count_used_codes(live_wave: LiveWave) -> None:
    for number in range(7):
        issuer.redeem(live_wave.stores, live_wave.wave.id, half(live_wave, number), attempt())
    salt = issuer.read_salt(live_wave.settings, live_wave.wave.id)
    assert salt
    with live_wave.stores.issuer() as session:
        assert issuer.count_used(session, salt, live_wave.wave.id) == 7
        assert issuer.count_used(session, secrets.token_bytes(32), live_wave.wave.id) == 60


def test_used_and_unused_rows_are_equally_long(live_wave: LiveWave) -> None:
    issuer.redeem(live_wave.stores, live_wave.wave.id, half(live_wave), attempt())
    assert {len(h) for h, _ in rows(live_wave.stores)} == {32}
    assert {len(mark) for _, mark in rows(live_wave.stores)} == {32}


def test_wave_that_is_not_open_takes_no_code(live_wave: LiveWave) -> None:
    with live_wave.stores.issuer() as session:
        waves.move(session, live_wave.wave.id, "open", "closing")
    with pytest.raises(WaveStateError, match="no answers now"):
        issuer.redeem(live_wave.stores, live_wave.wave.id, half(live_wave), attempt())
    with pytest.raises(WaveStateError, match="no answers now"):
        issuer.check(live_wave.stores, live_wave.wave.id, half(live_wave))


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
        live_wave.wave.public_key,
        live_wave.wave.verifier,
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
    path = issuer.salt_path(live_wave.settings, live_wave.wave.id)
    assert path.stat().st_mode & 0o077 == 0
    assert issuer.make_salt(live_wave.settings, live_wave.wave.id) == path.read_bytes()
    assert len(path.read_bytes()) == 32


def test_code_of_one_wave_is_unknown_in_another(draft: LiveWave) -> None:
    issuer.import_codes(draft.stores, "draft", [secrets.token_bytes(32) for _ in range(50)])
    waves.open_wave(draft.stores, "draft", date(2026, 9, 2))
    with pytest.raises(CodeError):
        issuer.redeem(draft.stores, "draft", half(draft), attempt())


def test_hidden_parameters_stay_out_of_errors(live_wave: LiveWave, tmp_path: Path) -> None:
    secret = half(live_wave)
    with pytest.raises(Exception, match="hidden") as failure, live_wave.stores.issuer() as session:  # noqa: PT012
        session.add(CodeRow(wave="nowhere", hash=secret, mark=b"short"))
        session.flush()
    assert secret.hex() not in str(failure.value)
    assert repr(secret) not in str(failure.value)
