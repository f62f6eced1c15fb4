"""Taking a Release in: it must be the one of a wave that closed here, signed by its officers."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis.release import folder
from analysis.release.model import Manifest
from survey.database import Stores
from survey.errors import ReleaseError
from survey.manage import destructions, waves
from survey.manage.waves import Wave
from survey.results import store


def add(stores: Stores, content: bytes) -> str:
    """Store the Release of a closed wave, which is then released; returns the Release's hash.

    The same one again changes nothing.

    Args:
        stores: where the wave and the Releases are.
        content: what `analysis.release.folder.pack` made.

    Raises:
        ReleaseError: when it is damaged, was tampered with, is not signed by the wave's officers
            or is not of this wave as it closed here, or when the wave has another one.
        WaveStateError: when there is no such wave.
    """
    wave = waves.get(stores, folder.unpack(content, None).manifest.wave)
    verifier = Ed25519PublicKey.from_public_bytes(wave.verifier)
    manifest, name = folder.unpack(content, verifier).manifest, folder.hash_of(content)
    _expect_of(wave, manifest)
    _expect_welcome(stores, wave, name, manifest)
    store.add(stores, content, wave.verifier)
    with stores.issuer() as session:
        waves.move(session, wave.id, "closed", "released")
    return name


def _expect_of(wave: Wave, manifest: Manifest) -> None:
    questionnaire = wave.questionnaire
    said = (manifest.questionnaire, manifest.questionnaire_fingerprint)
    if said != (questionnaire.id, questionnaire.fingerprint):
        raise ReleaseError(
            f"This Release is of another questionnaire than wave {wave.id} had; unseal the file "
            f"that `candour wave carry {wave.id}` makes."
        )
    here = None if wave.closed is None else wave.closed.isoformat()
    if here is None or manifest.closed != here:
        raise ReleaseError(
            f"This Release is of a wave {wave.id} that closed on {manifest.closed}; the one here "
            + ("has not closed." if here is None else f"closed on {here}.")
        )


def _expect_welcome(stores: Stores, wave: Wave, name: str, manifest: Manifest) -> None:
    """Refuse a second Release, whose differences would tell what each alone hides."""
    kept = {one for one, found in store.in_force(stores).items() if found.manifest.wave == wave.id}
    if name in kept:
        return
    if kept and manifest.replaces not in kept:
        raise ReleaseError(
            f"Wave {wave.id} has the Release {min(kept)[:12]} already, and this is another one, "
            f"{name[:12]}: made with other headcounts or other earlier Releases. Bring the first."
        )
    if destructions.told(stores, wave.id) is not None or wave.state not in {"closed", "released"}:
        raise ReleaseError(f"Wave {wave.id} is {wave.state}; it takes no Release any more.")
