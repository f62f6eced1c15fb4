"""What is published of a wave, compared with what somebody has: a receipt, a card, an earlier file.

Also with the proofs of redemption, which an auditor has from the officers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from survey.collect import codes, fingerprint, tokens
from survey.collect.code_list import CodeList
from survey.collect.redemptions import Redemption
from survey.manage import issuing_keys
from survey.manage.closings import Closing
from survey.manage.officers import PublicKeys
from survey.manage.wave_file import WaveFile
from survey.manage.waves import Wave
from survey.verify.findings import Finding, all_different, as_many, judged


def fingerprint_of(wave: Wave) -> str | None:
    """The fingerprint of the wave's keys; None when the issuing key is none."""
    return fingerprint.of(wave) if issuing_keys.checked(wave.token_key) else None


def receipt(file: WaveFile, typed: str) -> Finding:
    """Whether the receipt that somebody kept is listed, however they typed it."""
    written = codes.in_fours(codes.alike(typed))
    if file.closing is None:
        return Finding("receipt", None, f"{written}: receipts are listed when the wave has closed.")
    return judged(
        "receipt",
        written in file.closing.receipts,
        f"{written} is in the list: its answer was in the box.",
        f"{written} is not in the list: it was mistyped, or its answer was dropped.",
    )


def code_list(file: WaveFile, digest: str) -> Finding:
    """Whether the list of codes has the SHA-256 that `candour codes make` told the officers."""
    return judged(
        "codes",
        CodeList(file.codes).digest == digest,
        "The list of codes is the one that the officers made.",
        "The list of codes is not the one that the officers made: codes were added, left out or "
        "exchanged.",
    )


def card(file: WaveFile, printed: str) -> Finding:
    """Whether the keys have the fingerprint that is printed on a card."""
    return judged(
        "keys",
        fingerprint_of(file.wave) == printed,
        "The keys are those that the card names.",
        "The keys are not those that the card names.",
    )


def officers(file: WaveFile, keys: PublicKeys) -> Finding:
    """Whether answers are sealed to these officers' keys, and the Release is checked with them."""
    wave = file.wave
    return judged(
        "keys",
        PublicKeys(wave.public_key, wave.fallback_key, wave.verifier) == keys,
        "Answers are sealed to these officers' keys.",
        "Answers are not sealed to these officers' keys.",
    )


def earlier(before: WaveFile, now: WaveFile) -> Iterator[Finding]:
    """Whether a file that was downloaded before says the same of what may never change."""
    if before.wave.id != now.wave.id:
        yield Finding("earlier", False, "The earlier file is another wave's.")
        return
    facts: list[tuple[str, Callable[[WaveFile], object]]] = [
        ("keys", lambda f: (f.wave.public_key, f.wave.fallback_key, f.wave.token_key)),
        ("officers' signing key", lambda f: f.wave.verifier),
        ("list of codes", lambda f: (f.codes, f.wave.cards)),
        ("questionnaire", lambda f: f.wave.questionnaire.source),
        ("disclosure policy", lambda f: f.wave.policy),
        ("title", lambda f: f.wave.title),
    ]
    # A draft has not opened yet.
    if before.wave.opened is not None:
        facts.append(("day of opening", lambda f: f.wave.opened))
    for name, fact in facts:
        yield _unchanged(name, fact(before) == fact(now))
    if before.closing is not None:
        same = now.closing is not None and _still_told(before.closing, now.closing)
        yield _unchanged("counts, receipts and tokens", same)


def _unchanged(name: str, same: bool) -> Finding:
    return judged(
        "earlier",
        same,
        f"The {name}: the same as in the earlier file.",
        f"The {name}: changed since the earlier file.",
    )


def _still_told(before: Closing, now: Closing) -> bool:
    """Whether all that was told is told still; two hosts tell one count after the other."""
    answers = (before.received, before.receipts, before.tokens)
    return (
        before.cards == now.cards
        and before.redeemed in {None, now.redeemed}
        and (before.received is None or answers == (now.received, now.receipts, now.tokens))
    )


def _covered(told: Closing, proven: int) -> Finding:
    answers = max(told.received or 0, len(told.receipts), len(told.tokens))
    return judged(
        "redemptions",
        answers <= proven,
        f"{answers:,} answers were received, no more than there are redemptions.",
        f"{answers:,} answers were received and there are {proven:,} redemptions: some stand for "
        "no code that was used.",
    )


def redemptions(file: WaveFile, found: Sequence[Redemption]) -> Iterator[Finding]:
    """What an auditor sees: that every code that counts as redeemed was used by who had it."""
    told = file.closing
    yield as_many("redemptions", "redemption", found, told.redeemed if told else None)
    if told is not None:
        yield _covered(told, len(found))
    listed = set(file.codes)
    unknown = sum(one.listed not in listed for one in found)
    yield judged(
        "redemptions",
        not unknown,
        "Each is of a code in the public list.",
        f"{unknown:,} are of codes that are not in the public list.",
    )
    yield all_different("redemptions", "code", [one.half for one in found])
    yield all_different("redemptions", "blinded token", [one.blinded for one in found])
    unproven = sum(
        not tokens.proves(one.half, one.proof, tokens.to_redeem(file.wave.id, one.blinded))
        for one in found
    )
    yield judged(
        "redemptions",
        not unproven,
        "Each is signed with the key of its code, which the issuer never had.",
        f"{unproven:,} are not signed with the key of their code: the issuer made them up.",
    )
