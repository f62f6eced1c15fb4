"""What is in flight while a wave opens or closes: counted or refused, on both databases."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from fixtures_tokens import any_blinded, half, redeem, used
from fixtures_wave import LiveWave
from sqlalchemy import String, bindparam, update
from sqlalchemy.orm import Session

from survey.close.closing import close_wave
from survey.collect import code_list, codes, issuer, redemptions, salts
from survey.errors import CodeError, WaveStateError
from survey.manage import waves

pytestmark = pytest.mark.both_databases

CLOSED = date(2026, 9, 30)
MOMENT = 0.7
"""Seconds in which whatever does not wait would long be done."""


class Meanwhile:
    """Something that runs beside the test, and what came of it."""

    def __init__(self, what: Callable[[], object]) -> None:
        self.result: object = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(what,), daemon=True)
        self._thread.start()

    def _run(self, what: Callable[[], object]) -> None:
        try:
            self.result = what()
        except Exception as error:
            self.error = error

    @property
    def waits(self) -> bool:
        self._thread.join(MOMENT)
        return self._thread.is_alive()

    def end(self) -> object:
        self._thread.join(30)
        assert not self._thread.is_alive()
        if self.error:
            raise self.error
        return self.result


@contextmanager
def redeeming(live: LiveWave, number: int = 0) -> Iterator[Session]:
    """A redeeming that has written and has not ended."""
    salt = salts.read(live.settings, "autumn")
    assert salt
    mine = half(live, number)
    content = secrets.token_bytes(redemptions.RECORD_BYTES)
    record = redemptions.seal(content, live.wave.public_key, "autumn")
    row = issuer.Used(issuer.used_mark(salt, mine, any_blinded()), record)
    with live.stores.issuer() as session:
        assert issuer._spend(session, salt, "autumn", issuer._digest(salt, mine), row)
        yield session


def closing(live: LiveWave) -> Meanwhile:
    """A closing, which gives how many used codes it counted."""
    return Meanwhile(lambda: close_wave(live.stores, "autumn", CLOSED).redeemed)


def on_a_server(live: LiveWave) -> bool:
    """Whether several can write at a time; SQLite lets one."""
    return not live.settings.issuer_url.startswith("sqlite")


def test_redeeming_in_flight_is_waited_for_and_counted(live_wave: LiveWave) -> None:
    with redeeming(live_wave):
        counting = closing(live_wave)
        assert counting.waits
    assert counting.end() == 1


UNHELD = (
    update(issuer.CODES)
    .where(
        issuer.CODES.c.wave == bindparam("of_wave"),
        issuer.CODES.c.hash == bindparam("of_hash"),
        issuer.CODES.c.mark == bindparam("unused"),
        issuer._open(bindparam("of_wave", type_=String)).exists(),
    )
    .values(mark=bindparam("used"), record=bindparam("redemption"))
)


def test_redeeming_that_does_not_hold_its_wave_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer, "SPEND", UNHELD)
    with redeeming(live_wave):
        counting = closing(live_wave)
        if on_a_server(live_wave):
            assert counting.end() == 0
        else:
            assert counting.waits


def test_redeeming_that_comes_while_a_wave_closes_waits_and_is_refused(
    live_wave: LiveWave,
) -> None:
    with live_wave.stores.issuer() as session:
        assert waves.move(session, "autumn", "open", "closing")
        late = Meanwhile(lambda: redeem(live_wave))
        assert late.waits
    with pytest.raises(WaveStateError, match="no answers now"):
        late.end()
    assert used(live_wave) == 0


def test_redeeming_that_comes_while_a_closing_fails_is_taken(live_wave: LiveWave) -> None:
    with pytest.raises(KeyboardInterrupt), live_wave.stores.issuer() as session:  # noqa: PT012
        waves.move(session, "autumn", "open", "closing")
        late = Meanwhile(lambda: redeem(live_wave))
        assert late.waits
        raise KeyboardInterrupt
    assert late.end()
    assert used(live_wave) == 1


def test_second_redeeming_of_a_code_waits_for_the_first_and_is_refused(
    live_wave: LiveWave,
) -> None:
    with redeeming(live_wave):
        second = Meanwhile(lambda: redeem(live_wave))
        assert second.waits
    with pytest.raises(CodeError):
        second.end()
    assert used(live_wave) == 1


def test_second_redeeming_of_a_code_is_taken_when_the_first_fails(live_wave: LiveWave) -> None:
    with pytest.raises(KeyboardInterrupt), redeeming(live_wave):  # noqa: PT012
        second = Meanwhile(lambda: redeem(live_wave))
        assert second.waits
        raise KeyboardInterrupt
    assert second.end()
    assert used(live_wave) == 1


def test_redeemings_of_different_codes_do_not_wait_for_one_another_on_a_server(
    live_wave: LiveWave,
) -> None:
    with redeeming(live_wave, 0):
        other = Meanwhile(lambda: redeem(live_wave, 1))
        if on_a_server(live_wave):
            other.end()
    other.end()
    assert used(live_wave) == 2


@pytest.fixture
def draft(live_wave: LiveWave) -> LiveWave:
    waves.create(
        live_wave.stores, "draft", "Draft", live_wave.wave.questionnaire, live_wave.keys.public
    )
    issuer.import_codes(live_wave.stores, "draft", halves(60))
    return live_wave


def halves(count: int) -> list[bytes]:
    return [codes.public_half(codes.parse(code), "draft") for code in codes.make(count)]


def test_opening_waits_for_an_import_and_no_code_follows_it(draft: LiveWave) -> None:
    with draft.stores.issuer() as session:
        waves.hold_draft(session, "draft")
        opening = Meanwhile(lambda: waves.open_wave(draft.stores, "draft", date(2026, 9, 2)))
        assert opening.waits
    opening.end()
    with pytest.raises(WaveStateError, match="draft"):
        issuer.import_codes(draft.stores, "draft", halves(1))


def test_import_that_comes_while_a_wave_opens_is_refused(
    draft: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    with draft.stores.issuer() as session:
        waves.hold_draft(session, "draft")
        waves.find(session, "draft").state = "open"
        session.flush()
        late = Meanwhile(lambda: issuer.import_codes(draft.stores, "draft", halves(1)))
        assert late.waits
    with pytest.raises(WaveStateError, match="draft"):
        late.end()
    assert len(code_list.kept(draft.stores, "draft").hashes) == 60


def test_two_imports_at_once_keep_all_codes_of_both(draft: LiveWave) -> None:
    first, second = halves(40), halves(40)
    imports = [
        Meanwhile(lambda given=given: issuer.import_codes(draft.stores, "draft", given))
        for given in (first, second)
    ]
    assert {one.end() for one in imports} <= {100, 140}
    assert waves.get(draft.stores, "draft").cards == 140
    assert len(code_list.kept(draft.stores, "draft").hashes) == 140
    waves.open_wave(draft.stores, "draft", date(2026, 9, 2))
