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
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from analysis.microdata import Microdata
from analysis.publish import WaveFacts, publish
from analysis.release import folder
from analysis.release.model import Release
from survey.close import rewriting
from survey.close.keys import Keys
from survey.collect import envelope
from survey.database import Stores
from survey.errors import SettingsError, WaveStateError
from survey.manage import headcounts, waves
from survey.manage.waves import Wave
from survey.questionnaire.answers import microdata
from survey.questionnaire.codebook import codebook
from survey.results import store

Watch = Callable[[Iterable[bytes]], Iterable[bytes]]
"""Wraps a long loop to show how far it is."""


def unseal(
    stores: Stores, wave_id: str, keys: Keys, out: Path, watch: Watch = lambda rows: rows
) -> str:
    """Open a closed wave and publish its Release; returns the Release's hash.

    Args:
        stores: where the wave's closed box and the earlier Releases lie.
        wave_id: a wave that is closed.
        keys: the release officers'.
        out: folder that gets the Release as a folder of its own; the store gets a packed copy.
        watch: wraps the opening loop, for a progress bar.

    Raises:
        WaveStateError: when the wave is not closed or nobody answered.
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
        _open_all(stores, wave, keys.unsealing, watch),
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
    if (keys.public.public_key, keys.public.verifier) != (wave.public_key, wave.verifier):
        raise SettingsError(
            f"This is not the key of wave {wave.id}; find the release.key whose public.json the "
            "wave was made with."
        )


def _open_all(stores: Stores, wave: Wave, key: X25519PrivateKey, watch: Watch) -> Microdata:
    closed_box = rewriting.path_of(stores.settings, wave.id)
    sealed = list(rewriting.sealed_answers(closed_box))
    if not sealed:
        raise WaveStateError(f"Nobody answered wave {wave.id}; there is nothing to publish.")
    secrets.SystemRandom().shuffle(sealed)
    opened = [_open(row, key, wave.id) for row in watch(sealed)]
    damaged = opened.count(None)
    if damaged:
        raise WaveStateError(
            f"{damaged} of {len(sealed)} answers of wave {wave.id} do not open: the file "
            f"{closed_box.name} is damaged; put back a copy of it. Nothing was published."
        )
    return microdata(codebook(wave.questionnaire), [row for row in opened if row is not None])


def _open(sealed: bytes, key: X25519PrivateKey, wave_id: str) -> dict[str, str] | None:
    try:
        content = envelope.SUITE.decrypt(sealed, key, envelope.info(wave_id))
    except InvalidTag:
        return None
    answers: dict[str, str] = json.loads(content)
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
