"""Whether what is published of a wave holds together: from its file to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from survey.collect import blind_signatures, codes, tokens
from survey.collect.receipts import TOLD
from survey.manage import issuing_keys
from survey.manage.closings import Closing
from survey.manage.issuing_keys import BITS, EXPONENT
from survey.manage.officers import PublicKeys
from survey.manage.wave_file import WaveFile
from survey.manage.waves import Wave
from survey.verify.findings import Finding, all_different, as_many, in_order, judged

Watch = Callable[[Sequence[bytes]], Iterable[bytes]]
"""Wraps a long loop to show how far it is."""


def published(
    file: WaveFile, watch: Watch = lambda found: found, *, redemptions_given: bool = False
) -> Iterator[Finding]:
    """Everything that the file alone can tell.

    Args:
        file: as anybody downloads it.
        watch: wraps the loop over the tokens, for a progress bar.
        redemptions_given: whether the proofs of redemption are checked beside it.
    """
    yield _keys(file.wave)
    yield from _codes(file)
    told = file.closing
    if told is None:
        yield _not_closed(file.wave)
        return
    if file.wave.state not in TOLD:
        lie = "The file says that the wave has not closed, and holds its counts."
        yield Finding("closing", False, lie)
    yield from _counts(told, file.wave)
    yield from _receipts(told)
    yield from _tokens(told, file.wave, watch)
    if not redemptions_given:
        yield Finding(
            "redemptions",
            None,
            "Without --redemptions, an issuer that signed tokens for itself and counted as many "
            "codes as redeemed is not found.",
        )


def _not_closed(wave: Wave) -> Finding:
    if wave.state in TOLD:
        lie = "The file says that the wave has closed, and holds no counts, receipts and tokens."
        return Finding("closing", False, lie)
    later = "The wave has not closed; counts, receipts and tokens come when it has."
    return Finding("closing", None, later)


def _keys(wave: Wave) -> Finding:
    sealing = PublicKeys(wave.public_key, wave.fallback_key, wave.verifier)
    return judged(
        "keys",
        issuing_keys.checked(wave.token_key) is not None and sealing.can_seal,
        f"The issuing key is RSA of exactly {BITS} bits with e = {EXPONENT}; answers are sealed to "
        "an X25519 and a P-256 key.",
        f"The issuing key is not RSA of exactly {BITS} bits with e = {EXPONENT}, or answers are "
        "sealed to no X25519 and P-256 key.",
    )


def _codes(file: WaveFile) -> Iterator[Finding]:
    listed, cards = len(file.codes), file.wave.cards
    yield judged(
        "codes",
        listed == cards,
        f"The list has {listed:,} codes, one for each card.",
        f"The list has {listed:,} codes and there are {cards:,} cards.",
    )
    yield all_different("codes", "code", file.codes)


def _counts(told: Closing, wave: Wave) -> Iterator[Finding]:
    if told.cards != wave.cards:
        yield Finding(
            "counts",
            False,
            f"{told.cards:,} cards were told at closing, and {wave.cards:,} before.",
        )
    for count in (told.cards, told.redeemed, told.received):
        if count is not None and count < 0:
            yield Finding("counts", False, f"{count:,} is told as a count, and is none.")
    if told.redeemed is None:
        if told.received is not None:
            yield judged(
                "counts",
                told.received <= told.cards,
                f"{told.received:,} answers were received, no more than there are cards.",
                f"{told.received:,} answers were received and there are {told.cards:,} cards: "
                "somebody stuffed the box.",
            )
        yield Finding(
            "counts",
            None,
            "How many codes were redeemed is not told, so nobody can see whether answers were "
            "added.",
        )
        return
    yield judged(
        "counts",
        told.redeemed <= told.cards,
        f"{told.redeemed:,} of {told.cards:,} codes were redeemed.",
        f"{told.redeemed:,} codes were redeemed and there are {told.cards:,} cards: some were "
        "made up.",
    )
    if told.received is not None:
        yield judged(
            "counts",
            told.received <= told.redeemed,
            f"{told.received:,} answers were received, no more than codes were redeemed.",
            f"{told.received:,} answers were received from {told.redeemed:,} redeemed codes: "
            "somebody stuffed the box.",
        )
        if told.received < told.redeemed:
            yield Finding(
                "counts",
                None,
                f"{told.redeemed - told.received:,} redeemed codes brought no answer: they were "
                "not used to the end, or answers were dropped; only who sent one can tell, with "
                "--receipt.",
            )


def _receipts(told: Closing) -> Iterator[Finding]:
    yield as_many("receipts", "receipt", told.receipts, told.received)
    odd = sum(not codes.SPELT.fullmatch(one) for one in told.receipts)
    yield judged(
        "receipts",
        not odd,
        "Each receipt looks like one.",
        f"{odd:,} receipts do not look like one.",
    )
    yield all_different("receipts", "receipt", told.receipts)
    yield in_order("receipts", told.receipts)


def _tokens(told: Closing, wave: Wave, watch: Watch) -> Iterator[Finding]:
    yield as_many("tokens", "token", told.tokens, told.received)
    yield all_different("tokens", "token", told.tokens)
    yield in_order("tokens", told.tokens)
    key = issuing_keys.checked(wave.token_key)
    if key is None:
        yield Finding("tokens", False, "No token can be checked: the issuing key is none.")
        return
    forged = sum(not _is_signed(token, wave.id, key) for token in watch(told.tokens))
    yield judged(
        "tokens",
        not forged,
        "Each token was signed with this wave's issuing key, for this wave.",
        f"{forged:,} tokens were not signed with this wave's issuing key for this wave: their "
        "answers stand for no code.",
    )


def _is_signed(token: bytes, wave_id: str, key: RSAPublicKey) -> bool:
    one_time_key, signature = token[: tokens.KEY_BYTES], token[tokens.KEY_BYTES :]
    return blind_signatures.is_valid(tokens.message_of(wave_id, one_time_key), signature, key)
