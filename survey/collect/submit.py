"""Sending: a code becomes a token, and what comes with a token is sealed and kept exactly once.

In sealed mode the page takes the first step with the issuer and the second with the ballot box
(`survey.collect.sealed_pages`). Without JavaScript both are taken here, inside the request: a
random *attempt* that travels in the page stands for everything that a page would hold, so that a
sending that is repeated makes the same token again and counts once. Nothing of it is kept.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from survey.collect import blind_signatures, box, codes, envelope, issuer, issuing, tokens
from survey.collect.redemptions import Redemption
from survey.collect.tickets import Ticket
from survey.config import Settings
from survey.database import Stores
from survey.errors import CodeError, TokenError, UsedTicket, WaveStateError
from survey.manage import issuing_keys
from survey.manage.waves import Wave

Given = TypeVar("Given")
Made = TypeVar("Made")

_ATTEMPT = re.compile(r"[0-9a-f]{64}")


def new_attempt() -> str:
    """A random number of 256 bits for one sending; it travels in the page and is kept nowhere."""
    return secrets.token_hex(32)


def check_code(stores: Stores, wave: Wave, code: str) -> None:
    """Say whether a typed code can be used in a wave; spends nothing.

    Raises:
        MistypedCode: when it is not a code at all.
        CodeError: when it is unknown or used, in the same words.
        WaveStateError: when the wave takes no answers.
        IssuerError: when another host has the issuer, and does not answer.
    """
    key = codes.private_key(codes.parse(code), wave.id)
    issuing.of(stores).check(wave.id, _public(key), key.sign(tokens.to_check(wave.id)))


def submit(
    stores: Stores,
    wave: Wave,
    code: str,
    answers: Mapping[str, str],
    attempt: str,
    comments: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Spend the code, seal the answers and keep them; returns the receipt.

    Args:
        stores: where issuer and box lie.
        wave: an open wave.
        code: as typed.
        answers: question id -> code, already folded.
        attempt: from `new_attempt`; the same one again, with the same code, gives the same receipt
            and counts once.
        comments: comment id -> its text; those that are left out are sealed empty.

    Raises:
        MistypedCode: when `code` is not a code at all.
        CodeError: when it is unknown, or was used in another attempt.
        WaveStateError: when the wave takes no answers.
        IssuerError: when another host has the issuer, and does not answer; asked again with the
            same attempt, it gives the same signature.
    """
    # Sealed before the code is spent: whatever can fail here costs nobody their voice.
    sealed, sealed_comments = _seal(wave, answers), _seal_comments(wave, comments)
    ticket = take(stores, wave, code, attempt)
    # Only who has the attempt gets this token, so an answer that is kept under it is theirs.
    return _send(stores, wave, ticket, sealed, sealed_comments, same_sender=True)


def take(stores: Stores, wave: Wave, code: str, attempt: str) -> Ticket:
    """Spend the code for a ticket, to answer with now or later; nothing of it is kept.

    Args:
        stores: where the issuer lies.
        wave: an open wave.
        code: as typed.
        attempt: from `new_attempt`; the same one again, with the same code, gives the same ticket.

    Raises:
        MistypedCode: when `code` is not a code at all.
        CodeError: when it is unknown, or was used in another attempt.
        WaveStateError: when the wave takes no answers.
        IssuerError: when another host has the issuer, and does not answer.
    """
    key = codes.private_key(codes.parse(code), wave.id)
    issuer_key = issuing_keys.public(wave.token_key)
    asking = tokens.ask(wave.id, issuer_key, _attempt_bytes(attempt), _public(key))
    blinded = asking.blinded.content
    proof = key.sign(tokens.to_redeem(wave.id, blinded))
    signature = issuing.of(stores).redeem(wave.id, _public(key), blinded, proof)
    return Ticket(tokens.finish(asking, issuer_key, signature), asking.one_time)


def submit_with(
    stores: Stores,
    wave: Wave,
    ticket: Ticket,
    answers: Mapping[str, str],
    comments: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Seal the answers and keep them; returns the receipt.

    Raises:
        UsedTicket: when an answer came with this ticket before, be it the same: it was sealed anew.
        WaveStateError: when the wave takes no answers.
    """
    sealed, sealed_comments = _seal(wave, answers), _seal_comments(wave, comments)
    return _send(stores, wave, ticket, sealed, sealed_comments, same_sender=False)


def _send(
    stores: Stores,
    wave: Wave,
    ticket: Ticket,
    sealed: bytes,
    comments: bytes,
    *,
    same_sender: bool,
) -> str:
    proof = ticket.one_time.sign(tokens.to_send(wave.id, sealed + comments))
    return accept(stores, wave, ticket.token, sealed, proof, comments, same_sender=same_sender)


def accept(
    stores: Stores,
    wave: Wave,
    token: bytes,
    sealed: bytes,
    proof: bytes,
    comments: bytes = b"",
    *,
    same_sender: bool = False,
) -> str:
    """Keep a sealed answer and its comments, which come with a token; returns its receipt.

    A token that was used before changes nothing. Only who sends the same bytes again gets the
    receipt of the answer that is kept: whoever has a copy of a ticket can make another answer.

    Args:
        stores: where the box lies.
        wave: an open wave.
        token: that the answer came with.
        sealed: the answer, as a row of the box.
        proof: the signature of the token's holder.
        comments: all sealed comments in the questionnaire's order, joined.
        same_sender: whether the token proves that an earlier answer came from the same person;
            then its receipt is given, whatever came now.

    Raises:
        UsedTicket: when another answer came with this token before.
        TokenError: when the token is not this wave's, its holder did not sign what came with it, or
            that has not the size of an answer and of the comments asked for; nothing is kept.
        WaveStateError: when the wave takes no answers.
    """
    rows = envelope.split_comments(comments, wave.questionnaire)
    if rows is None or not envelope.fits(sealed, wave.questionnaire):
        raise TokenError
    public = issuing_keys.public(wave.token_key)
    tokens.verify(token, wave.id, public, sealed + comments, proof)
    kept = box.put(box.path_of(stores.settings, wave.id), token, sealed, rows)
    if kept != sealed and not same_sender:
        raise UsedTicket
    return envelope.receipt(kept, wave.id)


@dataclass(frozen=True)
class Prepared:
    """What one person of a made-up wave sends: signed and sealed, and kept nowhere yet."""

    redemption: Redemption
    token: bytes
    sealed: bytes
    comments: box.Comments


def submit_many(
    stores: Stores,
    wave: Wave,
    sendings: Iterable[tuple[str, Mapping[str, str]]],
    comments: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> list[str]:
    """Send many (code, answers) in one transaction per store; returns their receipts.

    `comments` holds, of the codes that come with any, comment id -> text.

    For made-up waves, where nobody waits for a reply and no token needs to be blind: it cannot be
    repeated after an interruption.

    Raises:
        CodeError: when one of the codes cannot be used; nothing is kept then.
        WaveStateError: when this host has not the issuing key of the wave.
    """
    return keep_many(stores, wave.id, prepare_many(stores.settings, wave, sendings, comments))


def prepare_many(
    settings: Settings,
    wave: Wave,
    sendings: Iterable[tuple[str, Mapping[str, str]]],
    comments: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> list[Prepared]:
    """Sign and seal what `keep_many` keeps, with the arguments of `submit_many`; writes nothing.

    Raises:
        WaveStateError: when this host has not the issuing key of the wave.
    """
    key = issuing_keys.read(settings, wave.id)
    if key is None:
        raise WaveStateError(issuer.CLOSED)
    signing = key

    def prepare(sending: tuple[str, Mapping[str, str]]) -> Prepared:
        code, answers = sending
        return Prepared(
            redemption=_redeemed(wave.id, code, signing),
            token=tokens.sign_openly(wave.id, signing, Ed25519PrivateKey.generate()),
            sealed=_seal(wave, answers),
            comments=envelope.seal_comments(comments.get(code, {}), wave),
        )

    return _in_threads(prepare, list(sendings))


def keep_many(stores: Stores, wave_id: str, prepared: Sequence[Prepared]) -> list[str]:
    """Spend the codes and keep the answers of `prepare_many`; returns their receipts.

    Raises:
        CodeError: when one of the codes cannot be used; nothing is kept then.
    """
    issuer.spend_many(stores, wave_id, [one.redemption for one in prepared])
    rows = [(one.token, one.sealed) for one in prepared]
    path = box.path_of(stores.settings, wave_id)
    box.put_many(path, rows, [one.comments for one in prepared])
    return [envelope.receipt(one.sealed, wave_id) for one in prepared]


def _in_threads(work: Callable[[Given], Made], given: Sequence[Given]) -> list[Made]:
    """Do the same with each, in order; OpenSSL signs outside of Python's lock."""
    threads = os.cpu_count() or 1
    share = -(-len(given) // threads) or 1
    parts = [given[start : start + share] for start in range(0, len(given), share)]
    with ThreadPoolExecutor(threads) as pool:
        done = pool.map(lambda part: [work(one) for one in part], parts)
        return [one for part in done for one in part]


def _redeemed(wave_id: str, code: str, signing: RSAPrivateKey) -> Redemption:
    """A code's redemption for a token that was signed openly, as it would be for a blind one.

    A blinded token is any number under the modulus, each as likely, so one is drawn.
    """
    key = codes.private_key(codes.parse(code), wave_id)
    blinded = blind_signatures.draw(signing)
    return Redemption(_public(key), blinded, key.sign(tokens.to_redeem(wave_id, blinded)))


def _seal(wave: Wave, answers: Mapping[str, str]) -> bytes:
    return envelope.seal(envelope.pack(wave.questionnaire, answers), wave)


def _seal_comments(wave: Wave, comments: Mapping[str, str]) -> bytes:
    return b"".join(envelope.seal_comments(comments, wave).values())


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _attempt_bytes(attempt: str) -> bytes:
    if not _ATTEMPT.fullmatch(attempt):
        raise CodeError
    return bytes.fromhex(attempt)
