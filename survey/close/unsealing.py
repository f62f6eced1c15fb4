"""Unsealing: opens the answers of a closed wave, all at once, and publishes their Release.

A command and never a request. Opened answers exist in this process's memory only, in an order that
is shuffled once more, and only until they are counted.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag

from analysis.microdata import Microdata
from analysis.publish import WaveFacts, publish
from analysis.release import folder
from analysis.release.model import Release
from survey.close import rewriting
from survey.close.keys import Keys
from survey.collect import envelope
from survey.database import Stores
from survey.errors import SettingsError, WaveStateError
from survey.manage import closings, headcounts, waves
from survey.manage.officers import PublicKeys
from survey.manage.waves import Wave
from survey.questionnaire.answers import microdata
from survey.questionnaire.codebook import codebook
from survey.results import store

Watch = Callable[[Iterable[bytes]], Iterable[bytes]]
"""Wraps a long loop to show how far it is."""

Tell = Callable[[str], None]
"""Takes a sentence for whoever unseals."""


def unseal(
    stores: Stores,
    wave_id: str,
    keys: Keys,
    out: Path,
    watch: Watch = lambda rows: rows,
    tell: Tell = lambda _sentence: None,
) -> str:
    """Open a closed wave and publish its Release; returns the Release's hash.

    Args:
        stores: where the wave's closed box and the earlier Releases lie.
        wave_id: a wave that is closed.
        keys: the release officers'.
        out: folder that gets the Release as a folder of its own; the store gets a packed copy.
        watch: wraps the opening loop, for a progress bar.
        tell: hears how many answers were spoilt, if any were.

    Raises:
        WaveStateError: when the wave is not closed, nobody answered, or the closed box is damaged.
        SettingsError: when the keys are not this wave's.
        Unprotectable: when the plan cannot be published safely from these answers.
    """
    wave = waves.get(stores, wave_id)
    if wave.state != "closed":
        raise WaveStateError(f"Wave {wave_id} is {wave.state}; only a closed wave can be unsealed.")
    expect_keys_of(wave, keys)
    release = publish(
        codebook(wave.questionnaire),
        wave.questionnaire.plan,
        _open_all(stores, wave, keys, watch, tell),
        wave=WaveFacts(wave.id, wave.title, wave.closed or date.max),
        policy=wave.policy,
        headcounts=headcounts.of_wave(stores, wave_id),
        previous=_earlier(stores, wave),
    )
    digest = folder.write(release, out, keys.signing)
    store.add(stores, folder.pack(out / digest), keys.public.verifier)
    with stores.issuer() as session:
        waves.move(session, wave_id, "closed", "released")
    return digest


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


def _open_all(stores: Stores, wave: Wave, keys: Keys, watch: Watch, tell: Tell) -> Microdata:
    """The answers, but for spoilt ones: a page that somebody changed can send anything.

    Every row must be one that was there when the wave closed, by the receipts that were published
    then. So a row that does not open was sent that way, and is no sign of a damaged file.
    """
    closed_box = rewriting.path_of(stores.settings, wave.id)
    sealed = list(rewriting.sealed_answers(closed_box))
    if not sealed:
        raise WaveStateError(f"Nobody answered wave {wave.id}; there is nothing to publish.")
    if sorted(envelope.receipt(row, wave.id) for row in sealed) != _receipts(stores, wave.id):
        raise WaveStateError(
            f"The answers of wave {wave.id} are not those whose receipts were published: the file "
            f"{closed_box.name} is damaged; put back a copy of it. Nothing was published."
        )
    rewriting.expect_comments(wave, rewriting.comments(closed_box), len(sealed))
    secrets.SystemRandom().shuffle(sealed)
    opened = [answers for row in watch(sealed) if (answers := _open(row, keys, wave)) is not None]
    spoilt = len(sealed) - len(opened)
    if not opened:
        raise WaveStateError(f"All {spoilt} answers of wave {wave.id} are spoilt; none opens.")
    if spoilt:
        tell(
            f"{spoilt} of {len(sealed)} answers were spoilt when they were sent, and are left out."
        )
    return microdata(codebook(wave.questionnaire), opened)


def _receipts(stores: Stores, wave_id: str) -> list[str]:
    told = closings.told(stores, wave_id)
    return [] if told is None else list(told.receipts)


def _open(sealed: bytes, keys: Keys, wave: Wave) -> dict[str, str] | None:
    """The answers in a row; None when it was spoilt: it opens as no answers to this wave."""
    key = {envelope.X25519: keys.unsealing, envelope.P256: keys.fallback}.get(sealed[0])
    if key is None:
        return None
    try:
        content = envelope.SUITES[sealed[0]].decrypt(sealed[1:], key, envelope.info(wave.id))
        answers = json.loads(content)
    except (InvalidTag, ValueError, RecursionError):
        return None
    # Only strings are allowed codes, so whatever else a code may be is none of them.
    if not isinstance(answers, dict) or not envelope.is_allowed(wave.questionnaire, answers):
        return None
    return answers


def _earlier(stores: Stores, wave: Wave) -> tuple[Release, ...]:
    """Releases of earlier waves of the same questionnaire, oldest first, for trends."""
    closed = (wave.closed or date.max).isoformat()
    return tuple(
        release
        for release in store.all_releases(stores)
        if release.manifest.questionnaire == wave.questionnaire.id
        and release.manifest.wave != wave.id
        and release.manifest.closed <= closed
    )
