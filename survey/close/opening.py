"""Opening: the answers of a wave in one file become its Release, in memory and nowhere else.

A pure function of the file and the officers' keys: it needs no database, so that it can run on
their offline machine as well as on the server. Opened answers exist in an order that is shuffled
once more, and only until they are counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis.beside.given import NO_FILES, BesideFiles
from analysis.earlier_tallies import EarlierTallies, kept
from analysis.ledger import Count, Ledger
from analysis.ledger import entries as entries_of
from analysis.polarity import Polarity, decided
from analysis.publish import Ready, WaveFacts, publish
from analysis.release import folder
from analysis.release.model import Release
from analysis.schedulers import HERE, Scheduler
from survey.close.counted_rows import CountedRows, Tell, Watch
from survey.close.keys import Keys
from survey.collect import envelope
from survey.errors import SettingsError, WaveStateError
from survey.manage.officers import PublicKeys
from survey.manage.wave_file import Sealed, WaveFile
from survey.manage.waves import Wave
from survey.questionnaire.codebook import codebook
from survey.verify import checking


@dataclass(frozen=True)
class Asked:
    """How a wave is opened.

    Attributes:
        verifiers: public keys of other officers, 32 bytes each, whose earlier Releases may give
            the trends beside those that the wave's own officers signed.
        watch: wraps the opening loop, for a progress bar.
        tell: hears how many answers were spoilt, if any were, and which Releases were left out.
        correction: why another Release replaces the one that is out; None for the first.
        earlier: sums of earlier waves, to pool with.
        keep: whether the wave's own sums are kept.
        beside: files of what is published with the answers.
        polarity: what was decided of items that run against their theme.
        scheduler: where rows are opened and counted.
    """

    verifiers: Collection[bytes] = ()
    watch: Watch = lambda rows: rows
    tell: Tell = lambda _sentence: None
    correction: str | None = None
    earlier: tuple[EarlierTallies, ...] = ()
    keep: bool = False
    beside: BesideFiles = NO_FILES
    polarity: Polarity = field(default_factory=dict)
    scheduler: Scheduler = HERE


ASKED = Asked()


@dataclass(frozen=True)
class Made:
    """What opening a wave gives: its Release, and its sums when they are to be kept."""

    release: Release
    tallies: EarlierTallies | None


def made_of(file: WaveFile, keys: Keys, asked: Asked = ASKED) -> Made:
    """Open a closed wave and make its Release, or a released one and correct it.

    Args:
        file: the wave with its sealed part, from `carrying.gather` or from a file.
        keys: the release officers'.
        asked: how.

    Raises:
        WaveStateError: when the wave is not closed, or for a correction not released; nobody
            answered, its rows are damaged, or what was published of it does not hold together.
        SettingsError: when the keys are not this wave's.
        ReleaseError: when an earlier Release was tampered with, or the ledger is not whole.
        DataError: when a file of what is published with the answers is wrong, naming the row; or
            when an item runs against its theme and nothing was decided of it.
        Unprotectable: when the plan cannot be published safely from these answers.
    """
    wave, sealed = file.wave, expect_opening(file, correcting=asked.correction is not None)
    expect_keys_of(wave, keys)
    expect_holding(file)
    trusted = {keys.public.verifier, *asked.verifiers}
    ledger = ledger_of(file)
    book, plan = decided(codebook(wave.questionnaire), asked.polarity), wave.questionnaire.plan
    # Before the answers are opened: a row that is wrong must not cost minutes of opening.
    beside = asked.beside.read(book, plan)
    facts = (wave.id, wave.title, wave.closed or date.max, ledger, asked.correction, asked.polarity)
    told = WaveFacts(*facts, bands=sealed.bands)
    opener = CountedRows(keys.opening, wave, Ready.of(book, plan, told).counting)
    answers = opener.total(sealed.answers, asked.scheduler, asked.watch, asked.tell)
    release = publish(
        *(book, plan, answers),
        wave=told,
        policy=wave.policy,
        headcounts=sealed.headcounts,
        previous=_earlier(ledger, wave, trusted, asked.tell),
        previous_tallies=asked.earlier,
        beside=beside,
    )
    return Made(release, kept(answers.tally, release) if asked.keep else None)


def ledger_of(file: WaveFile) -> Ledger:
    """What was published of the wave's questionnaire before, and what was told of the wave itself.

    Raises:
        LedgerError: when an entry is missing, damaged or of another line.
    """
    entries = () if file.sealed is None else file.sealed.ledger
    names = (f"entry {number} of the ledger" for number in range(1, len(entries) + 1))
    ledger = entries_of.unpacked(entries, names, file.wave.questionnaire.id)
    if file.closing is None or file.closing.received is None:
        return ledger
    return ledger.plus(Count(file.wave.id, file.closing.cards, file.closing.received))


def expect_opening(file: WaveFile, *, correcting: bool = False) -> Sealed:
    """The sealed part of a wave that can be opened.

    Args:
        file: the wave.
        correcting: whether its Release is out and another one shall replace it.

    Raises:
        WaveStateError: when the wave is in another state, nobody answered it, its answers are not
            in the file, or they are not those whose receipts were published.
    """
    wave = file.wave
    _expect_state(wave, correcting)
    if file.sealed is None or file.closing is None:
        raise WaveStateError(
            f"The sealed answers of wave {wave.id} are not in this file; make one with "
            f"`candour wave carry {wave.id}`."
        )
    answers = file.sealed.answers
    if not answers:
        raise WaveStateError(f"Nobody answered wave {wave.id}; there is nothing to publish.")
    receipts = sorted(envelope.receipt(row, wave.id) for row in answers)
    if receipts != sorted(file.closing.receipts):
        raise WaveStateError(
            f"The answers of wave {wave.id} are not those whose receipts were published: the file "
            "that holds them is damaged; put back a copy of it. Nothing was published."
        )
    expect_comments(wave, file.sealed.comments, len(answers))
    return file.sealed


def _expect_state(wave: Wave, correcting: bool) -> None:
    if wave.state == ("released" if correcting else "closed"):
        return
    if wave.state == "released":
        raise WaveStateError(
            f"Wave {wave.id} is released; only a closed wave can be unsealed. While its answers "
            "exist, --correct REASON makes a Release that replaces the one that is out."
        )
    if correcting and wave.state == "closed":
        raise WaveStateError(
            f"Wave {wave.id} is closed and has no Release that could be corrected; leave out "
            "--correct, or carry the wave again when its Release is out."
        )
    if wave.state == "destroyed":
        raise WaveStateError(f"Wave {wave.id} is destroyed: there are no answers any more.")
    raise WaveStateError(f"Wave {wave.id} is {wave.state}; only a closed wave can be unsealed.")


def expect_holding(file: WaveFile) -> None:
    """Refuse a wave of which a check fails that everybody can make with `candour verify wave`.

    Answers that somebody added would make up the people whom a small group lacks for being shown,
    and whoever added them knows which they are.

    Raises:
        WaveStateError: names what fails.
    """
    found = checking.published(file.public, redemptions_given=True)
    failing = dict.fromkeys(one.about for one in found if one.holds is False)
    if failing:
        wave_id = file.wave.id
        raise WaveStateError(
            f"Wave {wave_id} is not opened: checks of its public file do not hold "
            f"({', '.join(failing)}); keep the file for the auditor, see what `candour verify "
            f"wave` says of it, and end the wave with `candour wave destroy {wave_id} "
            "--unpublished REASON`."
        )


def expect_comments(wave: Wave, kept: Mapping[str, tuple[bytes, ...]], received: int) -> None:
    """Refuse comments that are not one to each question for each answer that was received.

    Raises:
        WaveStateError: says that they are damaged.
    """
    asked = {comment.id for comment in wave.questionnaire.comments}
    size = envelope.SEALED_COMMENT_BYTES
    whole = all(
        len(rows) == received and all(len(row) == size for row in rows) for rows in kept.values()
    )
    # Where nobody answered, nothing is kept that could name a question.
    if (set(kept) != asked and received) or not whole:
        raise WaveStateError(
            f"The comments of wave {wave.id} are not one to each question for each of its "
            f"{received:,} answers: the file is damaged; put back a copy of it. Nothing was opened."
        )


def expect_keys_of(wave: Wave, keys: Keys) -> None:
    """Refuse keys that are not the wave's.

    Raises:
        SettingsError: names the wave and what to look for.
    """
    if keys.public != PublicKeys(wave.public_key, wave.fallback_key, wave.verifier):
        raise SettingsError(
            f"This is not the key of wave {wave.id}; find the release.key whose public.json the "
            "wave was made with."
        )


def is_earlier(release: Release, wave: Wave) -> bool:
    """Whether a Release is of an earlier wave of the same questionnaire, and so gives trends."""
    manifest, closed = release.manifest, (wave.closed or date.max).isoformat()
    return (
        manifest.questionnaire == wave.questionnaire.id
        and manifest.wave != wave.id
        and manifest.closed < closed
    )


def _earlier(
    ledger: Ledger, wave: Wave, trusted: Collection[bytes], tell: Tell
) -> tuple[Release, ...]:
    """Earlier Releases, each signed by somebody who is trusted; the others are left out, and told.

    Whoever handles the file could put one of their own making into it, and so make the trends lie.
    """
    keys = [Ed25519PublicKey.from_public_bytes(raw) for raw in trusted]
    by_print = {folder.fingerprint(key): key for key in keys}
    found = []
    for one in ledger.in_force:
        key = by_print.get(folder.signer_of(one.content))
        release = folder.unpack(one.content, key)
        if not is_earlier(release, wave):
            continue
        if key is not None:
            found.append(release)
        else:
            tell(
                f"The Release of {release.manifest.wave} is signed with another key, and the "
                "trends leave it out; to have it in, move this Release away and run this again "
                "with --previous-key and the public.json of its officers."
            )
    return tuple(found)
