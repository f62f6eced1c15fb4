"""Taking a Release in: it must be the one of a wave that closed here, signed by its officers.

Then it waits until two release officers agree to publish it (`survey.results.publishing`).
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis.plan import FORCE
from analysis.release import folder
from analysis.release.known import of_group
from analysis.release.model import Manifest, Release
from survey.database import Stores
from survey.errors import ReleaseError
from survey.manage import bands, closings, destructions, headcounts, waves
from survey.manage.alone import PATIENCE_SECONDS, alone
from survey.manage.waves import Wave
from survey.results import ledger, store

WAITS = (
    "It waits until two release officers agree to publish it, at /results/releases. Nobody else "
    "sees anything of it, but the staff association: its log tells that it came in, and its hash."
)
"""What is said of a Release that is not out."""

_AGAIN = "unseal the file that `candour wave carry {}` makes"


def add(stores: Stores, content: bytes) -> str:
    """Store the Release of a closed wave; returns the Release's hash.

    The wave is released when the Release is published, which is at once where commands need no two
    people. The same one again changes nothing, but finishes what was interrupted.

    Args:
        stores: where the wave and the Releases are.
        content: what `analysis.release.folder.pack` made.

    Raises:
        AgreementError: when another command is at work on waves, and stays so.
        ReleaseError: when it is damaged, was tampered with, is not signed by the wave's officers
            or is not of this wave as it closed here, when the wave has another one, or when it
            was not audited with everything that is published here.
        WaveStateError: when there is no such wave.
    """
    with alone(stores.settings, PATIENCE_SECONDS):
        return _added(stores, content)


def _added(stores: Stores, content: bytes) -> str:
    wave = waves.get(stores, folder.unpack(content, None).manifest.wave)
    verifier = Ed25519PublicKey.from_public_bytes(wave.verifier)
    release, name = folder.unpack(content, verifier), folder.hash_of(content)
    # One that is here was checked then; a correction may have replaced it, or its headcounts.
    if name not in store.every(stores):
        _expect_of(wave, release.manifest)
        _expect_counts(stores, wave, release)
        _expect_welcome(stores, wave, name, release.manifest)
        _expect_ledger(stores, wave, release.manifest)
    store.add(stores, content, wave.verifier)
    release_wave(stores, name, wave.id)
    return name


def release_wave(stores: Stores, name: str, wave_id: str) -> None:
    """Call a closed wave released when its Release is out; again, nothing changes."""
    if name in store.out(stores):
        with stores.issuer() as session:
            waves.move(session, wave_id, "closed", "released")


def _expect_of(wave: Wave, manifest: Manifest) -> None:
    questionnaire = wave.questionnaire
    said = (manifest.questionnaire, manifest.questionnaire_fingerprint)
    if said != (questionnaire.id, questionnaire.fingerprint):
        raise ReleaseError(
            f"This Release is of another questionnaire than wave {wave.id} had; "
            f"{_AGAIN.format(wave.id)}."
        )
    here = None if wave.closed is None else wave.closed.isoformat()
    if here is None or manifest.closed != here:
        raise ReleaseError(
            f"This Release is of a wave {wave.id} that closed on {manifest.closed}; the one here "
            + ("has not closed." if here is None else f"closed on {here}.")
        )
    _expect_rules(wave, manifest)


def _expect_rules(wave: Wave, manifest: Manifest) -> None:
    if manifest.wave_title != wave.title:
        raise ReleaseError(
            f"This Release is titled {manifest.wave_title!r} and wave {wave.id} {wave.title!r}: "
            f"the file that was unsealed was changed; {_AGAIN.format(wave.id)}."
        )
    rules = wave.policy.as_dict()
    other = [
        f"{rule} is {manifest.policy.get(rule)} and not {value}"
        for rule, value in rules.items()
        if manifest.policy.get(rule) != value
    ]
    if other or set(manifest.policy) != set(rules):
        raise ReleaseError(
            f"This Release was made by other disclosure rules than wave {wave.id} has "
            f"({', '.join(other) or 'some that it has not'}): the file that was unsealed was "
            f"changed; {_AGAIN.format(wave.id)}."
        )


def _expect_counts(stores: Stores, wave: Wave, release: Release) -> None:
    """Refuse headcounts and counts that are not those here, and more answers than were received."""
    people = headcounts.of_wave(stores, wave.id)
    other = [
        row
        for row in release.groups
        if row.headcount is not None and not _is_headcount(row.headcount, row.group, people, wave)
    ]
    if other:
        raise ReleaseError(
            f"This Release gives {other[0].group} a headcount of {other[0].headcount:,}, which is "
            f"not what was loaded for wave {wave.id}; {_AGAIN.format(wave.id)}."
        )
    manifest = release.manifest
    if dict(manifest.bands) != bands.of_wave(stores, wave.id):
        raise ReleaseError(
            f"This Release says other bands of headcounts than the page of wave {wave.id} told "
            f"before anybody answered; {_AGAIN.format(wave.id)}."
        )
    told = closings.told(stores, wave.id)
    if told is None or told.received is None:
        return
    fewest = of_group(release, release.group_by_id[FORCE].base)[0]
    # The base is rounded to five where it is small, and the number in the manifest to ten.
    if fewest > told.received or manifest.answered > told.received + 7:
        raise ReleaseError(
            f"This Release counts {manifest.answered:,} answers, and {told.received:,} were "
            f"received in wave {wave.id}; {_AGAIN.format(wave.id)}."
        )
    if (manifest.cards, manifest.received) != (told.cards, told.received):
        raise ReleaseError(
            f"This Release says other numbers of cards and answers received than were told when "
            f"wave {wave.id} closed ({told.cards:,} and {told.received:,}); "
            f"{_AGAIN.format(wave.id)}."
        )


def _is_headcount(shown: int, group: str, people: Mapping[str, int] | None, wave: Wave) -> bool:
    """Whether a headcount in a Release is the one loaded here; small ones are rounded there."""
    if people is None:
        return False
    # A group that is not in the file of headcounts has the sum of its parts.
    loaded = people.get(group, shown)
    step = wave.policy.base_step if loaded < wave.policy.fine_base else 0
    return 2 * abs(shown - loaded) <= step


def _expect_welcome(stores: Stores, wave: Wave, name: str, manifest: Manifest) -> None:
    """Refuse a second Release, whose differences would tell what each alone hides."""
    kept = {one for one, found in store.kept(stores).items() if found.manifest.wave == wave.id}
    if waiting := kept - store.out(stores):
        raise ReleaseError(
            f"The Release {min(waiting)[:12]} of wave {wave.id} waits to be published, and this is "
            f"another one, {name[:12]}; let two release officers publish or discard the first."
        )
    if not kept and manifest.replaces is not None:
        raise ReleaseError(
            f"This Release of wave {wave.id} replaces Release {manifest.replaces[:12]}, which the "
            f"wave has not; {_AGAIN.format(wave.id)}."
        )
    if kept and manifest.replaces not in kept:
        raise ReleaseError(
            f"Wave {wave.id} has the Release {min(kept)[:12]} already, and this is another one, "
            f"{name[:12]}: made with other headcounts or other earlier Releases. Bring the first."
        )
    if destructions.told(stores, wave.id) is not None or wave.state not in {"closed", "released"}:
        raise ReleaseError(f"Wave {wave.id} is {wave.state}; it takes no Release any more.")


def _expect_ledger(stores: Stores, wave: Wave, manifest: Manifest) -> None:
    """Refuse a Release that was audited with other Releases than are published here."""
    line = ledger.of_line(stores, wave.questionnaire.id)
    if manifest.ledger != ledger.told_of(stores, line, wave.id).head:
        raise ReleaseError(
            f"This Release of wave {wave.id} was not audited with everything that is published of "
            f"{wave.questionnaire.id} here: its ledger was shortened or changed, or another "
            f"Release came in meanwhile; {_AGAIN.format(wave.id)}."
        )
