"""A code that is unknown, one that was used and a wrong proof cost the issuer the same work.

Work is counted, not timed: every function that is called, Python's and C's, how often each. A
machine that is busy says nothing then, and a shortcut of a single hash shows.
"""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import hmac
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType

import pytest
from fixtures_tokens import any_blinded, half, key_of, redeem
from fixtures_wave import LiveWave
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.collect import codes, issuer, salts, tokens
from survey.database import Stores
from survey.errors import CodeError
from survey.manage.tables import CodeRow

Ask = Callable[[], object]


def work(ask: Ask) -> Counter[str]:
    """How often each function runs while something is refused."""
    called: Counter[str] = Counter()

    def note(frame: FrameType, happened: str, argument: object) -> None:
        if happened == "call":
            called[f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}"] += 1
        elif happened == "c_call":
            called[repr(getattr(argument, "__qualname__", argument))] += 1

    gc.disable()  # what it clears away is not this request's work
    sys.setprofile(note)
    try:
        ask()
    except CodeError:
        pass
    else:
        pytest.fail("was not refused")
    finally:
        sys.setprofile(None)
        gc.enable()
    return called


def to_check(live: LiveWave, number: int = 0, holder: int | None = None) -> Ask:
    """Ask about a card, as another card's holder if need be; the page's own work is done before."""
    key, public = key_of(live, number if holder is None else holder), half(live, number)
    proof = key.sign(tokens.to_check("autumn"))
    return lambda: issuer.check(live.stores, "autumn", public, proof)


def to_redeem(live: LiveWave, number: int = 0, holder: int | None = None) -> Ask:
    """Redeem a card for a value that nobody else has."""
    key, public = key_of(live, number if holder is None else holder), half(live, number)
    blinded = any_blinded()
    proof = key.sign(tokens.to_redeem("autumn", blinded))
    return lambda: issuer.redeem(live.stores, "autumn", public, blinded, proof)


ASKED = [to_check, to_redeem]
ToAsk = Callable[..., Ask]


def differences(to_ask: ToAsk, live: LiveWave) -> list[Counter[str]]:
    """What a used code, and one with a wrong proof, calls oftener or less often than an unknown."""
    redeem(live)
    stranger = dataclasses.replace(live, codes=tuple(codes.make(1)))
    asked = [lambda: to_ask(stranger), lambda: to_ask(live), lambda: to_ask(live, 1, holder=2)]
    for one in asked:  # once for what stays: SQL that is compiled, connections
        work(one())
    unknown, *others = (work(one()) for one in asked)
    assert sum(unknown.values()) > 500
    return [(other - unknown) + (unknown - other) for other in others]


@pytest.mark.parametrize("to_ask", ASKED)
def test_unknown_and_used_codes_and_wrong_proofs_cost_the_same_work(
    live_wave: LiveWave, to_ask: ToAsk
) -> None:
    assert differences(to_ask, live_wave) == [Counter(), Counter()]


def early(public_half: bytes, proof: bytes, content: bytes) -> bytes:
    if not tokens.proves(public_half, proof, content):
        raise CodeError
    return public_half


def straight(session: Session, wave_id: str, code_hash: bytes) -> bytes | None:
    return session.scalar(
        select(CodeRow.mark).where(CodeRow.wave == wave_id, CodeRow.hash == code_hash)
    )


def hashed_if_known(session: Session, wave_id: str, code_hash: bytes) -> bytes | None:
    mark = straight(session, wave_id, code_hash)
    return hashlib.sha256(mark).digest() if mark else None


SHORTCUTS = [("_proven", early), ("_mark", straight), ("_mark", hashed_if_known)]

redeeming = issuer.redeem


def sealed_if_known(
    stores: Stores, wave_id: str, public_half: bytes, blinded: bytes, proof: bytes
) -> bytes:
    """Redeem as the issuer does, but ask before the record of the redemption is sealed."""
    salt = salts.read(stores.settings, wave_id) or b""
    with stores.issuer() as session:
        if issuer._mark(session, wave_id, hmac.digest(salt, public_half, "sha256")) is None:
            raise CodeError
    return redeeming(stores, wave_id, public_half, blinded, proof)


def test_a_record_that_is_sealed_for_known_codes_only_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer, "redeem", sealed_if_known)
    assert differences(to_redeem, live_wave) != [Counter(), Counter()]


@pytest.mark.parametrize("to_ask", ASKED)
@pytest.mark.parametrize(("step", "shortcut"), SHORTCUTS)
def test_a_shortcut_is_noticed(
    live_wave: LiveWave,
    monkeypatch: pytest.MonkeyPatch,
    to_ask: ToAsk,
    step: str,
    shortcut: Callable[..., object],
) -> None:
    monkeypatch.setattr(issuer, step, shortcut)
    assert differences(to_ask, live_wave) != [Counter(), Counter()]
