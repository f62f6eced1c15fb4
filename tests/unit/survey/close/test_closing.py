"""Closing: the box shuffled, the salt gone, the counts told; finished when run again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing as closed
from datetime import date
from pathlib import Path

import pytest
from fixtures_tokens import redeem
from fixtures_wave import LiveWave
from running_the_program import the_program

from survey.close import carrying, closing, redemptions, rewriting, unsealing
from survey.close.closing import close_wave
from survey.collect import box, envelope, salts, submit
from survey.errors import BoxError, CandourError, SaltError, WaveStateError
from survey.manage import audit_log, closings, issuing_keys, waves
from survey.manage.closings import Closing
from survey.verify import checking

pytestmark = pytest.mark.both_databases

CLOSED = date(2026, 9, 30)
SENT = 40


@pytest.fixture
def answered(live_wave: LiveWave) -> LiveWave:
    """A wave to which forty of sixty people answered."""
    submit.submit_many(
        live_wave.stores,
        live_wave.wave,
        [(code, {"ethnicity": "white"}) for code in live_wave.codes[:SENT]],
    )
    return live_wave


def live_rows(live: LiveWave) -> set[bytes]:
    with closed(sqlite3.connect(box.path_of(live.settings, live.wave.id))) as database:
        query = "SELECT sealed FROM slot JOIN token USING (number) WHERE taken = 1"
        return {sealed for (sealed,) in database.execute(query)}


def live_tokens(live: LiveWave) -> set[bytes]:
    with closed(sqlite3.connect(box.path_of(live.settings, live.wave.id))) as database:
        return {token for (token,) in database.execute("SELECT token FROM token WHERE taken = 1")}


def counts(told: Closing) -> tuple[int | None, ...]:
    return told.cards, told.redeemed, told.received


def closed_box(live: LiveWave) -> Path:
    return rewriting.path_of(live.settings, live.wave.id)


def test_closing_tells_cards_codes_used_and_answers(answered: LiveWave) -> None:
    assert counts(close_wave(answered.stores, "autumn", CLOSED)) == (60, SENT, SENT)
    wave = waves.get(answered.stores, "autumn")
    assert (wave.state, wave.closed) == ("closed", CLOSED)


def test_closed_box_holds_the_same_answers_without_their_tokens(answered: LiveWave) -> None:
    before = live_rows(answered)
    close_wave(answered.stores, "autumn", CLOSED)
    assert set(rewriting.sealed_answers(closed_box(answered))) == before
    with closed(sqlite3.connect(closed_box(answered))) as database:
        tables = database.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("answer",)]


def test_receipts_are_kept_sorted_and_whoever_kept_theirs_finds_it(answered: LiveWave) -> None:
    mine = submit.submit(
        answered.stores, answered.wave, answered.codes[-1], {}, submit.new_attempt()
    )
    close_wave(answered.stores, "autumn", CLOSED)
    told = closings.told(answered.stores, "autumn")
    assert told
    receipts = told.receipts
    assert mine in receipts
    assert list(receipts) == sorted(receipts)
    assert len(receipts) == SENT + 1


def test_tokens_are_told_sorted_one_for_each_answer(answered: LiveWave) -> None:
    kept = live_tokens(answered)
    close_wave(answered.stores, "autumn", CLOSED)
    told = closings.told(answered.stores, "autumn")
    assert told
    assert list(told.tokens) == sorted(kept)
    assert len(told.tokens) == SENT


def test_closing_twice_is_one_sentence(answered: LiveWave) -> None:
    close_wave(answered.stores, "autumn", CLOSED)
    with pytest.raises(WaveStateError, match="is closed; only an open wave"):
        close_wave(answered.stores, "autumn", CLOSED)


def test_closed_wave_takes_no_answer(answered: LiveWave) -> None:
    close_wave(answered.stores, "autumn", CLOSED)
    for send in (
        lambda: submit.check_code(answered.stores, answered.wave, answered.codes[-1]),
        lambda: submit.submit(
            answered.stores, answered.wave, answered.codes[-1], {}, submit.new_attempt()
        ),
    ):
        with pytest.raises(WaveStateError, match="no answers now"):
            send()


def test_wave_that_nobody_answered_can_be_closed(live_wave: LiveWave) -> None:
    assert counts(close_wave(live_wave.stores, "autumn", CLOSED)) == (60, 0, 0)


def test_a_wave_whose_box_is_away_stays_open_until_it_is_back(answered: LiveWave) -> None:
    path = box.path_of(answered.settings, "autumn")
    path.rename(path.with_name("elsewhere"))
    with pytest.raises(WaveStateError, match=r"The ballot box autumn\.box is not in its folder"):
        close_wave(answered.stores, "autumn", CLOSED)
    assert waves.get(answered.stores, "autumn").state == "open"
    path.with_name("elsewhere").rename(path)
    assert close_wave(answered.stores, "autumn", CLOSED).received == SENT


def test_boxes_that_changed_places_take_and_close_nothing_until_they_are_back(
    answered: LiveWave,
) -> None:
    stores, path = answered.stores, box.path_of(answered.settings, "autumn")
    other, aside = path.with_name("winter.box"), path.with_name("aside.box")
    box.create(other, "winter", 60, envelope.sealed_size(answered.wave.questionnaire))

    def swap() -> None:
        path.rename(aside)
        other.rename(path)
        aside.rename(other)

    swap()
    sending = (stores, answered.wave, answered.codes[-1], {}, submit.new_attempt())
    with pytest.raises(BoxError):
        submit.submit(*sending)
    with pytest.raises(WaveStateError, match=r"autumn\.box is that of wave winter; put each box"):
        close_wave(stores, "autumn", CLOSED)
    assert waves.get(stores, "autumn").state == "open"
    swap()
    receipt = submit.submit(*sending)
    told = close_wave(stores, "autumn", CLOSED)
    assert (told.received, receipt in told.receipts) == (SENT + 1, True)


def test_a_box_that_cannot_be_read_leaves_the_wave_open(answered: LiveWave) -> None:
    path = box.path_of(answered.settings, "autumn")
    whole = path.read_bytes()
    path.write_bytes(b"nonsense" * 10_000)
    with pytest.raises(sqlite3.DatabaseError):
        close_wave(answered.stores, "autumn", CLOSED)
    assert waves.get(answered.stores, "autumn").state == "open"
    path.write_bytes(whole)
    assert close_wave(answered.stores, "autumn", CLOSED).received == SENT


def lost(path: Path) -> None:
    path.unlink()


def wrong_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[7] ^= 0x55
    path.write_bytes(content)


def wrong_byte_without_a_check(path: Path) -> None:
    """As in a file of an earlier version."""
    wrong_byte(path)
    path.write_bytes(path.read_bytes()[: salts.SALT_BYTES])


@pytest.mark.parametrize("damage", [lost, wrong_byte, wrong_byte_without_a_check])
def test_a_wave_whose_salt_is_lost_stays_open_and_whole_until_somebody_says_so(
    answered: LiveWave, damage: Callable[[Path], None]
) -> None:
    path, before = salts.path_of(answered.settings, "autumn"), live_rows(answered)
    whole = path.read_bytes()
    damage(path)
    for _ in range(2):
        with pytest.raises(SaltError, match=r"autumn\.salt, is .*`candour wave close autumn --unc"):
            close_wave(answered.stores, "autumn", CLOSED)
    assert waves.get(answered.stores, "autumn").state == "open"
    assert closings.told(answered.stores, "autumn") is None
    assert live_rows(answered) == before
    path.write_bytes(whole)
    assert counts(close_wave(answered.stores, "autumn", CLOSED)) == (60, SENT, SENT)


@pytest.mark.parametrize("damage", [lost, wrong_byte, wrong_byte_without_a_check])
def test_lost_salt_does_not_lock_a_wave_open(
    answered: LiveWave, damage: Callable[[Path], None]
) -> None:
    path = salts.path_of(answered.settings, "autumn")
    damage(path)
    told = close_wave(answered.stores, "autumn", CLOSED, uncounted=True)
    assert counts(told) == (60, None, SENT)
    assert len(told.receipts) == len(told.tokens) == SENT
    assert not path.exists()
    opened = redemptions.open_records(answered.stores, "autumn", answered.keys)
    assert (len(opened.redeemed), opened.spoilt) == (SENT, 0), "the officers can still count"


def test_a_count_that_can_be_made_is_not_left_out(answered: LiveWave) -> None:
    with pytest.raises(WaveStateError, match=r"is whole, so .* leave out --uncounted"):
        close_wave(answered.stores, "autumn", CLOSED, uncounted=True)
    assert waves.get(answered.stores, "autumn").state == "open"


def test_the_command_says_what_is_missing_logs_it_and_a_release_comes_all_the_same(
    answered: LiveWave, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong_byte(salts.path_of(answered.settings, "autumn"))
    with the_program(answered.settings, capsys) as run:
        code, said = run("wave", "close", "autumn")
        assert (code, len(said.splitlines())) == (2, 1)
        assert "autumn.salt, is damaged" in said
        code, said = run("wave", "close", "autumn", "--uncounted")
    assert code == 0
    assert f"60 cards, an unknown number of codes used, {SENT} answers received" in said
    assert "candour wave redemptions autumn" in said
    logged = [one.what for one in audit_log.entries(answered.stores) if one.kind == "wave"]
    assert sum("without counting how many codes were used" in one for one in logged) == 1
    file = carrying.carry(answered.stores, "autumn", tmp_path / "autumn.wave")
    found = {one.sentence: one.holds for one in checking.published(file)}
    assert [one for one in found if found[one] is False] == []
    assert any("nobody can see whether answers were added" in one for one in found)
    assert unsealing.unseal(answered.stores, "autumn", answered.keys, tmp_path / "out")


def test_a_closing_without_a_count_is_finished_by_running_it_again(
    answered: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost(salts.path_of(answered.settings, "autumn"))
    with monkeypatch.context() as planted:
        planted.setattr(closing, "erase_all", killed)
        with pytest.raises(KeyboardInterrupt):
            close_wave(answered.stores, "autumn", CLOSED, uncounted=True)
    assert waves.get(answered.stores, "autumn").state == "closing"
    told = close_wave(answered.stores, "autumn", CLOSED, uncounted=True)
    assert counts(told) == (60, None, SENT)


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_no_token_can_be_made_after_closing(answered: LiveWave) -> None:
    path = issuing_keys.path_of(answered.settings, "autumn")
    assert path.exists()
    close_wave(answered.stores, "autumn", CLOSED)
    assert not path.exists()
    with pytest.raises(WaveStateError, match="no answers now"):
        redeem(answered, SENT)


def test_lost_issuing_key_does_not_lock_a_wave_open(answered: LiveWave) -> None:
    issuing_keys.path_of(answered.settings, "autumn").unlink()
    assert counts(close_wave(answered.stores, "autumn", CLOSED)) == (60, SENT, SENT)


class PowerCutError(Exception):
    pass


def cut(function: Callable[..., object], before: bool) -> Callable[..., object]:
    def dying(*arguments: object) -> object:
        if not before:
            function(*arguments)
        raise PowerCutError

    return dying


STEPS = [(box, "shut"), (rewriting, "rewrite"), (closing, "_tell"), (closing, "erase_all")]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("module", "step"), STEPS)
def test_interrupted_closing_is_finished_by_running_it_again(
    answered: LiveWave,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    step: str,
    before: bool,
) -> None:
    rows, tokens = live_rows(answered), live_tokens(answered)
    with monkeypatch.context() as planted:
        planted.setattr(module, step, cut(getattr(module, step), before))
        with pytest.raises(PowerCutError):
            close_wave(answered.stores, "autumn", CLOSED)
    assert waves.get(answered.stores, "autumn").state == "closing"
    with pytest.raises(CandourError):
        submit.submit(answered.stores, answered.wave, answered.codes[-1], {}, "0" * 64)
    told = close_wave(answered.stores, "autumn", CLOSED)
    assert counts(told) == (60, SENT, SENT)
    assert told.tokens == tuple(sorted(tokens))
    assert set(rewriting.sealed_answers(closed_box(answered))) == rows
    names = {path.name for path in answered.settings.home.rglob("*") if path.is_file()}
    assert names - {"issuer.db", "results.db"} == {"autumn.closed", "secret_key"}


def test_answer_that_comes_while_closing_is_kept_or_refused_never_lost(
    answered: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = box.put

    def put_after_closing(path: Path, token: bytes, sealed: bytes, comments: box.Comments) -> bytes:
        box.shut(path)
        return put(path, token, sealed, comments)

    monkeypatch.setattr(box, "put", put_after_closing)
    with pytest.raises(WaveStateError, match="has closed"):
        submit.submit(answered.stores, answered.wave, answered.codes[-1], {}, submit.new_attempt())
    counts = close_wave(answered.stores, "autumn", CLOSED)
    assert (counts.redeemed, counts.received) == (SENT + 1, SENT), "and the counts tell it"
